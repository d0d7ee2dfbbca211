"""What the actions do: the file dialogs, the clipboard, the dialogs, and the calls to the session."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, Qt, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.card import Card, bundled_cards
from studio.core.errors import StudioError
from studio.core.picture import Picture
from studio.core.recipe import KNOBS, LONGEST_EDGE
from studio.core.styles.learned_style_file import SUFFIX
from studio.ui.actions.actions import Actions
from studio.ui.actions.availability import allow
from studio.ui.actions.undo_text import change_name
from studio.ui.dialogs.file_dialogs import ask_for_files, last_folders, open_dialog, remember_folder, show_folder
from studio.ui.dialogs.studio_file_dialog import StudioFileDialog
from studio.ui.export.export_dialog import ExportDialog
from studio.ui.export.export_settings import ExportSettings
from studio.ui.export.exporter import Exporter
from studio.ui.export.printing.print_dialog import PrintDialog
from studio.ui.images.picture_pyramid import whole_image
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.importer import Importer
from studio.ui.importing.mime_payload import LONGEST_TEXT, read_payload
from studio.ui.importing.recent_files import RecentFiles
from studio.ui.recipe_panel.slider_scale import SliderScale
from studio.ui.session.message import Message
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.threads.task_pool import TaskPool
from studio.ui.window.about import make_about, make_shortcut_list
from studio.ui.window.diagnostics import diagnostics, system_name


class ActionHandlers(QObject):
    """Connects each action to what it does and keeps it enabled only when that is possible.

    Open, export and their folders are remembered in `settings`. Dialogs are opened over `window` and block no code.
    """

    def __init__(
        self,
        actions: Actions,
        session: Session,
        importer: Importer,
        exporter: Exporter,
        recent: RecentFiles,
        preferences: Preferences,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._session = session
        self._importer = importer
        self._exporter = exporter
        self._preferences = preferences
        self._settings = preferences.settings
        self._window = window
        self._copied: Picture | None = None
        self._is_photo_copied = False
        self._is_export_waiting = False  # for Finish, as the artist would rather export that
        self._tasks = TaskPool(3, self)  # one of each
        self._tasks.finished.connect(self._take)
        self._tasks.failed.connect(self._refuse)
        for name, slot in {
            "open": self.ask_for_picture,
            "blend": self.ask_for_blend,
            "paste": lambda: self.paste("picture"),
            "paste_style": lambda: self.paste("style"),
            "paste_mix": lambda: self.paste("mix"),
            "paste_blend": lambda: self.paste("blend"),
            "clear_recent": recent.clear,
            "copy": self.copy,
            "undo": session.undo,
            "redo": session.redo,
            "reset_sliders": session.reset_settings,
            "finish": session.finish,
            "stop": session.finishing.stop,
            "keep_draft": session.belongings.keep_draft,
            "export": self.ask_for_export,
            "export_again": self.export_again,
            "print": self.ask_for_print,
            "show_export": self.show_export,
            "use_settings": importer.settings_offer.use,
            "add_offered": importer.user_styles.add_offered,
            "show_styles": lambda: show_folder(importer.user_styles.folder),
            "stronger": self.strengthen,
            "weaker": self.weaken,
            "shortcuts": self.show_shortcuts,
            "diagnostics": self.copy_diagnostics,
            "about": self.show_about,
            "quit": window.close,
        }.items():
            actions[name].triggered.connect(slot)
        session.state_changed.connect(self._show_state)
        self._show_state()

    @Slot()
    def ask_for_picture(self) -> None:
        """Let the artist choose the photo; of several, the first is opened and the others are offered to be painted."""
        self._ask(self.tr("Open a picture"), QFileDialog.FileMode.ExistingFiles, self._importer.open_files)

    @Slot()
    def ask_for_styles(self) -> None:
        """Let the artist choose pictures to make styles from."""
        learned = self.tr("Learned styles (*{})").format(SUFFIX)
        title = self.tr("Make styles from pictures")
        self._ask(title, QFileDialog.FileMode.ExistingFiles, self._importer.add_styles, learned)

    @Slot(object)
    def ask_for_style_file(self, card: Card) -> None:
        """Let the artist choose where a learned style is exported to."""

        def write(file: str) -> None:
            remember_folder(self._settings, "style_files", Path(file).parent)
            self._importer.user_styles.export(card, Path(file))

        def make(folder: Path) -> QFileDialog:
            styles = self.tr("Styles (*{})").format(SUFFIX)
            dialog = StudioFileDialog(self._window, self.tr("Export style"), str(folder), styles)
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(SUFFIX[1:])
            dialog.selectFile(f"{card.id}{SUFFIX}")
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.fileSelected.connect(write)
            return dialog

        documents = QStandardPaths.StandardLocation.DocumentsLocation
        open_dialog(make, self._window, last_folders(self._settings, "style_files", documents))

    @Slot()
    def ask_for_blend(self) -> None:
        """Let the artist choose a second photo to lay over the first, or two to lay over each other."""
        self._ask(self.tr("Blend with a picture"), QFileDialog.FileMode.ExistingFiles, self._importer.blend_files)

    def paste(self, zone: str) -> None:
        """Treat what is in the clipboard (files, a picture, the path of one) like a drop on the zone."""
        data = QGuiApplication.clipboard().mimeData()
        payload = read_payload(data) if data is not None else None
        if payload is not None:
            self._importer.take_drop(Drop(zone, payload))
            return
        text, remedy = self.tr("There is no picture in the clipboard."), self.tr("Copy one, then paste again.")
        if data is not None and data.hasText():
            text = self.tr("There is text in the clipboard, and no picture.")
            remedy = self.tr("Of text, only paths of files are taken, up to {:,} characters.").format(LONGEST_TEXT)
        self._session.post_message(Message(text, remedy, action="open"))

    @Slot()
    def copy(self) -> None:
        """Put the picture on the canvas into the clipboard."""
        shown = self._session.on_canvas.shown
        self._copied = shown.picture if shown is not None else None
        self._is_photo_copied = shown is not None and not shown.is_painted
        picture = self._copied
        if picture is not None:
            self._tasks.submit("picture", lambda: (picture, whole_image(picture)))

    @Slot()
    def copy_diagnostics(self) -> None:
        """Put what a bug report needs into the clipboard."""
        self._tasks.submit("system", system_name)

    @Slot(object, object)
    def _take(self, kind: str, result: Any) -> None:
        if kind == "cards":
            make_about(result, self._window).show()
        elif kind == "system":
            QGuiApplication.clipboard().setText(diagnostics(self._session, self._preferences, result))
            text = self.tr("Versions, device and settings are in the clipboard; nothing about your pictures.")
            self._session.post_message(Message(text))
        else:
            self._put_into_clipboard(*result)

    def _put_into_clipboard(self, picture: Picture, image: QImage) -> None:
        if picture is self._copied:  # else a newer one is there, or on its way
            QGuiApplication.clipboard().setImage(image)
            is_photo = self._is_photo_copied
            text = (
                self.tr("The photo is in the clipboard.") if is_photo else self.tr("The artwork is in the clipboard.")
            )
            self._session.post_message(Message(text))

    @Slot(object, object)
    def _refuse(self, kind: str, error: StudioError) -> None:
        self._session.post_message(Message.about(error))

    @Slot()
    def ask_for_export(self) -> None:
        """Open the export dialog for the picture on the canvas."""
        artwork = self._exporter.exportable
        if artwork is None:
            return
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
        can_finish = not self._session.finishing.missing
        last = self._exporter.last or ExportSettings(folder)
        opener = self._importer.opening.opener
        export_dialog = ExportDialog(
            artwork, last, self._window, can_finish=can_finish, settings=self._settings, opener=opener
        )
        export_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # What the dialog showed is written, whatever has been painted in the meantime.
        export_dialog.accepted_with.connect(partial(self._exporter.export, shown=artwork.shown))
        export_dialog.better_wanted.connect(self._finish_for_export)
        export_dialog.larger_wanted.connect(self._paint_larger_for_export)
        export_dialog.open()

    @Slot()
    def _finish_for_export(self) -> None:
        """Finish, or wait for it, and offer to export what comes of it."""
        self._session.finish()
        self._is_export_waiting = self._session.finishing.run is not None

    @Slot(int)
    def _paint_larger_for_export(self, long_edge: int) -> None:
        """Paint with this longer edge, as far as pictures go, and offer to export what comes of it."""
        long_edge = min(long_edge, LONGEST_EDGE)
        if self._session.artwork.is_finished and self._session.finishing.run is None:
            self._session.continue_with(long_edge=long_edge)
            self._is_export_waiting = self._session.finishing.run is not None
            return
        self._session.change(long_edge=long_edge)
        self._session.commit()
        self._finish_for_export()

    @Slot()
    def export_again(self) -> None:
        """Export as last time without asking; ask if there was no last time."""
        if not self._exporter.export_again():
            self.ask_for_export()

    @Slot()
    def ask_for_print(self) -> None:
        """Open the print dialog for the present result."""
        artwork = self._exporter.exportable
        if artwork is None:
            return
        last = self._exporter.last
        dpi = (last.options.dpi if last else None) or artwork.picture.metadata.dpi or 300.0
        print_dialog = PrintDialog(artwork.picture, artwork.title, dpi, self._window, artwork.shown)
        print_dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        print_dialog.printed.connect(partial(self._tell_printed, artwork.title))
        print_dialog.open()

    def _tell_printed(self, title: str, pdf: str) -> None:
        if not pdf:
            self._session.post_message(Message(self.tr("{} was sent to the printer.").format(title)))
            return
        self._exporter.last_file = Path(pdf)
        self._session.post_message(Message(self.tr("Printed as {}.").format(Path(pdf).name), action="show_export"))

    @Slot()
    def show_export(self) -> None:
        """Open the folder of the file exported last."""
        if self._exporter.last_file is not None:
            show_folder(self._exporter.last_file.parent)

    @Slot()
    def strengthen(self) -> None:
        """Move strength up by a step."""
        self._move_strength(1)

    @Slot()
    def weaken(self) -> None:
        """Move strength down by a step."""
        self._move_strength(-1)

    @Slot()
    def show_about(self) -> None:
        """Show version and credits, as soon as the cards are read: a third of a second from a cold disk."""
        kinds = ("models", "styles", "demo", "photos")
        self._tasks.submit("cards", lambda: [card for kind in kinds for card in bundled_cards(kind)])

    @Slot()
    def show_shortcuts(self) -> None:
        """Show all keys."""
        make_shortcut_list(self._window).show()

    @Slot()
    def _show_state(self) -> None:
        artwork, run = self._session.artwork, self._session.finishing.run
        self._name_step("undo", self.tr("Undo"), artwork.undo_states)
        self._name_step("redo", self.tr("Redo"), artwork.redo_states)
        allow(self._actions["undo"], "" if artwork.undo_states else self.tr("There is nothing to take back yet."))
        allow(self._actions["redo"], "" if artwork.redo_states else self.tr("Nothing has been taken back."))
        idle = self.tr("Nothing is being painted.")
        allow(self._actions["stop"], idle if run is None else self.tr("It is stopping.") if run.is_stopping else "")
        live = self._session.live
        is_kept = live.shown is not None and not live.is_waiting
        allow(self._actions["keep_draft"], "" if is_kept else self.tr("There is no Live picture to keep."))
        is_painted = self._session.on_canvas.picture is not None
        needs_picture = "" if artwork.content or is_painted else self.tr("Open a picture first.")
        for name in ("copy", "export", "export_again", "print", "fit", "actual_size", "more_like_this"):
            allow(self._actions[name], needs_picture)
        for name in ("blend", "paste_blend"):
            allow(self._actions[name], "" if artwork.content else self.tr("Open a picture first."))
        needs_both = "" if artwork.content else self.tr("Open a picture first.")
        needs_both = needs_both or ("" if is_painted else self.tr("There is no artwork beside the photo yet."))
        for name in ("compare", "show_before"):
            allow(self._actions[name], needs_both)
        if self._is_export_waiting and run is None:
            self._is_export_waiting = False
            if artwork.is_finished:
                self._session.post_message(Message(self.tr("The artwork is finished."), action="export"))

    def _name_step(self, name: str, word: str, states: tuple[ArtworkState, ArtworkState] | None) -> None:
        self._actions[name].setText(f"{word} {change_name(*states)}" if states else word)

    def _move_strength(self, count: int) -> None:
        knob = next(knob for knob in KNOBS if knob.field == "strength")
        strength = self._session.selection.recipe.strength
        self._session.change_here(strength=SliderScale(knob).moved(strength, count, "step"))
        self._session.commit()

    def _ask(
        self, title: str, mode: QFileDialog.FileMode, take: Callable[[list[Path]], None], *more_filters: str
    ) -> None:
        opener = self._importer.opening.opener
        ask_for_files(self._window, self._settings, "open", title, mode, take, *more_filters, opener=opener)
