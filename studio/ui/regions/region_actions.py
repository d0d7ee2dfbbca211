"""RegionActions: what the actions of the menu "Region" do, and when they can be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.artwork.artwork_state import parts_without_outlines, with_brushed
from studio.core.engine_api.build_requests import draw_mask
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.picture import Pixels
from studio.core.regions.mask_file import mask_of, save_mask
from studio.core.regions.rasterize import mask_size
from studio.core.regions.region import LONGEST_NAME, PROTECTION, Region
from studio.core.regions.shapes import WIDEST, Drawn, Mask
from studio.core.storage.file_names import proposed_stem
from studio.ui.actions.actions import Actions
from studio.ui.actions.availability import allow
from studio.ui.dialogs.file_dialogs import last_folders, make_open_dialog, open_dialog, remember_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.regions.region_editor import RegionEditor
from studio.ui.regions.tools import TOOLS
from studio.ui.session.artwork_name import artwork_file_stem
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.widgets.line_dialog import ask_for_line

_GROWTH, _SOFTNESS = 0.005, 0.01  # of the photo's longer edge, by one step
_WHOLE = ("region_new", "mask_load")  # need a photo, and no region


class RegionActions(QObject):
    """Dialogs are opened over `window`; masks are written and read in `files`, and decoded by `opener`."""

    def __init__(
        self,
        actions: Actions,
        session: Session,
        editor: RegionEditor,
        files: SerialExecutor,
        settings: Settings,
        opener: PictureOpener,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._session = session
        self._editor = editor
        self._files = files
        self._settings = settings
        self._opener = opener
        self._window = window
        self._for_one: dict[str, Callable[[], None]] = {
            "region_whole": lambda: session.selection.select(""),
            "region_protect": self.protect,
            "region_off": self.leave_photo,
            "region_rename": self.ask_for_name,
            "region_duplicate": self.duplicate,
            "region_up": partial(self._move, 1),
            "region_down": partial(self._move, -1),
            "region_delete": self.delete,
            "mask_invert": lambda: editor.edit_mask(lambda mask: replace(mask, is_inverted=not mask.is_inverted)),
            "mask_grow": partial(self._grow, _GROWTH),
            "mask_shrink": partial(self._grow, -_GROWTH),
            "mask_feather": self._feather,
            "mask_save": self.ask_for_mask_file,
        }
        slots = self._for_one | {
            "region_new": self.add_region,
            "mask_load": self.ask_for_mask,
            "leave_out_outlines": self.leave_out_outlines,
            "take_strokes_along": self.take_strokes_along,
        }
        for name, slot in slots.items():
            actions[name].triggered.connect(lambda _=False, slot=slot: slot())
        actions["mask_overlay"].toggled.connect(editor.overlay.show_veil)
        session.selection.changed.connect(self._show_state)
        session.content_changed.connect(self._show_state)
        self._show_state()

    @Slot()
    def add_region(self) -> None:
        """A region of the artist's own, empty, with the brush to draw it."""
        self._add(Region(self._session.selection.free_name(self.tr("Region")), Mask()))
        self._editor.use_tool("brush")

    @Slot()
    def protect(self) -> None:
        """Keep what is in the region recognisable, or no longer."""
        choice = self._session.selection.selected
        if choice is not None:
            free = choice.region.change(**dict.fromkeys(PROTECTION))
            self._edit(free if choice.region.is_protected else choice.region.protect())

    @Slot()
    def leave_photo(self) -> None:
        """Do not paint the region, or paint it again."""
        choice = self._session.selection.selected
        if choice is not None:
            self._edit(replace(choice.region, is_painted=not choice.region.is_painted))

    @Slot()
    def duplicate(self) -> None:
        """The same once more, above it."""
        choice = self._session.selection.selected
        if choice is not None:
            place = None if choice.index is None else choice.index + 1
            self._add(replace(choice.region, name=self._session.selection.free_name(choice.name)), place)

    @Slot()
    def delete(self) -> None:
        """Paint there as everywhere else; what was found in the photo is proposed again."""
        choice = self._session.selection.selected
        if choice is not None and choice.index is not None:
            regions = self._session.artwork.regions
            self._session.change_regions(regions[: choice.index] + regions[choice.index + 1 :])

    @Slot()
    def leave_out_outlines(self) -> None:
        """Remove what was drawn around something of another photo."""
        self._session.change_regions(parts_without_outlines(self._session.artwork.regions))

    @Slot()
    def take_strokes_along(self) -> None:
        """Have what was brushed on the photo before at the same place of this one."""
        artwork = self._session.artwork
        of_others = (state for state in reversed(artwork.undo_stack) if state.photo is not artwork.state.photo)
        before = next(of_others, None)
        if before is not None:
            self._session.change_regions(with_brushed(artwork.regions, before.regions))

    @Slot()
    def ask_for_name(self) -> None:
        """Let the artist call the region something else."""
        choice = self._session.selection.selected
        if choice is None:
            return
        question = self.tr("Name of the region")
        ask_for_line(self._window, self.tr("Rename"), question, choice.name, LONGEST_NAME, self.rename)

    @Slot(str)
    def rename(self, name: str) -> None:
        """Call the selected region so."""
        choice, name = self._session.selection.selected, name.strip()[:LONGEST_NAME]
        if choice is not None and name and name != choice.name:
            if name.casefold() != choice.name.casefold():
                name = self._session.selection.free_name(name)
            self._edit(replace(choice.region, name=name))

    @Slot()
    def ask_for_mask_file(self) -> None:
        """Let the artist choose where the mask is saved."""
        choice = self._session.selection.selected
        if choice is None:
            return
        name = proposed_stem(f"{artwork_file_stem(self._session.artwork)} {choice.name}", self.tr("Mask"))

        def make(folder: Path) -> QFileDialog:
            masks = self.tr("Masks (*.png)")
            dialog = StudioFileDialog(self._window, self.tr("Save mask"), str(folder), masks, opener=self._opener)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("png")
            dialog.selectFile(f"{name}.png")
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(lambda file: self.save(Path(file)))
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, "masks"))

    def save(self, path: Path) -> None:
        """Write the mask of the selected region into a file."""
        choice, photo = self._session.selection.selected, self._session.artwork.state.photo
        if choice is None or photo is None:
            return
        remember_folder(self._settings, "masks", path.parent)
        mask, size, seen = choice.region.mask, mask_size(photo.width, photo.height), self._session.sight.seen(photo)
        done = Message(self.tr("The mask of {} is in {}.").format(choice.name, path.name))
        self._files.submit_write(
            lambda: save_mask(path, draw_mask(mask, size, seen)),
            lambda _: self._session.post_message(done),
            lambda error: self._session.post_message(Message.about(error)),
        )

    @Slot()
    def ask_for_mask(self) -> None:
        """Let the artist choose a picture that is a mask."""

        def make(folder: Path) -> QFileDialog:
            title, mode = self.tr("Load mask"), QFileDialog.FileMode.ExistingFile
            dialog = make_open_dialog(self._window, folder, title, mode, self._opener)
            dialog.fileSelected.connect(lambda file: self.load(Path(file)))
            return dialog

        open_dialog(make, self._window, last_folders(self._settings, "masks"))

    def load(self, path: Path) -> None:
        """Have the selected region, or a new one, where the picture in a file is white."""
        remember_folder(self._settings, "masks", path.parent)

        def take(values: Pixels) -> None:
            if self._session.selection.selected is None:
                self._add(Region(self._session.selection.free_name(path.stem), Mask.of(Drawn(values))))
            else:
                self._editor.edit_mask(lambda _: Mask.of(Drawn(values)))

        self._files.submit(
            lambda: mask_of(self._opener.open_picture(path)),
            take,
            lambda error: self._session.post_message(Message.about(error)),
        )

    def _add(self, region: Region, place: int | None = None) -> None:
        regions = self._session.artwork.regions
        if place is None:  # below what is protected at the top: a sky that is drawn does not paint over a face
            place = len(regions)
            while place and regions[place - 1].is_protected:
                place -= 1
        self._session.change_regions((*regions[:place], region, *regions[place:]))
        if region in self._session.artwork.regions:  # it was not refused
            self._session.selection.select(region.name)

    def _edit(self, region: Region) -> None:
        self._session.edit_region(region)
        self._session.commit()

    def _move(self, steps: int) -> None:
        choice, regions = self._session.selection.selected, list(self._session.artwork.regions)
        if choice is not None and choice.index is not None:
            place = choice.index + steps
            if 0 <= place < len(regions):
                regions.insert(place, regions.pop(choice.index))
                self._session.change_regions(regions)

    def _grow(self, share: float) -> None:
        self._editor.edit_mask(lambda mask: mask.with_growth(mask.growth + share))

    @Slot()
    def _feather(self) -> None:
        self._editor.edit_mask(lambda mask: replace(mask, feather=min(mask.feather + _SOFTNESS, WIDEST)))

    @Slot()
    def _show_state(self) -> None:
        session = self._session
        choice, count = session.selection.selected, len(session.artwork.regions)
        no_photo = "" if session.artwork.content else self.tr("Open a picture first.")
        for name in _WHOLE:
            allow(self._actions[name], no_photo)
        no_region = no_photo or ("" if choice else self.tr("Select a region below the picture first."))
        for name in (*self._for_one, "mask_overlay", *(f"tool_{tool}" for tool in TOOLS)):
            allow(self._actions[name], no_region)
        index = choice.index if choice is not None else None
        if not no_region:
            as_everywhere = self.tr("It is painted as everywhere else.")
            allow(self._actions["region_delete"], "" if index is not None else as_everywhere)
            is_top = index is None or index == count - 1
            allow(self._actions["region_up"], self.tr("There is none above it.") if is_top else "")
            allow(self._actions["region_down"], "" if index else self.tr("There is none below it."))
        self._actions["region_protect"].setChecked(choice is not None and choice.region.is_protected)
        self._actions["region_off"].setChecked(choice is not None and not choice.region.is_painted)
