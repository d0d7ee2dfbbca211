"""SampleView: a photo as a style paints it, with a caption; two of them side by side show what was learnt."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from studio.core.picture import Picture
from studio.ui.images.picture_pyramid import qimage
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel, tool_tip, window_title
from studio.ui.widgets.screen_room import resize_within_screen


class SampleView(QWidget):
    """Shows a picture as large as there is room, or an invitation. A click or Enter enlarges it."""

    def __init__(self, caption: str, invitation: str, parent: QWidget | None = None) -> None:
        """caption: also what screen readers call it. invitation: shown while there is no picture."""
        super().__init__(parent)
        self._invitation = invitation
        self._picture: Picture | None = None
        self._enlarged: EnlargedSample | None = None
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
        can_enlarge = picture is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_enlarge else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if can_enlarge else Qt.FocusPolicy.NoFocus)
        self.setToolTip(tool_tip(self.tr("Click to enlarge") if can_enlarge else ""))
        if self._enlarged is not None:
            self._enlarged.view.show_picture(picture)
        self._fit()

    def show_caption(self, caption: str) -> None:
        """Say this below it, and to screen readers."""
        self.caption.setText(caption)
        self.image.setAccessibleName(caption)

    def enlarge(self) -> None:
        """Show the picture as large as the screen allows; what is learnt meanwhile follows there."""
        if self._picture is not None and self._enlarged is None:
            self._enlarged = EnlargedSample(self.caption.text(), self.window())
            self._enlarged.finished.connect(self._forget_enlarged)
            self._enlarged.view.show_picture(self._picture)
            self._enlarged.show()

    @Slot()
    def _forget_enlarged(self) -> None:
        self._enlarged = None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.enlarge()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.enlarge()
        else:
            super().keyPressEvent(event)

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


class EnlargedSample(QDialog):
    """One sample alone, as large as the window; Escape or a click closes it."""

    def __init__(self, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(window_title(caption))
        self.view = SampleView(caption, "")
        self.view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, GRID, GRID, GRID)
        box.addWidget(self.view)
        resize_within_screen(self, QSize(1200, 900))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.close()
