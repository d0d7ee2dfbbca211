"""ReportView: the report on a classifier in the window, in its colours."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from studio.core.classifier.results import Assessment
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import StudioError
from studio.ui.curator.report_document import Paper, ReportContent, report_content
from studio.ui.theme.theme import GRID, PALETTES, theme_name
from studio.ui.threads.serial_executor import SerialExecutor

_CAUTION = {"dark": "#4a3d1c", "light": "#f6e7bd"}


class ReportView(QWidget):
    """Shows one report, drawn off the GUI thread; empty without one."""

    def __init__(self, files: SerialExecutor, parent: QWidget | None = None) -> None:
        """files: the thread on which it is drawn."""
        super().__init__(parent)
        self._files = files
        self._shown: tuple[str, Assessment] | None = None
        self._number = 0
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setAccessibleName(self.tr("Report on the classifier"))
        self.text.document().setDocumentMargin(2 * GRID)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.text)

    @property
    def document(self) -> QTextDocument:
        """What is shown."""
        return self.text.document()

    def show_report(self, title: str, found: Assessment | None) -> None:
        """Show the report of this assessment, or nothing."""
        shown = None if found is None else (title, found)
        if found is not None and self._shown is not None and self._shown[1] is found:
            return
        self._shown = shown
        self._number += 1
        self.text.clear()
        if shown is not None:
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown is not None:
            self._number += 1
            self._draw()

    def _draw(self) -> None:
        assert self._shown is not None
        (title, found), number, paper = self._shown, self._number, paper_of_theme()

        def take(content: ReportContent) -> None:
            if number == self._number:
                content.fill(self.document)

        def refuse(error: StudioError) -> None:
            if number == self._number:
                self.text.setPlainText(self.tr("The report cannot be shown: {}").format(error.message))

        self._files.submit(lambda: report_content(title, found, FeatureQuery().encoder, paper), take, refuse)


def paper_of_theme() -> Paper:
    """The colours of the theme in force."""
    name = theme_name()
    colors = PALETTES[name]
    return Paper(colors["window"], colors["text"], colors["muted"], colors["accent"], _CAUTION[name], colors["control"])
