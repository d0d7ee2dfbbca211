"""Pictures on their way out: profiles, depths, dithering, and the formats that Pillow does not write."""
