"""OnCanvas: which picture the canvas shows: what is painted, one of the history, or the photo held up."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import Result
from studio.core.picture import Picture
from studio.ui.session.preview_controller import PreviewController
from studio.ui.session.recall import Recall
from studio.ui.session.shown_picture import ShownPicture, shown_photo, shown_result


class OnCanvas(QObject):
    """What is on the canvas, and what it is compared with.

    looked_at: a picture of the history, whatever the settings are, or None. beside: what the canvas compares with in
    place of the photo. is_showing_photo: whether the artist holds up the photo in place of the artwork. `changed`: by
    `look_at`.
    """

    changed = Signal()

    def __init__(
        self, artwork: Artwork, preview_controller: PreviewController, recall: Recall, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.looked_at: Result | None = None
        self.beside: Result | None = None
        self.is_showing_photo = False
        self._artwork = artwork
        self._preview_controller = preview_controller
        self._recall = recall

    def look_at(self, result: Result | None, beside: Result | None = None) -> None:
        """Put a picture of the history on the canvas and leave the settings alone; None: what is painted, again.

        beside: another one to compare with, None for the photo. Any change of settings or Finish ends looking.
        """

        def show() -> None:
            if self.looked_at is not result or self.beside is not beside:
                self.looked_at, self.beside = result, beside
                self.changed.emit()

        parts = [part for part in (result, beside) if part is not None]
        self._recall.run(lambda: parts, show)

    @property
    def picture(self) -> Picture | None:
        """What is shown beside the photo: the newest frame, or the result."""
        return self.looked_at.picture if self.looked_at is not None else self._preview_controller.picture

    @property
    def shown(self) -> ShownPicture | None:
        """The picture, and what it was painted from; the photo while the artist holds it up."""
        if self.is_showing_photo:
            return shown_photo(self._artwork.state)
        return shown_result(self.looked_at) if self.looked_at is not None else self._preview_controller.shown

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) in px of what is shown: of the artwork as it will be, where that is a preview."""
        looked_at = self.looked_at
        if looked_at is not None:
            return looked_at.picture.width, looked_at.picture.height
        return self._preview_controller.size

    @property
    def photo(self) -> Picture | None:
        """What `picture` is compared with: the photo, unless `beside` was chosen; None for a pattern."""
        if self.beside is not None:
            return self.beside.picture
        if self.looked_at is not None:
            return None if self.looked_at.recipe.method == "pattern" else self.looked_at.content
        return None if self._preview_controller.is_pattern else self._artwork.content
