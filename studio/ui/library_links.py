"""LibraryLinks: the second room in the window, and what others do with the pictures that are selected there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from studio.ui.actions.actions import Actions
from studio.ui.batch.batch_window import BatchWindow
from studio.ui.compare.compare_controller import CompareController
from studio.ui.curator.curator import Curator
from studio.ui.finetune.tune_controller import TuneController
from studio.ui.finetune.tune_window import TuneWindow
from studio.ui.library.library import Library
from studio.ui.widgets.tool_buttons import action_button
from studio.ui.window.main_window import MainWindow


class LibraryLinks(QObject):
    """Shows the library in place of the canvas, and hands its pictures on."""

    def __init__(
        self,
        library: Library,
        window: MainWindow,
        actions: Actions,
        comparisons: CompareController,
        tune_controller: TuneController,
        tune_window: TuneWindow,
        batch_window: BatchWindow,
        curator: Curator,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._window, self._batch_window = library, window, batch_window
        self._tune_controller, self._tune_window = tune_controller, tune_window
        batch_window.library_folders = lambda: (folder.path for folder in library.indexer.folders)
        show = actions["library"]
        window.rooms.addWidget(library.room)
        show.toggled.connect(self._show_library)
        library.wanted.connect(lambda: show.setChecked(True))
        library.left.connect(lambda: show.setChecked(False))
        actions["more_like_this"].triggered.connect(library.show_like_canvas)
        library.selection.compare_asked.connect(comparisons.open)
        library.selection.teach_asked.connect(self._teach_of)
        library.selection.render_asked.connect(self._render_these)
        here, there = window.messages, library.room.messages
        here.gone.connect(there.withdraw)  # what was closed or answered in one is not asked again in the other
        there.gone.connect(here.withdraw)
        library.room.head.add_tool(action_button(actions["influence"]))
        library.room.head.add_tool(curator.button)
        library.room.more_bars.addWidget(curator.bar)
        window.first_painted.connect(library.start)

    @Slot(bool)
    def _show_library(self, is_shown: bool) -> None:
        self._window.show_room(self._library.room if is_shown else None)
        if is_shown:
            self._library.room.enter()

    @Slot(list, str)
    def _teach_of(self, paths: list[Path], author: str) -> None:
        self._tune_controller.references.add(paths)
        self._tune_window.name_author(author)
        self._tune_window.open_beside()

    @Slot(list)
    def _render_these(self, paths: list[Path]) -> None:
        self._batch_window.add_places(paths)
        self._batch_window.open_beside()
