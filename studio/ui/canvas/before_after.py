"""BeforeAfter: the photo and the artwork as pyramids, in one frame."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Signal, Slot

from studio.core.errors import StudioError
from studio.core.picture import Picture, Pixels
from studio.ui.images.picture_pyramid import PicturePyramid, make_levels
from studio.ui.threads.task_pool import TaskPool


class BeforeAfter(QObject):
    """before, after: None where there is none.

    Signals: sharpened(), when the smaller levels of a large picture have been made.
    """

    sharpened = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.before: PicturePyramid | None = None
        self.after: PicturePyramid | None = None
        self._size: tuple[int, int] | None = None
        self._awaited: PicturePyramid | None = None  # takes the place of `before` when its levels have been made
        self._tasks = TaskPool(2, self)  # one of each: what a newer frame has replaced is dropped
        self._tasks.finished.connect(self._take_levels)
        self._tasks.failed.connect(self._do_without_levels)

    @property
    def is_start_page(self) -> bool:
        """Whether there is no picture at all."""
        return self.before is None and self.after is None

    @property
    def is_complete(self) -> bool:
        """Whether there is something to compare."""
        return self.before is not None and self.after is not None

    @property
    def frame(self) -> QSize:
        """Size in px that both are shown at for zoom 1: as was set, else that of the larger; (1, 1) without any."""
        if self._size is not None and not self.is_start_page:
            return QSize(*self._size)
        pictures = [pyramid.picture for pyramid in (self.before, self.after) if pyramid is not None]
        sizes = ((picture.width, picture.height) for picture in pictures)
        return QSize(*max(sizes, key=max, default=(1, 1)))

    def set_size(self, size: tuple[int, int] | None) -> None:
        """The width and height in px that the pictures stand for; None for their own."""
        self._size = size

    def set_before(self, picture: Picture | None, *, waits_for_levels: bool = False) -> bool:
        """Whether it is another one than before.

        waits_for_levels: one that needs them replaces the present one when it has them, so that nothing flickers.
        """
        newest = self._awaited or self.before
        if picture is (newest.picture if newest else None):
            return False
        pyramid = self._pyramid("before", picture)
        self._awaited = None
        if waits_for_levels and self.before is not None and pyramid is not None and pyramid.needs_levels:
            self._awaited = pyramid
        else:
            self.before = pyramid
        return True

    def set_after(self, picture: Picture | None) -> bool:
        """Show this one; returns whether it is another one than before."""
        if picture is (self.after.picture if self.after else None):
            return False
        self.after = self._pyramid("after", picture)
        return True

    def _pyramid(self, place: str, picture: Picture | None) -> PicturePyramid | None:
        if picture is None:
            return None
        pyramid = PicturePyramid(picture)
        if pyramid.needs_levels:
            self._tasks.submit(place, lambda: (pyramid, make_levels(picture)))
        return pyramid

    @Slot(object, object)
    def _take_levels(self, place: str, result: tuple[PicturePyramid, dict[int, Pixels]]) -> None:
        pyramid, levels = result
        pyramid.take_levels(levels)
        if place == "before" and self._awaited is not None:  # perhaps an older one: still nearer than what is shown
            self.before = pyramid
            self._awaited = None if pyramid is self._awaited else self._awaited
        self.sharpened.emit()

    @Slot(object, object)
    def _do_without_levels(self, place: str, error: StudioError) -> None:
        """For lack of memory, say: every 2^n-th pixel is shown instead, and nothing is waited for."""
        if place == "before" and self._awaited is not None:
            self.before, self._awaited = self._awaited, None
            self.sharpened.emit()
