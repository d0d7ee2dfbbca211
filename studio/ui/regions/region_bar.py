"""RegionBar: a chip for each region below the canvas, and one for the whole picture."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from studio.ui.actions.actions import Actions
from studio.ui.importing.drop_target import DropTarget
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload, payload_kind
from studio.ui.menus.menu import Menu
from studio.ui.selection.region_selection import Choice
from studio.ui.session.session import Session
from studio.ui.theme.theme import GRID, set_role
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.folding_row import FoldingRow
from studio.ui.widgets.form_row import put_in_tab_order
from studio.ui.widgets.plain_text import action_text, tool_tip

_MENU = (
    "region_protect", "region_off", "", "mask_invert", "mask_grow", "mask_shrink", "mask_feather", "",
    "mask_save", "mask_load", "", "region_rename", "region_duplicate", "region_up", "region_down", "region_delete",
)  # fmt: skip
_ZONE = "region:"  # what a drop zone of a region is called, and behind it the region


class RegionBar(QFrame):
    """It is there from the first photo on. Signals: dropped(Drop), a style for the region that is selected now."""

    dropped = Signal(object)

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self._shown: tuple[str, ...] | None = None
        self.is_put_away = False
        self._row: FoldingRow | None = None
        self._menu: QMenu | None = None
        self.chips: dict[str, QToolButton] = {}  # by the region's name; "" for the whole picture
        set_role(self, "bar")
        self.setAccessibleName(self.tr("Regions"))
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(GRID, 1, GRID, 1)  # low: on small screens the canvas needs the room
        self._box.setSpacing(GRID)
        self.note = ElidedLabel()
        set_role(self.note, "caption")
        self._box.addWidget(self.note, 1)
        for signal in (session.selection.changed, session.state_changed):
            signal.connect(self._show_regions)
        self._show_regions()

    @Slot(object)
    def take_drop(self, drop: Drop) -> None:
        """Select the region that something was dropped on, before it is opened."""
        if drop.zone.startswith(_ZONE):
            self._session.selection.select(drop.zone.removeprefix(_ZONE))

    @property
    def zones(self) -> dict[str, str]:
        """The names of the drop zones of the regions, and what these are called."""
        return {f"{_ZONE}{choice.name}": choice.name for choice in self._session.selection.choices}

    @property
    def is_wanted(self) -> bool:
        """Whether there is a photo that has regions."""
        artwork = self._session.artwork
        return artwork.content is not None and artwork.recipe.method != "pattern"

    def put_away(self, is_put_away: bool) -> None:
        """Show nothing, whatever there is."""
        self.is_put_away = is_put_away
        self._show_regions()

    @Slot()
    def _show_regions(self) -> None:
        selection = self._session.selection
        self.setVisible(self.is_wanted and not self.is_put_away)
        choices = selection.choices
        names = ("", *(choice.name for choice in choices))
        if names != self._shown:
            self._make_chips(names)
        selected = selection.selected
        for name, chip in self.chips.items():
            chip.defaultAction().setChecked(name == (selected.name if selected else ""))
        for choice in choices:
            self._describe(choice)
        seen = self._session.sight.seen(self._session.artwork.state.photo)
        is_empty = seen is not None and seen.subject is None
        self.note.setText(self._nothing_found(bool(seen and seen.faces)) if is_empty else "")
        self.note.setVisible(is_empty)

    def _nothing_found(self, has_faces: bool) -> str:
        """What is said instead of a proposal: most photos of landscapes and towns have no subject."""
        if has_faces:
            return self.tr("No subject stands out. Draw one with +.")
        return self.tr("No person, animal or thing stands out. Draw one with +.")

    def _describe(self, choice: Choice) -> None:
        chip = self.chips[choice.name]
        if choice.index is None:
            about = self.tr("Found in the photo; painted as everywhere else")
        elif not choice.region.is_painted:
            about = self.tr("Not painted: the photo stays")
        elif choice.region.is_protected:
            about = self.tr("Protected: stays recognisable")
        else:
            about = self.tr("With settings or styles of its own")
        set_role(chip, "chip" if choice.index is not None else "chip-proposed")
        text = self.tr("{}\nClick to select it; drop a style on it to paint it there.").format(about)
        chip.defaultAction().setToolTip(tool_tip(text))
        chip.setAccessibleDescription(about)

    def _make_chips(self, names: tuple[str, ...]) -> None:
        focused = next((name for name, chip in self.chips.items() if chip.hasFocus()), None)
        if self._row is not None:
            self._box.removeWidget(self._row)
            self._row.hide()
            self._row.deleteLater()
        self._shown, self.chips = names, {}
        self._row = FoldingRow()
        for name in names:
            chip = self.chips[name] = self._make_chip(name)
            self._row.add_button(chip)
        new = QToolButton()
        new.setDefaultAction(self._actions["region_new"])
        new.setAccessibleName(self._actions["region_new"].text())
        new.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        new.setIconSize(QSize(12, 12))
        set_role(new, "chip")
        self._row.add_button(new)
        self._box.insertWidget(0, self._row)
        put_in_tab_order(self, (*self.chips.values(), new, self._row.more))
        if focused is not None:
            self.chips.get(focused, self.chips[""]).setFocus()

    def _make_chip(self, name: str) -> QToolButton:
        chip = _Chip(name, self)
        text = action_text(name) if name else self.tr("Whole picture")
        action = QAction(text, chip)
        action.setCheckable(True)
        action.triggered.connect(partial(self.select, name))
        chip.setDefaultAction(action)
        chip.setAccessibleName(name or text)
        set_role(chip, "chip")
        target = DropTarget(_is_style, chip)
        target.watch(chip)
        target.dropped.connect(partial(self._land, name))
        return chip

    def select(self, name: str) -> None:
        """Select a region; "" for the whole picture."""
        self._session.selection.select(name)
        self._show_regions()  # a click has unchecked what is selected still

    def _land(self, name: str, payload: Payload) -> None:
        self.select(name)
        self.dropped.emit(Drop("style", payload))

    def open_menu(self, name: str, place: QPoint) -> None:
        """What can be done with a region."""
        self.select(name)
        if self._menu is not None:  # not deleted on close: PySide crashes if its parent goes while it is open
            self._menu.deleteLater()
        self._menu = Menu(self)
        self._menu.setToolTipsVisible(True)
        for entry in _MENU if name else ("region_new", "mask_load"):
            if entry:
                self._menu.addAction(self._actions[entry])
            else:
                self._menu.addSeparator()
        self._menu.popup(place)

    def step(self, chip: QToolButton, steps: int) -> None:
        """Give the focus to the next chip, or to the one before."""
        chips = [chip for chip in self.chips.values() if not chip.isHidden()]  # others are in the menu of the row
        chips[(chips.index(chip) + steps) % len(chips)].setFocus()


class _Chip(QToolButton):
    """One region. Arrow keys go to the next, Delete deletes it, the menu key opens its menu."""

    def __init__(self, name: str, bar: RegionBar) -> None:
        super().__init__()
        self._name = name
        self._bar = bar

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._bar.step(self, 1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.key() == Qt.Key.Key_Delete and self._name:
            self._bar.select(self._name)
            self._bar._actions["region_delete"].trigger()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self.mapToGlobal(self.rect().bottomLeft()) if is_by_key else event.globalPos()
        self._bar.open_menu(self._name, place)


def _is_style(mime: QMimeData) -> bool:
    return payload_kind(mime) in ("style", "files", "image")
