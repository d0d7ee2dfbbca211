"""BlendRenderer: makes the pictures of blends off the GUI thread; of many requests, the newest is made next."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QObject, Signal

from studio.core.artwork.blend import Blend, blend_pictures, cover
from studio.core.errors import PictureError, StudioError
from studio.core.picture import Picture
from studio.ui.threads.serial_executor import SerialExecutor


class BlendRenderer(QObject):
    """Signals: made(Blend, Picture); failed(Blend, StudioError)."""

    made = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = SerialExecutor("blending", self)
        self._wanted: Blend | None = None
        self._under_way: Blend | None = None
        self._fitted: tuple[tuple[Picture, Picture], Picture] | None = None  # scaling takes longer than blending

    def follow(self, awaited: Blend | None) -> None:
        """Make the picture of the blend that the artwork awaits, instead of any that it awaited before."""
        self._wanted = awaited
        if awaited is None:
            self._fitted = None
        elif self._under_way is None:
            self._begin(awaited)

    def close(self) -> None:
        """End the thread; idempotent."""
        self._thread.close()

    def _begin(self, blend: Blend) -> None:
        self._under_way = blend
        fitted = self._fitted[1] if self._fitted is not None and self._fitted[0] == blend.pictures else None
        self._thread.submit(lambda: _blended(blend, fitted), self._take, self._fail)

    def _take(self, made: tuple[Picture, Picture]) -> None:
        fitted, picture = made
        blend, wanted = self._end(), self._wanted
        if blend is None or wanted is None:
            return
        self._fitted = blend.pictures, fitted
        if wanted == blend:
            self._wanted = None
        else:  # the slider has moved on; what is made is shown all the same, or a long drag would show nothing
            self._begin(wanted)
        self.made.emit(blend, picture)

    def _fail(self, error: StudioError) -> None:
        blend, wanted = self._end(), self._wanted
        if wanted is not None and wanted != blend:
            self._begin(wanted)
            return
        self._wanted = None
        self.failed.emit(blend, error)

    def _end(self) -> Blend | None:
        blend, self._under_way = self._under_way, None
        return blend


def _blended(blend: Blend, fitted: Picture | None) -> tuple[Picture, Picture]:
    """(upper picture as large as the lower, both blended)."""
    try:
        if fitted is None:
            fitted = cover(blend.over, blend.base.width, blend.base.height)
        return fitted, blend_pictures(replace(blend, over=fitted))
    except MemoryError as error:
        text = QCoreApplication.translate("BlendRenderer", "Blending {} and {} needs more memory than there is.")
        raise PictureError(
            text.format(blend.base.name, blend.over.name),
            QCoreApplication.translate("BlendRenderer", "Close other programs or make them smaller."),
        ) from error
