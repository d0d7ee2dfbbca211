"""RegionsNote: which regions of the artwork a batch paints in every photo, and what of them stays behind."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from studio.core.artwork.artwork_state import relative_part
from studio.core.regions.region import Region
from studio.ui.theme.theme import set_role
from studio.ui.widgets.plain_text import PlainLabel


class RegionsNote(PlainLabel):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setWordWrap(True)
        set_role(self, "muted")
        self.show_regions(())

    def show_regions(self, regions: Sequence[Region]) -> None:
        """Tell of the regions of an artwork."""
        parts = [(region.name, region, relative_part(region)) for region in regions]
        painted = [name for name, _, part in parts if part is not None]
        cut = [name for name, region, part in parts if part is not None and part != region]
        gone = [name for name, _, part in parts if part is None]
        sentences = []
        if painted:
            sentences.append(self.tr("In every photo, these regions: {}.").format(", ".join(painted)))
        if cut:
            sentences.append(self.tr("Without what was brushed in the open photo: {}.").format(", ".join(cut)))
        if gone:
            text = self.tr("Left out, because they were brushed on the open photo alone: {}.")
            sentences.append(text.format(", ".join(gone)))
        self.setText(" ".join(sentences))
        self.setVisible(bool(sentences))
