"""ExportSize: how large the file is to be, in pixels or on paper; the shape stays, and enlarging is said."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.core.picture import Picture, fit_size
from studio.core.print_size import DPI, PAPERS, PrintSize
from studio.ui.export.export_settings import Unit
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.form_row import label_for_screen_readers
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.number_field import UnitSpinBox
from studio.ui.widgets.plain_text import PlainLabel

PER_INCH: dict[Unit, float] = {"cm": 2.54, "in": 1.0}  # units of length in an inch
_DECIMALS: dict[Unit, int] = {"px": 0, "cm": 1, "in": 2}
_LONGEST_EDGE = 65_500  # px; some formats hold less, which the dialog says
_WORTH_PAINTING = 1.02  # times enlarged; less is a rounding
TIMES = "\N{MULTIPLICATION SIGN}"


class ExportSize(QWidget):
    """Width, height, unit and resolution, all linked, and a list of sizes that sets them.

    In pixels, the resolution only says how large a print will be; in cm and inches, it says how many pixels the print
    needs. Signals: changed(); larger_wanted(int), to paint it with this longer edge (px) rather than to enlarge it.
    """

    changed = Signal()
    larger_wanted = Signal(int)

    def __init__(
        self,
        picture: Picture,
        dpi: float,
        unit: Unit,
        parent: QWidget | None = None,
        *,
        photo: tuple[int, int] | None = None,
        can_paint: bool = False,
    ) -> None:
        """photo: (width, height) of what it was painted of. can_paint: whether it can be painted larger."""
        super().__init__(parent)
        self._picture = picture
        self._photo_edge = None if photo is None else max(photo)
        self._can_paint = can_paint
        self.presets = NoWheelComboBox()
        self._fill_presets()
        self.larger = QPushButton(self.tr("Paint it this large instead"))
        policy = self.larger.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes and goes
        self.larger.setSizePolicy(policy)
        self.larger.setAutoDefault(False)  # Enter in a field exports
        self.larger.clicked.connect(self._want_larger)
        self._pixels = (picture.width, picture.height)
        self.width_box, self.height_box = UnitSpinBox(1, _LONGEST_EDGE), UnitSpinBox(1, _LONGEST_EDGE)
        self.unit_box = NoWheelComboBox()
        for name, text in zip(get_args(Unit), (self.tr("px"), self.tr("cm"), self.tr("inch")), strict=True):
            self.unit_box.addItem(text, name)
        self.unit_box.setCurrentIndex(self.unit_box.findData(unit))
        self.dpi_box = UnitSpinBox(*DPI, self.tr(" dpi"))
        self.dpi_box.setValue(dpi)
        self.summary = PlainLabel()
        set_role(self.summary, "caption")
        for widget, name in (
            (self.width_box, self.tr("Width")),
            (self.height_box, self.tr("Height")),
            (self.unit_box, self.tr("Unit of the size")),
            (self.dpi_box, self.tr("Resolution of the print")),
        ):
            widget.setAccessibleName(name)
        self._arrange()
        label_for_screen_readers(self.presets, self.tr("Size of the file"))
        label_for_screen_readers(self.unit_box, self.tr("Unit of the size"))
        self.presets.activated.connect(self._take_preset)
        self.width_box.valueChanged.connect(self._follow_width)
        self.height_box.valueChanged.connect(self._follow_height)
        self.unit_box.currentIndexChanged.connect(self._follow_unit)
        self.dpi_box.valueChanged.connect(self._follow_dpi)
        self._show_pixels()

    @property
    def pixels(self) -> tuple[int, int]:
        """(width, height) of the file."""
        return self._pixels

    @property
    def dpi(self) -> int:
        """Pixels per inch of the print."""
        return int(self.dpi_box.value())

    @property
    def unit(self) -> Unit:
        """What the size is shown in."""
        unit: Unit = self.unit_box.currentData()
        return unit

    @property
    def enlargement(self) -> float:
        """How many times larger than it was painted."""
        return self._pixels[0] / self._picture.width

    @Slot()
    def _follow_width(self) -> None:
        width = max(1, round(self.width_box.value() * self._pixels_per_unit))
        self._set_pixels(width, round(self._picture.height * width / self._picture.width))

    @Slot()
    def _follow_height(self) -> None:
        height = max(1, round(self.height_box.value() * self._pixels_per_unit))
        self._set_pixels(round(self._picture.width * height / self._picture.height), height)

    @Slot()
    def _follow_unit(self) -> None:
        self._show_pixels()
        self.changed.emit()

    @Slot()
    def _follow_dpi(self) -> None:
        if self.unit == "px":
            self._show_pixels()
            self.changed.emit()
        else:
            self._follow_width()  # the print stays as large as it was asked for

    @property
    def _pixels_per_unit(self) -> float:
        return 1.0 if self.unit == "px" else self.dpi / PER_INCH[self.unit]

    def _set_pixels(self, width: int, height: int) -> None:
        self._pixels = (max(1, width), max(1, height))
        self._show_pixels()
        self.changed.emit()

    def _show_pixels(self) -> None:
        for box, pixels in zip((self.width_box, self.height_box), self._pixels, strict=True):
            with QSignalBlocker(box):
                box.setDecimals(_DECIMALS[self.unit])
                box.setRange(10.0 ** -_DECIMALS[self.unit], _LONGEST_EDGE / self._pixels_per_unit)
                if not box.hasFocus() or round(box.value() * self._pixels_per_unit) != pixels:
                    box.setValue(pixels / self._pixels_per_unit)
        self.summary.setText(f"{self._other_size()}, {self._comparison()}")
        self.larger.setVisible(self._can_paint and self.enlargement > _WORTH_PAINTING)
        with QSignalBlocker(self.presets):
            self.presets.setCurrentIndex(self._present_preset())

    def _fill_presets(self) -> None:
        self.presets.addItem(self.tr("As on the canvas"), self._picture.long_edge)
        if self._photo_edge is not None and self._photo_edge != self._picture.long_edge:
            self.presets.addItem(self.tr("As large as the photo"), self._photo_edge)
        for name, paper in PAPERS.items():
            words = name if name.startswith("A") else f"{name.replace('x', TIMES)} cm"
            self.presets.addItem(self.tr("Print: {}").format(words), paper)
        self.presets.addItem(self.tr("Another size"), None)

    @Slot()
    def _take_preset(self) -> None:
        chosen = self.presets.currentData()
        if chosen is None:
            self.width_box.setFocus()
            return
        if isinstance(chosen, int):
            self._set_pixels(*fit_size(self._picture.width, self._picture.height, chosen))
            return
        if self.unit == "px":
            with QSignalBlocker(self.unit_box):
                self.unit_box.setCurrentIndex(self.unit_box.findData("cm"))
        self._set_pixels(*self._on(chosen))

    def _on(self, paper: tuple[float, float]) -> tuple[int, int]:
        """The pixels of the picture as large as it goes on a paper, at the resolution that is set."""
        width, height = self._picture.width, self._picture.height
        return fit_size(width, height, PrintSize(*paper, self.dpi).long_edge(width, height))

    def _present_preset(self) -> int:
        """The entry that is the size set now."""
        if self.unit == "px":
            return max(self.presets.findData(max(self._pixels)), 0) if self._is_listed() else self.presets.count() - 1
        papers = (name for name in PAPERS if self._on(PAPERS[name]) == self._pixels)
        first = self.presets.count() - 1 - len(PAPERS)
        return next((first + list(PAPERS).index(name) for name in papers), self.presets.count() - 1)

    def _is_listed(self) -> bool:
        return max(self._pixels) in (self._picture.long_edge, self._photo_edge)

    @Slot()
    def _want_larger(self) -> None:
        self.larger_wanted.emit(max(self._pixels))

    def _other_size(self) -> str:
        width, height = self._pixels
        if self.unit == "px":
            on_paper = (2.54 * width / self.dpi, 2.54 * height / self.dpi)
            return self.tr("{:.1f} × {:.1f} cm in print").format(*on_paper)
        return self.tr("{} × {} px").format(width, height)

    def _comparison(self) -> str:
        if self._pixels == (self._picture.width, self._picture.height):
            return self.tr("as large as it was painted")
        if self.enlargement > 1:
            return self.tr("enlarged {:.2g} times beyond what was painted").format(self.enlargement)
        return self.tr("smaller than it was painted")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.width_box, 1)
        row.addWidget(PlainLabel("\N{MULTIPLICATION SIGN}"))
        row.addWidget(self.height_box, 1)
        row.addWidget(self.unit_box)
        row.addSpacing(GRID)
        row.addWidget(PlainLabel(self.tr("at")))
        row.addWidget(self.dpi_box)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.presets)
        box.addLayout(row)
        last = QHBoxLayout()
        last.setSpacing(GRID)
        last.addWidget(self.summary, 1)
        last.addWidget(self.larger)
        box.addLayout(last)
