"""One quiet bar above the canvas: a sentence, what to do about it, and a button that does it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from studio.ui.actions.actions import Actions
from studio.ui.session.message import Message
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.plain_text import PlainLabel

NEWS_SECONDS = 7.0


class MessageBar(QFrame):
    """Shows one message at a time. News goes after a while; a problem or a question stays until it is closed.

    Signals: gone(Message), it was closed, answered or has had its time.
    """

    gone = Signal(object)

    def __init__(self, actions: Actions, parent: QWidget | None = None, *, news_seconds: float = NEWS_SECONDS) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self._actions = actions
        self.message: Message | None = None
        self.sign = PlainLabel()
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.button = QPushButton()
        self.button.clicked.connect(self._act)
        self.answers: list[QPushButton] = []  # to a question, before the button
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setToolTip(self.tr("Close this message"))
        self.close_button.setAccessibleName(self.close_button.toolTip())
        self.close_button.clicked.connect(self.clear)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(1000 * news_seconds))
        self._timer.timeout.connect(self.clear)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(GRID + 4, 6, GRID, 6)
        row.setSpacing(GRID)
        row.addWidget(self.sign)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self.hide()

    @Slot(object)
    def show_message(self, message: Message | None) -> None:
        """Show a message in place of the one before; None takes it away."""
        if message is None:
            self.clear()
            return
        self.message = message
        self._draw_sign()
        self.text.setText(f"{message.text} {message.remedy}".strip())
        self.setAccessibleName(self.text.text())
        self.button.setVisible(bool(message.action))
        if message.action:
            self.button.setText(self._actions[message.action].text())
            self.button.setToolTip(self._actions[message.action].toolTip())
        self._show_answers(message.more)
        self._timer.stop()
        if not (message.is_problem or message.stays):
            self._timer.start()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def clear(self) -> None:
        """Take the message away."""
        self._timer.stop()
        message, self.message = self.message, None
        self.hide()
        if message is not None:
            self.gone.emit(message)

    @Slot(object)
    def withdraw(self, message: Message) -> None:
        """Take the message away if it is this one, which is settled elsewhere."""
        if self.message is message:
            self.clear()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:  # another theme
            self._draw_sign()
        super().changeEvent(event)

    def _draw_sign(self) -> None:
        if self.message is not None:
            sign = icon("warning", "error") if self.message.is_problem else icon("info", "muted")
            self.sign.setPixmap(sign.pixmap(QSize(20, 20), self.devicePixelRatioF()))

    def _show_answers(self, names: tuple[str, ...]) -> None:
        for button in self.answers:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.answers = [QPushButton(self._actions[name].text()) for name in names]
        for button, name in zip(self.answers, names, strict=True):
            button.setToolTip(self._actions[name].toolTip())
            button.clicked.connect(partial(self._trigger, name))
            self._row.insertWidget(self._row.indexOf(self.button), button)

    @Slot()
    def _act(self) -> None:
        if self.message is not None:
            self._trigger(self.message.action)

    def _trigger(self, action: str, _is_checked: bool = False) -> None:
        self.clear()
        if action:
            self._actions[action].trigger()
