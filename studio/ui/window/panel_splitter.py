"""PanelSplitter: gallery, canvas and settings side by side, with edges to drag; the sides can be hidden."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

GALLERY_WIDTH, PANEL_WIDTH = 260, 300  # px
_USUAL_WIDTH = 1280  # px


class PanelSplitter(QSplitter):
    """Each side is there while its action is ticked. One that is dragged shut is hidden, so that the menu shows
    that and opens it again. A gallery that a small window has made narrow is as wide as before in a larger one.
    """

    def __init__(
        self, gallery: QWidget, middle: QWidget, panel: QWidget, gallery_action: QAction, panel_action: QAction
    ) -> None:
        super().__init__()
        self._sides = ((0, gallery, gallery_action), (2, panel, panel_action))
        self._middle = middle
        self._is_alone = False
        self._last_widths = {0: GALLERY_WIDTH, 2: PANEL_WIDTH}  # of the sides, for when they are hidden or narrowed
        for number, part in enumerate((gallery, middle, panel)):
            self.addWidget(part)
            self.setStretchFactor(number, 1 if part is middle else 0)
            self.setCollapsible(number, part is not middle)
        self.setSizes([GALLERY_WIDTH, _USUAL_WIDTH - GALLERY_WIDTH - PANEL_WIDTH, PANEL_WIDTH])
        self.setHandleWidth(1)
        self.splitterMoved.connect(self._hide_shut_sides)
        for _, _, action in self._sides:
            action.toggled.connect(self._show_sides)
        self._show_sides()

    def set_alone(self, is_alone: bool) -> None:
        """Show the middle alone, whatever is ticked."""
        self._is_alone = is_alone
        self._show_sides()

    @property
    def widths(self) -> list[int]:
        """Of all three, px, as they are with both sides shown."""
        self._note_widths()
        left, right = self._last_widths[0], self._last_widths[2]
        return [left, max(1, sum(self.sizes()) - left - right), right]

    def restore_widths(self, widths: list[int]) -> None:
        """Share the room as it was once."""
        self._last_widths = {0: widths[0] or GALLERY_WIDTH, 2: widths[2] or PANEL_WIDTH}
        self.setSizes(widths)
        self._show_sides()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._note_widths()
        super().resizeEvent(event)
        sizes = self.sizes()
        more = min(self._last_widths[0] - sizes[0], self._spare)
        if sizes[0] and more > 0:
            self.setSizes([sizes[0] + more, sizes[1] - more, sizes[2]])

    @property
    def _spare(self) -> int:
        """How much narrower the middle can become, px."""
        return self.sizes()[1] - max(self._middle.minimumWidth(), self._middle.minimumSizeHint().width())

    def _note_widths(self) -> None:
        # Before it is visible, Qt has not shared the room yet; without room to spare, it has made the sides narrow.
        if self.isVisible() and self._spare > 0:
            self._last_widths |= {place: width for place, width in enumerate(self.sizes()) if place != 1 and width}

    @Slot()
    def _show_sides(self) -> None:
        self._note_widths()
        for place, part, action in self._sides:
            part.setVisible(action.isChecked() and not self._is_alone)
            sizes = self.sizes()
            if not part.isHidden() and self.isVisible() and sizes[place] == 0:
                sizes[1] -= self._last_widths[place]
                sizes[place] = self._last_widths[place]
                self.setSizes(sizes)

    @Slot()
    def _hide_shut_sides(self) -> None:
        for place, part, action in self._sides:
            if part.isVisible() and self.sizes()[place] == 0:
                action.setChecked(False)
