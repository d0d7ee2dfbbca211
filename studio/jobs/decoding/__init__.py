"""Pictures opened in a process of its own, which can be ended: the same for photos, styles and thumbnails."""
