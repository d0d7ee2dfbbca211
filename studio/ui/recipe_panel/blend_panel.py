"""The two photos of a double exposure, and how they are blended; not there while one photo is painted alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from studio.core.artwork.blend import MODE_KNOB, OPACITY_KNOB
from studio.core.picture import Picture
from studio.ui.images.thumbnails import tile_of
from studio.ui.importing.photo_change import change_photo
from studio.ui.recipe_panel.knob_combo import KnobCombo
from studio.ui.recipe_panel.knob_slider import KnobSlider
from studio.ui.recipe_panel.knob_widget import KnobWidget
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, icon, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.plain_text import PlainLabel, tool_tip
from studio.ui.widgets.section_heading import SectionHeading

_TILE = 48  # px


class BlendPanel(QWidget):
    """Shows the session's blend and hands every change on to the session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[Picture, ...] = ()
        self.over = _PhotoRow(self.tr("On top"))
        self.base = _PhotoRow(self.tr("Below"))
        self.swap = QToolButton()
        self.swap.setIcon(icon("swap"))
        self.swap.setToolTip(self.tr("Swap the two pictures"))
        self.swap.setAccessibleName(self.swap.toolTip())
        self.knobs: dict[str, KnobWidget] = {
            "mode": KnobCombo(MODE_KNOB),
            "opacity": KnobSlider(OPACITY_KNOB),
        }
        self._arrange()
        self.over.remove.clicked.connect(self._remove_over)
        self.base.remove.clicked.connect(self._remove_base)
        self.swap.clicked.connect(self._swap)
        for field, widget in self.knobs.items():
            widget.value_edited.connect(partial(self._change, field))
            widget.edit_finished.connect(session.commit)
        session.content_changed.connect(self._show_blend)
        self._show_blend()

    @Slot()
    def _show_blend(self) -> None:
        blend = self._session.artwork.blend
        self.setVisible(blend is not None)
        if blend is None:
            self._shown = ()
            return
        for field, widget in self.knobs.items():
            widget.set_value(getattr(blend, field))
        if blend.pictures != self._shown:
            self._shown = blend.pictures
            self.base.show_picture(blend.base)
            self.over.show_picture(blend.over)

    def _change(self, field: str, value: Any) -> None:
        blend = self._session.artwork.blend
        if blend is not None:
            self._session.change(blend=replace(blend, **{field: value}))

    @Slot()
    def _swap(self) -> None:
        blend = self._session.artwork.blend
        if blend is not None:
            self._session.change(blend=blend.swapped())
            self._session.commit()

    @Slot()
    def _remove_over(self) -> None:
        self._session.change(blend=None)
        self._session.commit()

    @Slot()
    def _remove_base(self) -> None:
        blend = self._session.artwork.blend
        if blend is not None:
            change_photo(self._session, content=blend.over)

    def _arrange(self) -> None:
        photos = QGridLayout()
        photos.setHorizontalSpacing(2)
        photos.setVerticalSpacing(GRID)
        photos.addWidget(self.over, 0, 0)
        photos.addWidget(self.base, 1, 0)
        photos.addWidget(self.swap, 0, 1, 2, 1)
        photos.addWidget(self.over.remove, 0, 2)
        photos.addWidget(self.base.remove, 1, 2)
        photos.setColumnStretch(0, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(SectionHeading(self.tr("Pictures")))
        box.addLayout(photos)
        for widget in self.knobs.values():
            box.addWidget(widget)
        in_order = (self.over.remove, self.base.remove, self.swap, self.knobs["mode"], self.knobs["opacity"])
        for before, after in pairwise(in_order):
            QWidget.setTabOrder(before, after)


class _PhotoRow(QWidget):
    """One of the two photos: its picture, its name, where it lies; `remove` is the button that takes it out."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self._tile = PlainLabel()
        self._tile.setFixedSize(_TILE, _TILE)
        self._name = ElidedLabel(middle=True)
        caption = PlainLabel(place)
        set_role(caption, "caption")
        self.remove = QToolButton()
        self.remove.setIcon(icon("close", "muted"))
        self.remove.setAccessibleName(place)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._tile, 0, 0, 2, 1)
        grid.addWidget(self._name, 0, 1, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(caption, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)

    def show_picture(self, picture: Picture) -> None:
        """Show another photo."""
        self._tile.setPixmap(tile_of(picture, _TILE, self.devicePixelRatioF()))
        self._name.setText(picture.name)
        removal = self.tr("Paint without {}").format(picture.name)
        self.remove.setToolTip(tool_tip(removal))
        self.remove.setAccessibleName(removal)
