"""StageList: the ways a classifier is trained, one below the other, and whether each was kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from studio.core.classifier.results import Assessment, Epoch, StageName, StageResult
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_ORDER: tuple[StageName, ...] = ("head", "fine-tuned", "from scratch")


class StageList(QWidget):
    """Shows what is known of each stage so far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        names = {
            "head": self.tr("Head alone"),
            "fine-tuned": self.tr("Fine-tuned"),
            "from scratch": self.tr("From scratch"),
        }
        self.results: dict[StageName, PlainLabel] = {}
        self.verdicts: dict[StageName, PlainLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(2, 1)
        for row, stage in enumerate(_ORDER):
            name, result, verdict = PlainLabel(names[stage]), PlainLabel(), PlainLabel()
            set_role(name, "muted")
            verdict.setWordWrap(True)
            for column, widget in enumerate((name, result, verdict)):
                grid.addWidget(widget, row, column, Qt.AlignmentFlag.AlignTop)
            self.results[stage], self.verdicts[stage] = result, verdict
        self.show_stages((), None)

    def show_stages(self, epochs: Sequence[Epoch], found: Assessment | None) -> None:
        """Show what a training came to, or how far it is."""
        known = {} if found is None else {stage.name: stage for stage in found.stages}
        for stage in _ORDER:
            result = known.get(stage)
            self.results[stage].setText(self._result(result) if result else "\N{EN DASH}")
            self.verdicts[stage].setText(self._verdict(result) if result else self._progress(stage, epochs, found))
            self.verdicts[stage].setToolTip(tool_tip(result.note if result else ""))

    def _result(self, stage: StageResult) -> str:
        low, high = stage.interval
        return self.tr("{:.0%} right ({:.0%} to {:.0%})").format(stage.accuracy, low, high)

    def _verdict(self, stage: StageResult) -> str:
        if stage.is_kept:
            return self.tr("kept")
        if stage.name == "from scratch":
            return self.tr("for comparison only: {}").format(stage.note)
        return self.tr("not kept: not better on works held out")

    def _progress(self, stage: StageName, epochs: Sequence[Epoch], found: Assessment | None) -> str:
        own = [epoch for epoch in epochs if epoch.stage == stage]
        if found is not None:
            return self.tr("left out")
        if not own:
            return ""
        last = own[-1]
        if not last.part:
            return self.tr("kept; learning from all pictures, epoch {}").format(last.epoch)
        return self.tr("part {} of {}, epoch {} of at most {}").format(last.part, last.parts, last.epoch, last.epochs)
