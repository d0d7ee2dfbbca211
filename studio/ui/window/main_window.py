"""The window: arranges tool bar, gallery, canvas, panel and status bar, and connects them to the session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from studio.core.card import Card
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.picture import Picture
from studio.ui.actions.actions import Actions
from studio.ui.actions.availability import allow
from studio.ui.actions.message_bar import MessageBar
from studio.ui.actions.undo_offer import UndoOffer
from studio.ui.canvas.background import BACKGROUNDS
from studio.ui.canvas.badge import badge_text, badge_tip
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.proof_view import ProofView
from studio.ui.gallery.gallery import Gallery
from studio.ui.history.history_panel import HistoryPanel
from studio.ui.history.shelf import Shelf
from studio.ui.importing.drop_zones import PANEL_ZONES, DropZones
from studio.ui.importing.importer import Importer
from studio.ui.importing.recent_files import RecentFiles
from studio.ui.recipe_panel.recipe_panel import RecipePanel
from studio.ui.session.artwork_name import artwork_name
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.widgets.plain_text import window_title
from studio.ui.window.close_guard import CloseGuard
from studio.ui.window.focus_navigation import FocusNavigation
from studio.ui.window.panel_splitter import PanelSplitter
from studio.ui.window.region_controls import RegionControls
from studio.ui.window.status_bar import StatusBar
from studio.ui.window.tool_bar import ToolBar
from studio.ui.window.window_layout import LARGEST, LEAST, keep_place, restore_place

_BACKGROUND_KEY = "canvas/surround"  # as the settings files of earlier versions call it


class MainWindow(QWidget):
    """The parts in their places. Signals: first_painted(), once the window has been on screen."""

    first_painted = Signal()

    def __init__(
        self,
        session: Session,
        importer: Importer,
        actions: Actions,
        recent: RecentFiles,
        demo: Sequence[Card],
        preferences: Preferences,
        shelf: Shelf,
        thumbnail_folder: Path | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        """demo: photos to try. thumbnail_folder: None for the user's own cache. opener: makes the thumbnails."""
        super().__init__()
        self._session = session
        self._actions = actions
        self._settings = preferences.settings
        self._is_painted = self._is_beside_shown = False
        self._project_name = ""
        self._is_waiting = False  # for what was there at the last start
        self._is_project_saved: Callable[[], bool] = lambda: True
        self._shown_photo: Picture | None = None
        self.close_guard = CloseGuard(session, actions, self)
        self.setMinimumSize(LEAST)
        self.addActions(list(actions.values()))
        self.tool_bar = ToolBar(session, actions, recent)
        self.tool_bar.add_menu_keys(self)
        self.gallery = Gallery(importer.cards, thumbnail_folder=thumbnail_folder, opener=opener)
        self.messages = MessageBar(actions)
        self.canvas = Canvas(demo, thumbnail_folder=thumbnail_folder, opener=opener)
        self.proof = ProofView(self)
        self.panel = RecipePanel(session)
        self.history = HistoryPanel(shelf, session, preferences, actions["history"], actions["keep_draft"])
        self.tool_bar.menu.add_preferences(self.history.usage.menu())
        self.below = QWidget()  # the strip shows and hides itself inside
        self.regions = RegionControls(session, actions, self.canvas, self.panel)
        self.status_bar = StatusBar(session, actions)
        self._arrange()
        self._focus_navigation = FocusNavigation(
            (
                (self.gallery, self.gallery.grid),
                (self.canvas, self.canvas),
                (self.history, self.history.view),
                (self.panel, self.panel.knobs["strength"]),
                (self.tool_bar, self.tool_bar.finish),
            ),
            self.canvas,
            actions["hide_panels"],
        )
        self._connect_session()
        self._connect_parts(importer)
        self._restore_layout()
        self._show_state()
        self.canvas.setFocus()

    def show_project(self, name: str, is_saved: Callable[[], bool]) -> None:
        """Have the title say which project is on the table, and whether it differs from its file; "": none."""
        self._project_name, self._is_project_saved = name, is_saved
        self._show_state()

    @Slot()
    def wait_for_work(self) -> None:
        """Say nothing of an empty canvas: what was there at the last start may come."""
        self._is_waiting = True
        self.canvas.show_notice("")
        self._show_state()

    @Slot()
    def tell_of_work(self) -> None:
        """Say that it comes."""
        if self._is_waiting:
            self.canvas.show_notice(self.tr("Your work is being brought back…"))

    @Slot()
    def stop_waiting(self) -> None:
        """It is there, or there is none."""
        self._is_waiting = False
        self.canvas.show_notice(None)
        self._show_state()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backslash and self._actions["show_before"].isEnabled():
            self._hold_photo(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
            self._hold_photo(False)
        else:
            super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._hold_photo(False)  # the release of the key would go to another window
        elif event.type() == QEvent.Type.WindowStateChange:  # by the window manager, or as it was last time
            with QSignalBlocker(self._actions["full_screen"]):
                self._actions["full_screen"].setChecked(self.isFullScreen())
            self.tool_bar.show_title(self.isFullScreen())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.first_painted.emit)  # after the children of this window were painted too

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.close_guard.is_allowed():
            event.ignore()
            return
        keep_place(self._settings, self)
        self._settings.set("window/widths", self.splitter.widths)
        self._settings.set(_BACKGROUND_KEY, self.canvas.background)
        event.accept()

    def _hold_photo(self, is_held: bool) -> None:
        """Show the photo in place of the artwork, as long as it is on: it is what is exported and copied then."""
        self.canvas.set_showing_before(is_held)
        self._session.on_canvas.is_showing_photo = is_held

    @Slot()
    def _show_state(self) -> None:
        artwork = self._session.artwork
        name = self._project_name or artwork_name(artwork) or ("" if self._is_waiting else self.tr("New artwork"))
        is_saved = self._is_project_saved() if self._project_name else not artwork.has_unsaved_result
        mark = "" if is_saved else " *"
        self.setWindowTitle(window_title(f"{name}{mark} \N{EN DASH} Style Studio" if name else "Style Studio"))
        self.canvas.set_size(self._session.on_canvas.size)  # while Live has yet to show another one
        self.canvas.set_badge(badge_text(self._session, self.proof.name), badge_tip(self._session))
        self._show_repeated()
        if not self._actions["compare"].isEnabled():
            self._actions["compare"].setChecked(False)

    @Slot()
    def _show_content(self) -> None:
        photo = self._session.artwork.state.photo
        is_same = photo is self._shown_photo  # only blended differently: the view stays where it is
        self._shown_photo = photo
        self.canvas.zones.has_photo = self.panel_zones.has_photo = photo is not None
        self.canvas.set_size(self._session.on_canvas.size)
        self.canvas.set_before(self._session.on_canvas.photo, keeps_view=is_same)
        self.proof.show(self._session.on_canvas.picture)
        if not is_same:
            self.canvas.zoom_to_fit()

    def _show_comparison(self) -> None:
        """Compare where one of the history was chosen for it; and no longer where it was let go."""
        on_canvas = self._session.on_canvas
        is_chosen = on_canvas.beside is not None
        if is_chosen != self._is_beside_shown:
            self._is_beside_shown = is_chosen
            self._actions["compare"].setChecked(is_chosen)
        if is_chosen:
            self.canvas.set_captions(self.history.caption(on_canvas.beside), self.history.caption(on_canvas.looked_at))
        else:
            self.canvas.set_captions()

    @Slot()
    def _show_frame(self) -> None:
        self._show_comparison()
        self.canvas.set_size(self._session.on_canvas.size)
        self.canvas.set_before(self._session.on_canvas.photo)
        self.proof.show(self._session.on_canvas.picture)

    @Slot()
    def _show_styles(self) -> None:
        self.canvas.zones.has_styles = self.panel_zones.has_styles = bool(self._session.artwork.styles)
        self.gallery.set_selected([style.card.id for style in self._session.selection.styles])

    @Slot()
    def _show_repeated(self) -> None:
        """A pattern without seams is shown as cloth or wallpaper will be, unless the artist wants to see the one."""
        shown = self._session.on_canvas.shown
        is_seamless = shown is not None and shown.is_painted and shown.result.recipe.is_seamless
        reason = "" if is_seamless else self.tr("Only a seamless pattern can be repeated.")
        allow(self._actions["repeat"], reason)
        self.canvas.set_repeated(is_seamless and self._actions["repeat"].isChecked())

    @Slot()
    def _zoom_to_actual_size(self) -> None:
        self.canvas.zoom_to(1.0)

    @Slot(bool)
    def _hide_panels(self, is_hidden: bool) -> None:
        for part in (self.tool_bar, self.below, self.status_bar):
            part.setVisible(not is_hidden)
        self.regions.hide_bar(is_hidden)
        self.splitter.set_alone(is_hidden)

    def show_room(self, room: QWidget | None) -> None:
        """Show another of `rooms` in place of the canvas and all around it, the status aside; None: the canvas."""
        self.tool_bar.setVisible(room is None and not self._actions["hide_panels"].isChecked())
        self.rooms.setCurrentWidget(room or self.splitter)
        self.status_bar.show_canvas(room is None)
        if room is None:
            self.canvas.setFocus()

    @Slot(bool)
    def _fill_screen(self, is_full: bool) -> None:
        full = Qt.WindowState.WindowFullScreen
        state = self.windowState()
        self.setWindowState(state | full if is_full else state & ~full)  # maximized again, if it was

    @Slot()
    def _find_style(self) -> None:
        self._actions["hide_panels"].setChecked(False)
        self._actions["gallery"].setChecked(True)
        self.gallery.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.gallery.search.selectAll()

    def _connect_session(self) -> None:
        session = self._session
        session.content_changed.connect(self._show_content)
        session.frame_arrived.connect(self._show_frame)
        session.styles_changed.connect(self._show_styles)
        session.selection.changed.connect(self._show_styles)
        session.state_changed.connect(self._show_state)
        session.message_posted.connect(self.messages.show_message)
        self._undo_offer = UndoOffer(session, self.messages)
        self.proof.shown.connect(self.canvas.set_after)
        self.proof.changed.connect(self._show_state)

    def _connect_parts(self, importer: Importer) -> None:
        self.canvas.zoom_changed.connect(self.status_bar.show_zoom)
        self.canvas.dropped.connect(importer.take_drop)
        self.panel_zones.dropped.connect(importer.take_drop)
        self.regions.bar.dropped.connect(importer.take_drop)
        self.canvas.open_requested.connect(self._actions["open"].trigger)
        self.canvas.demo_chosen.connect(importer.open_picture)
        self.gallery.style_chosen.connect(importer.use_style)
        self.gallery.style_mixed_in.connect(importer.mix_in)
        self.gallery.dropped.connect(importer.take_drop)
        importer.user_styles.added.connect(self.gallery.reveal)
        self.gallery.card_edited.connect(importer.user_styles.edit)
        importer.cards_changed.connect(lambda: self.gallery.set_cards(importer.cards))
        self.history.beside.toggled.connect(self.canvas.set_side_by_side)
        self._actions["fit"].triggered.connect(self.canvas.zoom_to_fit)
        self._actions["actual_size"].triggered.connect(self._zoom_to_actual_size)
        self._actions["repeat"].setChecked(True)
        self._actions["repeat"].toggled.connect(self._show_repeated)
        self._actions["background"].triggered.connect(self.canvas.show_next_background)
        self._actions["compare"].toggled.connect(self.canvas.set_comparing)
        self._actions["hide_panels"].toggled.connect(self._hide_panels)
        self._actions["full_screen"].toggled.connect(self._fill_screen)
        self._actions["find_style"].triggered.connect(self._find_style)
        self._actions["next_area"].triggered.connect(self._focus_navigation.focus_next_area)

    def _arrange(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.messages.setMinimumWidth(self.canvas.minimumWidth())  # no message makes the window wider
        column.addWidget(self.messages)  # above the canvas: it hides neither the picture nor the drop zones
        column.addWidget(self.regions.tools)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.regions.bar)
        column.addWidget(self.below)
        below = QVBoxLayout(self.below)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.history)
        sides = self._actions["gallery"], self._actions["panel"]
        self.splitter = PanelSplitter(self.gallery, middle, self.panel, *sides)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(1)
        box.addWidget(self.tool_bar)
        self.rooms = QStackedWidget()
        self.rooms.addWidget(self.splitter)
        box.addWidget(self.rooms, 1)
        box.addWidget(self.status_bar)
        self.panel_zones = DropZones(self.panel, PANEL_ZONES)
        for part in (self.messages, self.tool_bar, self.below, self.status_bar):
            self.canvas.zones.take_drops_on(part)

    def _restore_layout(self) -> None:
        restore_place(self._settings, self)
        widths = self._settings.get_numbers("window/widths", 3, 0, LARGEST)
        if widths is not None:
            self.splitter.restore_widths(widths)
        remembered = self._settings.get(_BACKGROUND_KEY, str)
        for background in BACKGROUNDS:
            if background == remembered:
                self.canvas.set_background(background)
