"""Starts the window: makes the parts, connects them, and ends everything in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QThreadPool, Slot
from PySide6.QtWidgets import QApplication

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.card import bundled_cards
from studio.core.engine_api.contract import Engine
from studio.core.image_io.opening.opener import PictureOpener
from studio.core.image_io.opening.places import place_of
from studio.core.project.presets import Presets
from studio.core.recipe import StyleRecipe
from studio.core.styles.style_library import StyleLibrary
from studio.jobs.decoding.answering import OpensHere
from studio.jobs.decoding.decode_process import DecodeProcess
from studio.jobs.worker import Worker
from studio.ui.about_art.about_art import AboutArt
from studio.ui.actions.actions import Actions, make_actions
from studio.ui.actions.preference_actions import bind_actions, bind_switch
from studio.ui.actions.refine_actions import RefineActions
from studio.ui.batch.batch_queue import BatchQueue
from studio.ui.batch.batch_window import BatchWindow
from studio.ui.batch.unfinished_batch import UnfinishedBatch
from studio.ui.canvas.artwork_drag import ArtworkDrag
from studio.ui.compare.compare_controller import CompareController
from studio.ui.curator.curator import Curator
from studio.ui.export.exporter import Exporter
from studio.ui.finetune.tune_controller import TuneController
from studio.ui.finetune.tune_window import TuneWindow
from studio.ui.gallery.style_previews import StylePreviews
from studio.ui.history.shelf import Shelf
from studio.ui.importing.importer import Importer
from studio.ui.importing.opening import Opening
from studio.ui.importing.recent_files import RecentFiles
from studio.ui.importing.rights_question import RightsQuestion
from studio.ui.importing.style_removals import StyleRemovals
from studio.ui.importing.user_styles import UserStyles
from studio.ui.library.library import Library
from studio.ui.library_links import LibraryLinks
from studio.ui.presets.preset_bar import PresetBar
from studio.ui.presets.preset_controller import PresetController
from studio.ui.presets.recipe_files import RecipeFiles
from studio.ui.project.autosave_controller import AutosaveController
from studio.ui.project.left_sessions import LeftSessions
from studio.ui.project.project_controller import ProjectController
from studio.ui.regions.region_actions import RegionActions
from studio.ui.session.finish.time_estimate import keep_estimate, read_estimate
from studio.ui.session.preferences import Preferences
from studio.ui.session.session import Session
from studio.ui.session.settings import Settings, settings_file
from studio.ui.theme.theme import logo
from studio.ui.threads.ending_on_signals import ending_on_signals
from studio.ui.threads.event_bridge import EventBridge
from studio.ui.threads.gc_on_gui_thread import GcOnGuiThread
from studio.ui.threads.no_unpickling import refuse_unpickling
from studio.ui.threads.serial_executor import SerialExecutor
from studio.ui.variations.variations_controller import VariationsController
from studio.ui.variations.variations_view import VariationsView
from studio.ui.window.action_handlers import ActionHandlers
from studio.ui.window.appearance import Appearance
from studio.ui.window.main_window import MainWindow
from studio.ui.window.soft_proof_actions import SoftProofActions


def run(make_engine: Callable[[], Engine], arguments: Sequence[str]) -> int:
    """Show the window until it is closed and return the exit status. arguments: pictures to open."""
    refuse_unpickling()
    application = QApplication(["style-studio"])  # names of files are no options of Qt; one in Latin-1 would crash it
    application.setOrganizationName("Style Studio")
    application.setApplicationName("Style Studio")
    application.setWindowIcon(logo())
    gc_timer = GcOnGuiThread()
    settings = Settings(settings_file())
    studio = Studio(make_engine, settings, opener=DecodeProcess())
    studio.window.show()
    studio.autosave.began.connect(lambda: studio.importer.open_files(list(map(place_of, arguments))))
    studio.autosave.start()
    with ending_on_signals(application):
        status = application.exec()
    studio.close()
    settings.close()
    # Before the interpreter goes: widgets must not outlive the application, nor threads the code they run.
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QThreadPool.globalInstance().clear()
    QThreadPool.globalInstance().waitForDone()
    gc_timer.close()
    return status


class Studio(QObject):
    """All parts of the program, wired. The engine is started only when the window has been painted."""

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        settings: Settings,
        thumbnail_folder: Path | None = None,
        opener: PictureOpener | None = None,
    ) -> None:
        """opener: opens pictures; None for this process itself."""
        super().__init__()
        self.opener = opener or OpensHere()
        self.preferences = Preferences(settings, self)
        self._settings = settings
        self._is_closed = False
        # A thread for each purpose, so that opening a photo never waits for other slow work.
        self._opening = SerialExecutor("opening", self)
        adding, library, tuning_files, previews, varying, comparing = (
            SerialExecutor(name, self) for name in ("adding", "library", "tuning", "previews", "varying", "comparing")
        )
        saving, autosave = SerialExecutor("saving", self), SerialExecutor("autosave", self)
        self._threads = (self._opening, previews, varying, comparing, adding, tuning_files, library, saving, autosave)
        batch_files = SerialExecutor("batch", self)
        self.bridge = EventBridge(self)
        worker = Worker(make_engine, self.bridge.post)
        self.session = Session(new_artwork(), worker, self.bridge, read_estimate(settings), self.preferences, self)
        self.session.measured.connect(partial(keep_estimate, settings, self.session.estimate))
        opening = Opening(self.opener, self._opening, self.session, self)
        user_styles = UserStyles(StyleLibrary(), opening, library, adding, self)
        user_styles.message_posted.connect(self.session.post_message)
        user_styles.edited.connect(self.session.correct_card)
        user_styles.changed.connect(lambda: self.session.follow_gallery(user_styles.cards))
        self.importer = Importer(self.session, opening, bundled_cards("styles"), user_styles, self)
        self.exporter = Exporter(self.session, saving, settings, self)
        self.batch = BatchQueue(self.session, worker, batch_files, self.exporter, self.opener, self)
        unfinished_batch = UnfinishedBatch(
            self.batch, self.session, settings, batch_files, lambda: self.window.messages.message, self
        )
        self.recent = RecentFiles(self.session, self._opening, settings, self)
        self.recent.found.connect(self.importer.open_picture)
        self.actions = self._make_actions()
        self.shelf = Shelf(self.session, self)
        self.autosave = AutosaveController(self.session, self.shelf, autosave, user_styles, self.preferences, self)
        self._make_window(thumbnail_folder)
        self._make_actions_of_styles_and_regions(user_styles, saving)
        self._make_projects(opening, user_styles)
        self._make_batch_and_teaching(worker, tuning_files, user_styles, thumbnail_folder)
        self.actions["cancel_opening"].triggered.connect(opening.cancel)
        self._make_variations_and_comparisons(worker, varying, comparing)
        self._make_library(worker, user_styles)
        self._make_presets(library)
        self.window.status_bar.watch_batch(self.batch)
        self.window.status_bar.watch_lesson(self.tune_controller)
        self.refine_actions = RefineActions(self.actions, self.session, self)
        self._make_previews(worker, previews)
        self.window.first_painted.connect(self.session.engine.start)
        self.window.first_painted.connect(self._start_opener)
        user_styles.load()
        self.tune_controller.look_for_unfinished()
        unfinished_batch.look_for_unfinished()
        if settings.problem is not None:
            self.session.post_message(settings.problem)

    def _make_window(self, thumbnail_folder: Path | None) -> None:
        demo = bundled_cards("demo")
        self.window = MainWindow(
            self.session,
            self.importer,
            self.actions,
            self.recent,
            demo,
            self.preferences,
            self.shelf,
            thumbnail_folder,
            self.opener,
        )
        self.window.history.export_requested.connect(self._export_entry)
        self.artwork_drag = ArtworkDrag(self.exporter, self.session, self)
        self.window.canvas.drag_wanted.connect(self.artwork_drag.begin)
        self.action_handlers = ActionHandlers(
            self.actions, self.session, self.importer, self.exporter, self.recent, self.preferences, self.window
        )

    def _make_actions_of_styles_and_regions(self, user_styles: UserStyles, saving: SerialExecutor) -> None:
        self.rights_question = RightsQuestion(user_styles, self.actions, lambda: self.window.messages.message, self)
        self.style_removals = StyleRemovals(self.session, user_styles, self)
        self.window.gallery.card_removed.connect(self.style_removals.remove)
        self.actions["restore_style"].triggered.connect(self.style_removals.restore)
        self.actions["remove_added"].triggered.connect(self.style_removals.remove_added)
        self.autosave.began.connect(self.style_removals.forget)
        self.region_actions = RegionActions(
            self.actions, self.session, self.window.regions.editor, saving, self._settings, self.opener, self.window
        )
        self.proof_actions = SoftProofActions(
            self.actions, self.window.proof, self.session, self.preferences, self.window
        )

    def _make_projects(self, opening: Opening, user_styles: UserStyles) -> None:
        self.projects = ProjectController(
            self.autosave, self.session, self.actions, opening, user_styles, self._settings, self.window
        )
        self.importer.project_given.connect(self.projects.open)
        self.importer.photo_taken.connect(self.projects.stay)
        self.projects.named.connect(self._name_project)
        self.recent.project_found.connect(self.projects.open)
        self.left_sessions = LeftSessions(self.shelf, self)
        self.left_sessions.chosen.connect(self.projects.go_to)
        self.window.close_guard.work = self.projects.guard
        self.autosave.looking.connect(self.window.wait_for_work)
        self.autosave.found.connect(self.window.tell_of_work, Qt.ConnectionType.QueuedConnection)
        self.autosave.began.connect(self.window.stop_waiting)
        for signal in (self.autosave.began, self.autosave.left):
            signal.connect(self.left_sessions.look)
        self.window.tool_bar.menu.offer_sessions(self.left_sessions)
        self.window.history.usage.session_chosen.connect(self.projects.go_to)

    def _make_batch_and_teaching(
        self, worker: Worker, tuning_files: SerialExecutor, user_styles: UserStyles, thumbnail_folder: Path | None
    ) -> None:
        self.batch_window = BatchWindow(
            self.batch, self.session, self.actions, self._settings, self.window, thumbnail_folder, self.opener
        )
        self.window.close_guard.batch_window = self.batch_window
        self.tune_controller = TuneController(
            self.session, worker, tuning_files, user_styles, self.opener, self._settings, self
        )
        self.tune_window = TuneWindow(self.tune_controller, self.actions, self._settings, tuning_files, self.window)
        self.actions["teach"].triggered.connect(self.tune_window.open_beside)
        self.tune_controller.offer_settled.connect(self.window.messages.withdraw)
        self.actions["use_taught"].triggered.connect(self._use_taught)
        self.actions["render_many"].triggered.connect(self._render_many)

    def _make_variations_and_comparisons(
        self, worker: Worker, varying: SerialExecutor, comparing: SerialExecutor
    ) -> None:
        self.variations = VariationsController(
            self.session, worker, varying, lambda: self.importer.cards, self.opener, self
        )
        self.variations_view = VariationsView(self.variations, self.actions["variations"], self.window.canvas)
        self.comparisons = CompareController(
            self.session, worker, self.importer, self.opener, comparing, self._settings, self.window
        )
        self.actions["compare_works"].triggered.connect(self.comparisons.open_empty)
        self.actions["influence"].triggered.connect(self.comparisons.open_influence)

    def _make_library(self, worker: Worker, user_styles: UserStyles) -> None:
        self.library = Library(
            self.session,
            worker,
            self.importer,
            self.opener,
            self._settings,
            self.actions,
            self.window,
            self.window.tool_bar.menu,
        )
        self.curator = Curator(
            self.session, worker, self.opener, self.library, self._settings, self.actions, self.window
        )
        self.window.close_guard.classifier = self.curator.controller
        self.library_links = LibraryLinks(
            self.library,
            self.window,
            self.actions,
            self.comparisons,
            self.tune_controller,
            self.tune_window,
            self.batch_window,
            self.curator,
            self,
        )
        self.about_art = AboutArt(
            self.session,
            lambda: user_styles.cards,
            lambda: [folder.path for folder in self.library.indexer.folders],
            self.window,
        )
        self.actions["about_art"].triggered.connect(self.about_art.show)

    def _make_presets(self, library: SerialExecutor) -> None:
        self.presets = PresetController(
            self.session, Presets(self._settings.folder), library, self.importer.settings_offer, self
        )
        self.actions["restore_preset"].triggered.connect(self.presets.restore)
        self.recipe_files = RecipeFiles(
            self.session, self.importer.settings_offer, library, self.actions, self._settings, self.opener, self.window
        )
        more = [self.actions[name] for name in ("reset_sliders", "load_settings", "save_settings")]
        self.preset_bar = PresetBar(self.presets, self.session, more)
        self.window.panel.add_before_knobs(self.tr("Preset"), self.preset_bar)
        self.presets.load()

    def _make_previews(self, worker: Worker, previews: SerialExecutor) -> None:
        """Previews of styles in the gallery, and what its buttons do."""
        self.window.gallery.set_previews(StylePreviews(self.session, worker, previews, self.opener, self))
        bind_switch(self.window.gallery.on_my_picture, self.preferences, "has_tile_previews")
        self.window.gallery.add_requested.connect(self.action_handlers.ask_for_styles)
        self.window.gallery.teach_requested.connect(self.tune_window.open_beside)
        self.window.gallery.export_requested.connect(self.action_handlers.ask_for_style_file)

    def _make_actions(self) -> Actions:
        """The actions, and the look they choose, before the first widget is made."""
        actions = make_actions(self)
        bind_actions(actions, self.preferences, self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.appearance = Appearance(application, self.preferences, self)
        return actions

    @Slot(object)
    def _name_project(self, path: Path | None) -> None:
        self.recent.note(path)
        self.window.show_project(path.stem if path is not None else "", lambda: self.projects.is_saved)

    @Slot(object)
    def _export_entry(self, result: Result) -> None:
        """Export a picture of the history, which is on the canvas meanwhile."""
        self.session.on_canvas.look_at(result, self.session.on_canvas.beside)
        self.session.recall.run(lambda: (), self.actions["export"].trigger)  # when it is there

    @Slot()
    def _use_taught(self) -> None:
        """Paint in the style that was kept last, unless it is gone again."""
        card = self.tune_controller.kept
        if card is not None and card.id in [style.id for style in self.importer.user_styles.cards]:
            self.importer.use_style(card)
            self.window.activateWindow()

    @Slot()
    def _render_many(self) -> None:
        """Open the window of the batch, with what was dropped where only one picture could be taken."""
        self.batch_window.add_places(self.importer.take_remaining_paths())
        self.batch_window.open_beside()

    @Slot()
    def _start_opener(self) -> None:
        self._opening.submit(self.opener.start, lambda _: None, lambda error: None)

    def close(self) -> None:
        """End work, threads, the engine's process and the window; an export under way is finished first. Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        self._settings.save()
        self.window.hide()
        self.autosave.recorder.keep(lambda _: None)  # now, since it may take a while until a project is saved
        self.projects.close()
        self.autosave.close()  # after what reads in the session
        self.artwork_drag.close()
        self.opener.close()  # before the threads, which wait for it
        self.library.close()
        self.curator.close()
        for thread in self._threads:
            thread.close()
        self.batch.close()
        self.session.close()
        self.window.deleteLater()


def new_artwork() -> Artwork:
    """An empty one, whose size follows its photo."""
    return Artwork(ArtworkState(recipe=StyleRecipe(size_rule="auto")))
