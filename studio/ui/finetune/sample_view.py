"""SampleView: a photo as a style paints it, with a caption; two of them side by side show what was learnt."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.core.picture import Picture
from studio.ui.images.picture_pyramid import qimage
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel


class SampleView(QWidget):
    """Shows a picture as large as there is room, or an invitation."""

    def __init__(self, caption: str, invitation: str, parent: QWidget | None = None) -> None:
        """caption: also what screen readers call it. invitation: shown while there is no picture."""
        super().__init__(parent)
        self._invitation = invitation
        self._picture: Picture | None = None
        self.image = PlainLabel()
        self.image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.image.setMinimumSize(160, 96)  # small screens have no more room
        self.image.setWordWrap(True)
        self.image.setAccessibleName(caption)
        set_role(self.image, "muted")
        self.caption = PlainLabel(caption)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.caption, "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.image, 1)
        column.addWidget(self.caption)
        self.show_picture(None)

    def show_picture(self, picture: Picture | None) -> None:
        """Show this one."""
        self._picture = picture
        self._fit()

    def show_caption(self, caption: str) -> None:
        """Say this below it, and to screen readers."""
        self.caption.setText(caption)
        self.image.setAccessibleName(caption)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._picture is None:
            self.image.setPixmap(QPixmap())
            self.image.setText(self._invitation)
            return
        ratio = self.devicePixelRatioF()
        room = self.image.contentsRect().size() * ratio
        image = qimage(self._picture.pixels).scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        image.setDevicePixelRatio(ratio)
        self.image.setPixmap(QPixmap.fromImage(image))
