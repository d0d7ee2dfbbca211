"""SimilarityBar: what similar pictures are searched for, by what, and how alike they have to be."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QToolButton, QWidget

from studio.core.displayable import displayable
from studio.core.library.search import By
from studio.ui.library.questions import MOST_HITS, Found, Question, much_alike
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_EDGE = 32  # px of the picture that is searched for
_STEPS = 100  # of the slider, from 0 to 1
_SLIDER_WIDTH = 120  # px


class SimilarityBar(QFrame):
    """Hidden while everything is shown. Signals: shares_changed(dict), at_least_changed(similarity), closed()."""

    shares_changed = Signal(object)
    at_least_changed = Signal(float)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.picture = PlainLabel()
        self.picture.setFixedSize(_EDGE, _EDGE)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = ElidedLabel(middle=True)
        set_role(self.title, "title")
        self.note = PlainLabel()
        self.note.setWordWrap(True)
        set_role(self.note, "caption")
        self.chips: dict[By, QToolButton] = {
            "style": self._make_chip(self.tr("Style"), self.tr("Alike in strokes, textures and materials")),
            "subject": self._make_chip(self.tr("Subject"), self.tr("Alike in what they show")),
            "palette": self._make_chip(self.tr("Palette"), self.tr("Alike in colours")),
        }
        self.chips["style"].setChecked(True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setFixedWidth(_SLIDER_WIDTH)
        self.slider.setAccessibleName(self.tr("At least this much alike, out of 100"))
        self.slider.setToolTip(tool_tip(self.tr("Leave out pictures that are less alike")))
        self.value = PlainLabel("0.00")
        self.value.setFixedWidth(self.value.sizeHint().width())  # nothing jumps when the number changes
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setToolTip(tool_tip(self.tr("Show all pictures again")))
        self.close_button.setAccessibleName(self.tr("Show all pictures again"))
        self.close_button.clicked.connect(self.closed)
        self.slider.valueChanged.connect(self._tell_at_least)
        self._arrange()
        self._show_value()
        self.hide()

    def show_question(self, question: Question, picture: QPixmap | None) -> None:
        """Show what is asked for; picture: of the query, None where there is none."""
        self.setVisible(question.kind != "all")
        if question.kind == "all":
            return
        is_search = question.kind in ("alike", "styles")
        self.choices.setVisible(is_search)
        if picture is not None and not picture.isNull():
            ratio = self.devicePixelRatioF()
            size = QSize(_EDGE, _EDGE) * ratio
            fitted = picture.scaled(
                size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            fitted.setDevicePixelRatio(ratio)
            self.picture.setPixmap(fitted)
        else:
            sign = icon("copy" if question.kind == "twice" else "search")
            self.picture.setPixmap(sign.pixmap(QSize(20, 20), self.devicePixelRatioF()))
        if question.query is not None:
            like = self.tr("Styles like {}") if question.kind == "styles" else self.tr("More like {}")
            self.title.setText(like.format(displayable(question.query.title)))
        else:
            self.title.setText(self.tr("Pictures that are there more than once"))
        if question.at_least is not None:
            self._show_steps(round(question.at_least * _STEPS))

    def show_found(self, found: Found, is_busy: bool) -> None:
        """Say how many there are."""
        question, count = found.question, len(found.rows)
        if is_busy and not count:
            self.note.setText(self.tr("Searching…"))
        elif question.kind == "twice":
            groups = len(set(found.copies.values()))
            text = self.tr("{} files show {} pictures. Equal ones have the same number.").format(count, groups)
            self.note.setText(text if count else self.tr("Every picture is there once."))
        else:
            words = self.tr("one picture") if count == 1 else self.tr("{} pictures").format(count)
            alike = much_alike(found.hits.values(), question.shares)
            if count == MOST_HITS:
                words = self.tr("the {} most alike").format(count)
            elif count and not alike:
                words = self.tr("the nearest {}, none of them much alike").format(count)
            elif alike < count:
                words = self.tr("{} much alike, and the nearest of the rest").format(alike)
            if question.at_least is None and count:
                self._show_steps(math.floor(found.least * _STEPS))
            self.note.setText(self.tr("{}. Similar does not mean influenced.").format(words.capitalize()))

    def _show_steps(self, steps: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(steps)
        self._show_value()

    @Slot()
    def _tell_shares(self) -> None:
        """One of the three counts in any case."""
        chosen = [kind for kind, chip in self.chips.items() if chip.isChecked()]
        if not chosen:
            sender = self.sender()
            for chip in self.chips.values():
                if chip is sender:
                    chip.setChecked(True)
            return
        self.shares_changed.emit(dict.fromkeys(chosen, 1.0))

    @Slot(int)
    def _tell_at_least(self, value: int) -> None:
        self._show_value()
        self.at_least_changed.emit(value / _STEPS)

    def _show_value(self) -> None:
        self.value.setText(f"{self.slider.value() / _STEPS:.2f}")

    def _make_chip(self, text: str, tip: str) -> QToolButton:
        chip = QToolButton()
        chip.setText(text)
        chip.setCheckable(True)
        chip.setToolTip(tool_tip(tip))
        chip.setAccessibleName(text)
        set_role(chip, "chip")
        chip.clicked.connect(self._tell_shares)
        return chip

    def _arrange(self) -> None:
        self.choices = QWidget()
        choices = QHBoxLayout(self.choices)
        choices.setContentsMargins(0, 0, 0, 0)
        choices.setSpacing(GRID)
        for widget in (*self.chips.values(), PlainLabel(self.tr("At least")), self.slider, self.value):
            choices.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 4, GRID, 4)
        row.setSpacing(GRID)
        row.addWidget(self.picture)
        row.addWidget(self.title, 2)
        row.addWidget(self.note, 2)
        row.addWidget(self.choices)
        row.addWidget(self.close_button)
