"""SizeKnob: how large the artwork is to be: by itself, as large as the photo, for a print, or in pixels."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.core.errors import RecipeError
from studio.core.print_size import DPI, PAPERS, PrintSize, parse_print_size
from studio.core.recipe import SIZE_RULES, Knob
from studio.ui.recipe_panel.knob_slider import KnobSlider
from studio.ui.recipe_panel.slider_track import SliderTrack
from studio.ui.theme.theme import set_role
from studio.ui.widgets.form_row import label_for_screen_readers
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.number_field import UnitSpinBox
from studio.ui.widgets.plain_text import PlainLabel

FIRST_DPI = 300
_OWN = "own"  # the entry for prints of sizes that are not in the list
_TIMES = "\N{MULTIPLICATION SIGN}"


class SizeKnob(KnobSlider):
    """The slider for the longer edge, with a list of rules that set it.

    Signals: rule_edited(str), as in StyleRecipe.
    """

    rule_edited = Signal(str)

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        self._rule = "auto"
        track = _RuledTrack(knob, knob.default)
        super().__init__(knob, parent, track=track)
        track.reset_requested.connect(self.reset)
        self.rules = NoWheelComboBox()
        for rule, text in {
            "auto": self.tr("Automatic, after the photo"),
            "photo": self.tr("As large as the photo"),
            "pixels": self.tr("In pixels"),
        }.items():
            self.rules.addItem(text, rule)
        self.rules.insertSeparator(self.rules.count())
        for paper, size in PAPERS.items():
            self.rules.addItem(self.tr("Print: {}").format(_paper_name(paper)), size)
        self.rules.addItem(self.tr("Print: another size"), _OWN)
        self.rules.setMaxVisibleItems(self.rules.count())
        self.print_width, self.print_height = UnitSpinBox(1, 1000), UnitSpinBox(1, 1000)
        self.dpi = UnitSpinBox(*DPI, self.tr(" dpi"))
        self.print_row = self._make_print_row()
        self.note = PlainLabel()
        self.note.setWordWrap(True)
        set_role(self.note, "caption")
        grid = self.layout()
        assert isinstance(grid, QGridLayout)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.rules, 2, 0, 1, 2)
        label_for_screen_readers(self.rules, self.tr("What sets the size"))
        grid.addWidget(self.print_row, 3, 0, 1, 2)
        grid.addWidget(self.note, 4, 0, 1, 2)
        for before, after in ((self.field, self.rules), (self.rules, self.print_width)):
            QWidget.setTabOrder(before, after)
        self.rules.currentIndexChanged.connect(self._take_rule)
        for box in (self.print_width, self.print_height, self.dpi):
            box.valueChanged.connect(self._take_print)
        self.show_rule("auto", "")

    @property
    def rule(self) -> str:
        """What sets the size, as in StyleRecipe."""
        return self._rule

    def show_rule(self, rule: str, note: str) -> None:
        """Show the rule, and what comes of it in words; emits nothing."""
        self._rule = rule
        self.note.setText(note)
        is_print = rule not in SIZE_RULES
        with QSignalBlocker(self.rules):
            self.rules.setCurrentIndex(self._place_of(rule))
        if is_print:
            size = parse_print_size(rule)
            for box, value in ((self.print_width, size.width), (self.print_height, size.height), (self.dpi, size.dpi)):
                with QSignalBlocker(box):
                    box.setValue(value)
        self.print_row.setVisible(is_print)
        self.label.set_changed(rule != "auto")

    def set_value(self, value: float) -> None:
        super().set_value(value)
        self.label.set_changed(self._rule != "auto")

    @Slot()
    def reset(self) -> None:
        self._edit_rule("auto")

    @Slot()
    def _take_rule(self) -> None:
        chosen = self.rules.currentData()
        if chosen in SIZE_RULES:
            self._edit_rule(chosen)
            return
        width, height = (self.print_width.value(), self.print_height.value()) if chosen == _OWN else chosen
        self._edit_rule(str(PrintSize(width, height, int(self.dpi.value()))))

    @Slot()
    def _take_print(self) -> None:
        try:
            size = PrintSize(self.print_width.value(), self.print_height.value(), int(self.dpi.value()))
        except RecipeError:  # half of a size that is typed
            return
        self._edit_rule(str(size))

    def _edit_rule(self, rule: str) -> None:
        self.rule_edited.emit(rule)
        self.edit_finished.emit()

    def _place_of(self, rule: str) -> int:
        if rule in SIZE_RULES:
            return self.rules.findData(rule)
        size = parse_print_size(rule)
        papers = list(PAPERS.values())
        is_known = (size.width, size.height) in papers
        first = self.rules.count() - 1 - len(papers)
        return first + papers.index((size.width, size.height)) if is_known else self.rules.count() - 1

    def _make_print_row(self) -> QWidget:
        row = QWidget()
        box = QGridLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.setColumnStretch(4, 1)
        for field, name, value in (
            (self.print_width, self.tr("Width of the print, cm"), 20),
            (self.print_height, self.tr("Height of the print, cm"), 30),
            (self.dpi, self.tr("Resolution of the print"), FIRST_DPI),
        ):
            field.setAccessibleName(name)
            field.setValue(value)
        for field in (self.print_width, self.print_height):
            field.setDecimals(1)
        box.addWidget(self.print_width, 0, 0)
        box.addWidget(PlainLabel(_TIMES), 0, 1)
        box.addWidget(self.print_height, 0, 2)
        box.addWidget(PlainLabel(self.tr("cm")), 0, 3)
        box.addWidget(self.dpi, 1, 0)  # below: the panel is narrow
        return row


class _RuledTrack(SliderTrack):
    """Where other sliders go back to their default, this one goes back to the rule. Signals: reset_requested()."""

    reset_requested = Signal()

    def reset(self) -> None:
        self.reset_requested.emit()


def _paper_name(paper: str) -> str:
    return paper if paper.startswith("A") else f"{paper.replace('x', _TIMES)} cm"
