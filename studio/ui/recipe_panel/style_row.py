"""One active style: its picture, title and maker, its share of the mix, and a button to take it out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QWidget

from studio.core.recipe import SHARE_KNOB
from studio.core.styles.style import Style
from studio.ui.images.thumbnails import tile_of
from studio.ui.recipe_panel.slider_track import SliderTrack
from studio.ui.recipe_panel.value_field import ValueField
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import PlainLabel, tool_tip

_TILE = 48  # px


class StyleRow(QWidget):
    """Shows a style in use; emits what the artist wants with it. Shares are percent of the mix."""

    share_edited = Signal(object)
    edit_finished = Signal()
    removed = Signal()

    def __init__(self, style: Style, equal_share: float, has_share: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = style.card
        tile = PlainLabel()
        tile.setFixedSize(_TILE, _TILE)
        tile.setPixmap(tile_of(style.picture, _TILE, self.devicePixelRatioF()))
        title = ElidedLabel(card.title)
        maker = ElidedLabel(", ".join(filter(None, [card.author, card.year])))
        set_role(maker, "caption")
        self.remove = QToolButton()
        self.remove.setIcon(icon("close", "muted"))
        removal = self.tr("Take {} out of the mix").format(card.title)
        self.remove.setToolTip(tool_tip(removal))
        self.remove.setAccessibleName(removal)
        self.remove.clicked.connect(self.removed)
        self.track = SliderTrack(SHARE_KNOB, equal_share)
        self.field = ValueField(SHARE_KNOB)
        self.field.setFixedWidth(64)
        for widget in (self.track, self.field):
            widget.setAccessibleName(self.tr("Share of {}").format(card.title))
            widget.setAccessibleDescription(SHARE_KNOB.help)
            widget.setToolTip(tool_tip(SHARE_KNOB.help))
        self.track.value_edited.connect(self.share_edited)
        self.track.edit_finished.connect(self.edit_finished)
        self.field.value_edited.connect(self.share_edited)
        self.field.value_edited.connect(self.edit_finished)

        share = QWidget(self)
        share.setVisible(has_share)
        row = QHBoxLayout(share)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.track, 1)
        row.addWidget(self.field)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        grid.addWidget(tile, 0, 0, 2, 1)
        grid.addWidget(title, 0, 1, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(maker, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.remove, 0, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(share, 2, 0, 1, 3)
        grid.setColumnStretch(1, 1)

    def set_share(self, percent: float, shown: int) -> None:
        """Show the share, in figures as `shown`; emits nothing."""
        self.track.set_knob_value(percent)
        self.field.set_knob_value(shown)
