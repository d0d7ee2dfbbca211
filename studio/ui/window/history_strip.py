"""The results so far, as a strip below the canvas: a click brings one back with its settings."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from studio.core.artwork.artwork_state import Result
from studio.ui.images.thumbnails import tile_of
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.collapsible_header import CollapsibleHeader
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_TILE = 56  # px


class HistoryStrip(QFrame):
    """One button for each result of the session, oldest first.

    It is there from the first photo on, results or not, so that none of them makes the canvas smaller. It is open while
    `shown` is ticked, and its heading ticks that too.
    """

    def __init__(self, session: Session, shown: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[Result, ...] = ()
        self.buttons: list[QToolButton] = []
        set_role(self, "bar")
        self.strip = QScrollArea()
        self.strip.setWidgetResizable(True)
        self.strip.setFrameShape(QFrame.Shape.NoFrame)
        self.strip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.strip.setFixedHeight(_TILE + 24)
        row = QWidget()
        self._row = QHBoxLayout(row)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self.hint = PlainLabel(self.tr("Each picture you finish stays here; a click brings it back."))
        self.hint.setIndent(20)  # below its heading
        set_role(self.hint, "caption")
        self._row.addWidget(self.hint)
        self._row.addStretch(1)
        self.strip.setWidget(row)
        self.fold = CollapsibleHeader(self.tr("History"), self.strip)
        box = QVBoxLayout(self)
        box.setContentsMargins(GRID, 2, GRID, 2)
        box.setSpacing(2)
        box.addWidget(self.fold)
        box.addWidget(self.strip)
        session.state_changed.connect(self._show_history)
        session.styles_changed.connect(self._describe)  # a card that says something else now, too
        self.fold.setChecked(shown.isChecked())
        self.fold.toggled.connect(shown.setChecked)
        shown.toggled.connect(self.fold.setChecked)
        self._show_history()

    @Slot()
    def _show_history(self) -> None:
        artwork = self._session.artwork
        if artwork.history != self._shown:
            self._make_buttons(artwork.history)
        for result, button in zip(self._shown, self.buttons, strict=True):
            button.setChecked(result is artwork.result)
        self.setVisible(artwork.state.size is not None or bool(self._shown))

    @Slot()
    def _describe(self) -> None:
        for result, button in zip(self._shown, self.buttons, strict=True):
            button.setToolTip(tool_tip(self._description(result)))
            button.setAccessibleName(self._description(result))

    def _bring_back(self, result: Result) -> None:
        self._session.show_result(result)
        self._show_history()  # also when it is there already: the click has unchecked it

    def _make_buttons(self, history: tuple[Result, ...]) -> None:
        kept = {id(result): button for result, button in zip(self._shown, self.buttons, strict=True)}
        for result in self._shown:
            if all(result is not other for other in history):
                kept.pop(id(result)).deleteLater()
        self.buttons = [kept.get(id(result)) or self._make_button(result) for result in history]
        self._shown = history
        self.hint.setVisible(not history)
        self._describe()
        before: QWidget = self.fold
        for index, button in enumerate(self.buttons):
            self._row.insertWidget(index, button)
            QWidget.setTabOrder(before, button)
            before = button

    def _make_button(self, result: Result) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(QIcon(tile_of(result.picture, _TILE, self.devicePixelRatioF())))
        button.setIconSize(QSize(_TILE, _TILE))
        button.setCheckable(True)
        button.setStyleSheet("QToolButton { padding: 2px; } QToolButton:focus { padding: 1px; }")
        button.clicked.connect(partial(self._bring_back, result))
        return button

    def _description(self, result: Result) -> str:
        artwork = self._session.artwork
        styles = self.tr(" and ").join(artwork.card_of(style).title for style in result.styles)
        size = f"{result.picture.width} \N{MULTIPLICATION SIGN} {result.picture.height} px"
        state = "" if result.is_complete else self.tr(", stopped early")
        return f"{styles}, {size}{state}"
