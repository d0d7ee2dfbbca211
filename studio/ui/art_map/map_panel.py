"""MapPanel: the map with a bar above it: layout, colours, tools, and a sentence on what distances mean."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.ui.art_map.art_map import ArtMap
from studio.ui.art_map.map_controller import MapController
from studio.ui.art_map.selection_shape import Tool
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.no_wheel_combo_box import NoWheelComboBox
from studio.ui.widgets.plain_text import PlainLabel, tool_tip


class MapPanel(QWidget):
    """The map of an index with all that belongs to it.

    Signals: works_changed(), `rows` are others; selection_changed(list of int) and opened(int): places in `rows`;
    failed(StudioError), the index cannot be read.
    """

    works_changed = Signal()
    selection_changed = Signal(list)
    opened = Signal(int)
    failed = Signal(object)

    def __init__(self, index_folder: Path | None = None, parent: QWidget | None = None) -> None:
        """index_folder: None for the user's own."""
        super().__init__(parent)
        self.map = ArtMap(self)
        self.controller = MapController(self.map, index_folder, self)
        self.layouts = self._make_box(
            self.tr("Layout"), {"pca": self.tr("What differs most"), "umap": self.tr("What is alike")}
        )
        for row, method in enumerate((self.tr("Principal components (PCA), at once"), self.tr("UMAP, takes a while"))):
            self.layouts.setItemData(row, tool_tip(method), Qt.ItemDataRole.ToolTipRole)
        self.colors = self._make_box(
            self.tr("Frames"),
            {
                "group": self.tr("By group"),
                "artist": self.tr("By artist"),
                "year": self.tr("By year"),
                "period": self.tr("By period"),
                "label": self.tr("By label"),
            },
        )
        self.stop = self._make_button("stop", self.tr("Stop, and show what differs most"))
        self.fit = self._make_button("fit", self.tr("Show all works (Home)"))
        self.tools: dict[Tool, QToolButton] = {
            "lasso": self._make_button("lasso", self.tr("Lasso: draw around works to select them (Shift+drag)")),
            "rectangle": self._make_button("rectangle", self.tr("Rectangle: select the works in it (Ctrl+drag)")),
        }
        self.note = PlainLabel()
        self.note.setWordWrap(True)
        set_role(self.note, "caption")
        self._arrange()
        for tool, button in self.tools.items():
            button.setCheckable(True)
            button.toggled.connect(partial(self._choose_tool, tool))
        self.map.tool_changed.connect(self._show_tool)
        self.layouts.currentIndexChanged.connect(self._choose_layout)
        self.colors.currentIndexChanged.connect(self._choose_colors)
        self.stop.clicked.connect(self.controller.cancel)
        self.fit.clicked.connect(self.map.camera.fit)
        self.controller.state_changed.connect(self._show_state)
        self.controller.works_changed.connect(self.works_changed)
        self.controller.failed.connect(self.failed)
        self.map.selection_changed.connect(self.selection_changed)
        self.map.opened.connect(self.opened)
        self.setFocusProxy(self.map)
        self._show_state()

    @property
    def rows(self) -> list[int]:
        """The rows of the index that are shown, by the numbers of the map."""
        return [picture.row for picture in self.controller.pictures]

    @property
    def selected_rows(self) -> list[int]:
        """Those that are selected."""
        return [picture.row for picture in self.controller.selected]

    def show_rows(self, rows: Sequence[int]) -> None:
        """Show these rows of the index, but for those that have gone. Ends in works_changed or failed."""
        self.controller.show(rows=rows)

    def close_down(self) -> None:
        """End what runs for the map; before the window goes. Idempotent."""
        self.controller.close()

    def _arrange(self) -> None:
        bar = QWidget()
        set_role(bar, "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        row.setSpacing(GRID)
        for text, box in ((self.tr("Layout"), self.layouts), (self.tr("Frames"), self.colors)):
            label = PlainLabel(text)
            label.setBuddy(box)  # what screen readers on Linux are told
            set_role(label, "muted")
            row.addWidget(label)
            row.addWidget(box)
        row.addWidget(self.note, 1)
        for button in (self.stop, *self.tools.values(), self.fit):
            row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(bar)
        whole.addWidget(self.map, 1)

    def _make_box(self, name: str, entries: dict[str, str]) -> QComboBox:
        box = NoWheelComboBox()
        for value, text in entries.items():
            box.addItem(text, value)
        box.setAccessibleName(name)
        return box

    def _make_button(self, icon_name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setToolTip(tool_tip(tip))
        button.setAccessibleName(tip)
        return button

    @Slot(int)
    def _choose_layout(self, _: int) -> None:
        self.controller.set_layout(self.layouts.currentData())

    @Slot(int)
    def _choose_colors(self, _: int) -> None:
        self.controller.set_coloring(self.colors.currentData())

    def _choose_tool(self, tool: Tool, is_on: bool) -> None:
        if is_on or self.map.tool == tool:
            self.map.set_tool(tool if is_on else "pan")

    @Slot(str)
    def _show_tool(self, tool: str) -> None:
        for name, button in self.tools.items():
            button.setChecked(name == tool)

    @Slot()
    def _show_state(self) -> None:
        controller = self.controller
        wanted = self.layouts.findData(controller.layout)
        if wanted != self.layouts.currentIndex():
            self.layouts.setCurrentIndex(wanted)
        sentences = {
            "pca": self.tr("What is far apart differs; what is near may still differ in other ways."),
            "umap": self.tr("Works close together are alike; distances between islands mean little."),
        }
        if controller.state == "reading":
            text = self.tr("Reading the library …")
        elif controller.state == "computing":
            text = self.tr("What is alike is being brought together. Until then: {note}").format(note=sentences["pca"])
        elif controller.problem:
            text = controller.problem
        else:
            text = sentences[controller.shown_layout]
        self.note.setText(text)
        self.stop.setVisible(controller.state == "computing")
