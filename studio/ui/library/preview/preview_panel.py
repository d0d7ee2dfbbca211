"""PreviewPanel: one picture of the library over the others, with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.ui.images.zoom_gestures import ZOOM_STEP
from studio.ui.library.preview.picture_view import PictureView
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_WALKING = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
)  # fmt: skip


class PreviewPanel(QFrame):
    """Covers `host`. Signals: closed(); walked(QKeyEvent), to another picture; used(bool), Enter, with Shift or not."""

    closed = Signal()
    walked = Signal(object)
    used = Signal(bool)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        set_role(self, "room")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Preview"))
        self.view = PictureView()
        self.title, self.facts, self.problem = ElidedLabel(), PlainLabel(), PlainLabel()
        set_role(self.title, "title")
        set_role(self.facts, "muted")
        set_role(self.problem, "error")
        for label in (self.facts, self.problem):
            label.setWordWrap(True)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setToolTip(tool_tip(self.tr("Back to all pictures (Space)")))
        self.close_button.setAccessibleName(self.tr("Back to all pictures"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.leave)
        hint = PlainLabel(self.tr("Arrows: the next picture   Double click: 100 %   Enter: use as style   Space: back"))
        set_role(hint, "caption")
        words = QVBoxLayout()
        words.setSpacing(GRID // 2)
        for label in (self.title, self.facts, self.problem, hint):
            words.addWidget(label)
        below = QHBoxLayout()
        below.setContentsMargins(GRID + 4, GRID, GRID, GRID)
        below.addLayout(words, 1)
        below.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.view, 1)
        box.addLayout(below)
        host.installEventFilter(self)
        self.hide()

    def show_words(self, lines: Sequence[str], problem: str = "") -> None:
        """Say what is known of the picture, its title first, and why it is not seen."""
        self.title.setText(lines[0] if lines else "")
        self.facts.setText("\n".join(lines[1:]))
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        said = (self.title.text(), self.facts.text(), self.problem.text())  # which are no longer than can be read
        self.setAccessibleDescription(" ".join(filter(None, said)))

    def enter(self) -> None:
        """Come to the front."""
        self.setGeometry(self._host.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def leave(self) -> None:
        """Go away."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Tab stays on what is in sight: all else of the room is behind this."""
        there = self if self.close_button.hasFocus() else self.close_button
        there.setFocus(Qt.FocusReason.TabFocusReason if is_next else Qt.FocusReason.BacktabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
            self.leave()
        elif key in _WALKING:
            self.walked.emit(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.used.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.view.zoom_by(ZOOM_STEP)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.view.zoom_by(1 / ZOOM_STEP)
        elif key in (Qt.Key.Key_1, Qt.Key.Key_F):
            if self.view.is_whole == (key == Qt.Key.Key_1):
                self.view.toggle_zoom()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return super().eventFilter(watched, event)
