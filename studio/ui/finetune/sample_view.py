"""SamplePair: a photo in a mix of the pictures beside the same photo as it is taught; a click enlarges both."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.core.picture import Picture
from studio.ui.images.picture_pyramid import qimage
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel, tool_tip, window_title
from studio.ui.widgets.screen_room import resize_within_screen


class SamplePair(QWidget):
    """Two views of one size: untaught and taught. Both are enlarged together, so that they can be compared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.untaught, self.taught = SampleView(), SampleView()
        self._enlarged: EnlargedSamples | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for view in (self.untaught, self.taught):
            row.addWidget(view, 1)
            view.pressed.connect(self.enlarge)

    def show_pictures(self, untaught: Picture | None, taught: Picture | None) -> None:
        """Show these, here and where they are enlarged."""
        for pair in self._pairs:
            pair.untaught.show_picture(untaught)
            pair.taught.show_picture(taught)

    def show_words(self, untaught: tuple[str, str], taught: tuple[str, str]) -> None:
        """The caption of each, and what invites where there is no picture."""
        for pair in self._pairs:
            pair.untaught.show_words(*untaught)
            pair.taught.show_words(*taught)

    @property
    def _pairs(self) -> tuple[SamplePair | EnlargedSamples, ...]:
        return (self,) if self._enlarged is None else (self, self._enlarged)

    @Slot()
    def enlarge(self) -> None:
        """Show both as large as the screen allows; what is learnt meanwhile follows there."""
        if self._enlarged is None:
            self._enlarged = EnlargedSamples(self.window())
            self._enlarged.finished.connect(self._forget_enlarged)
            for large, small in ((self._enlarged.untaught, self.untaught), (self._enlarged.taught, self.taught)):
                large.show_words(small.caption.text(), small.invitation)
                large.show_picture(small.picture)
            self._enlarged.show()

    @Slot()
    def _forget_enlarged(self) -> None:
        self._enlarged = None


class SampleView(QWidget):
    """Shows a picture as large as there is room, or an invitation. Signals: pressed(), by mouse or keys."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.invitation = ""
        self.picture: Picture | None = None
        self.image = PlainLabel()
        self.image.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.image.setMinimumSize(120, 44)  # small screens have no more room
        self.image.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)  # nothing moves for a picture
        self.image.setWordWrap(True)
        set_role(self.image, "sample")
        self.caption = PlainLabel()
        self.caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.caption, "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.image, 1)
        column.addWidget(self.caption)

    def show_picture(self, picture: Picture | None) -> None:
        """Show this one."""
        if picture is self.picture:
            return
        self.picture = picture
        can_enlarge = picture is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_enlarge else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if can_enlarge else Qt.FocusPolicy.NoFocus)
        self.setToolTip(tool_tip(self.tr("Click to enlarge both") if can_enlarge else ""))
        self._fit()

    def show_words(self, caption: str, invitation: str) -> None:
        """caption: below it, also what screen readers call it. invitation: shown while there is no picture."""
        if (caption, invitation) != (self.caption.text(), self.invitation):
            self.invitation = invitation
            self.caption.setText(caption)
            self.image.setAccessibleName(caption)
            self._fit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_here = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and is_here and self.picture is not None:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.picture is not None:
            self.pressed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        if self.picture is None:
            self.image.setPixmap(QPixmap())
            self.image.setMargin(GRID // 2)
            self.image.setText(self.invitation)
            return
        self.image.setMargin(0)
        ratio = self.devicePixelRatioF()
        room = self.image.contentsRect().size() * ratio
        image = qimage(self.picture.pixels).scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        image.setDevicePixelRatio(ratio)
        self.image.setPixmap(QPixmap.fromImage(image))


class EnlargedSamples(QDialog):
    """Both samples side by side, as large as the window; Escape or a click closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(window_title(self.tr("Without the lesson, and with it")))
        self.untaught, self.taught = SampleView(), SampleView()
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        for view in (self.untaught, self.taught):
            view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            view.pressed.connect(self.close)
            row.addWidget(view, 1)
        resize_within_screen(self, QSize(1500, 800))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.close()
