"""TraitsColumn: what two works share and how far apart they are: in words, in bars, and where their strokes run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.core.comparison.report import NO_INFLUENCE, measures_of, sentences_of
from studio.core.engine_api.comparison import Comparison
from studio.ui.compare.traits_view import MeasureBars, StrokeRose
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel
from studio.ui.widgets.screen_room import ScrolledPage
from studio.ui.widgets.section_heading import SectionHeading

_WIDTH = 340  # px


class TraitsColumn(QWidget):
    """Empty until there is a comparison."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = PlainLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.summary.setAccessibleName(self.tr("Summary"))
        self.bars = MeasureBars()
        self.roses = [
            StrokeRose(self.tr("Strokes of the first work")),
            StrokeRose(self.tr("Strokes of the second work")),
        ]
        self._arrange()

    def show_comparison(self, comparison: Comparison | None, titles: tuple[str, str]) -> None:
        """Show a comparison of two works of these titles, or none."""
        traits = (None, None) if comparison is None else (comparison.first, comparison.second)
        for rose, one in zip(self.roses, traits, strict=True):
            rose.show_traits(one)
        self.bars.show_measures(measures_of(comparison) if comparison is not None else ())
        sentences = sentences_of(comparison, *titles) if comparison is not None else []
        parts = sentences[: len(sentences) // 2], sentences[len(sentences) // 2 :]
        self.summary.setText("\n".join(" ".join(part) for part in parts if part))

    def _arrange(self) -> None:
        column = QWidget()
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, GRID, 0)
        box.setSpacing(GRID)
        box.addWidget(self.summary)
        caution = PlainLabel(NO_INFLUENCE)
        caution.setWordWrap(True)
        set_role(caution, "caption")
        box.addWidget(caution)
        box.addWidget(SectionHeading(self.tr("How far apart")))
        box.addWidget(self.bars)
        box.addWidget(SectionHeading(self.tr("Where strokes run")))
        roses = QHBoxLayout()
        for rose in self.roses:
            roses.addWidget(rose)
        box.addLayout(roses)
        box.addStretch(1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(ScrolledPage(column))
        self.setFixedWidth(_WIDTH)
