"""PresetController: the presets there are, taken, saved, renamed and removed; their file is used off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.artwork.artwork_state import removal_key
from studio.core.artwork.recipe_regions import recipe_regions
from studio.core.errors import StudioError
from studio.core.project.builtin_presets import KeptSettings, Preset, all_presets
from studio.core.project.presets import Presets, preset_text, read_preset_text
from studio.ui.importing.removals import Removals
from studio.ui.importing.settings_offer import FoundSettings, SettingsOffer
from studio.ui.session.message import Message
from studio.ui.session.session import Session
from studio.ui.threads.serial_executor import SerialExecutor

_Read = tuple[dict[str, KeptSettings], tuple[StudioError, ...]]


class PresetController(QObject):
    """Signals: changed(), other presets."""

    changed = Signal()

    def __init__(
        self,
        session: Session,
        store: Presets,
        files: SerialExecutor,
        offer: SettingsOffer,
        parent: QObject | None = None,
    ) -> None:
        """offer: opens the styles that a preset's regions have."""
        super().__init__(parent)
        self._offer = offer
        self._own: dict[str, KeptSettings] = {}
        self._session = session
        self._store = store
        self._files = files
        self._chosen = ""
        self._restored: tuple[list[str], list[str]] = [], []  # keys that go and that come when `restore` is asked for
        self._removals = Removals(session, "preset", self)
        self._removals.stepped.connect(self._follow)
        self._told: tuple[str, ...] = ()  # problems of single presets, which are told once

    @property
    def presets(self) -> tuple[Preset, ...]:
        """The studio's, then the artist's by name."""
        return all_presets(self._own)

    @property
    def current(self) -> Preset | None:
        """The one the settings agree with: of several, that which was chosen last."""
        recipe, regions = self._session.artwork.recipe, recipe_regions(self._session.artwork.regions)
        agreeing = [
            preset for preset in self.presets if preset.applied_to(recipe) == recipe and preset.regions in ((), regions)
        ]
        agreeing.sort(key=lambda preset: not preset.regions)  # one with these very regions says more
        return next((preset for preset in agreeing if preset.name == self._chosen), next(iter(agreeing), None))

    @Slot()
    def load(self) -> None:
        """Read the file, in which another studio may have changed something."""
        self._files.submit(self._store.read, lambda read: self._take(*read), self._refuse)

    def choose(self, preset: Preset) -> None:
        """Paint with its settings, as one step; its regions take the place of those there are."""
        artwork = self._session.artwork
        self._chosen = preset.name
        recipe = preset.applied_to(artwork.recipe)
        if preset.regions:
            self._offer.use_settings(FoundSettings(preset.name, recipe, regions=preset.regions))
        else:
            self._session.take_settings(artwork.styles, recipe)
        self.changed.emit()

    def save(self, name: str) -> None:
        """Keep the present settings under a name, as a step; what it stood for before can be brought back."""
        artwork, before = self._session.artwork, self._own.get(name.strip())
        kept_settings = KeptSettings(artwork.recipe, recipe_regions(artwork.regions))
        text = self._saved_text(kept_settings, len(artwork.regions) - len(kept_settings.regions))

        def kept(kept_name: str) -> None:
            self._chosen = kept_name
            if before == kept_settings:
                self._tell(text.format(kept_name))
                return
            new, old = _key(kept_name, kept_settings), [] if before is None else [_key(kept_name, before)]
            self._session.belongings.note_added(new, gone=old)
            if not old:
                self._tell(text.format(kept_name))
                return
            self._restored = [new], old
            self._tell(self.tr("{} stands for these settings now.").format(kept_name), "restore_preset")

        self._write(lambda: self._store.save(name, kept_settings), kept)

    def rename(self, name: str, new_name: str) -> None:
        """Give a preset of the artist's another name, as a step."""
        settings = self._own.get(name)

        def renamed(kept_name: str) -> None:
            self._chosen = kept_name
            if settings is not None:
                self._session.belongings.note_added(_key(kept_name, settings), gone=[_key(name, settings)])

        if name != new_name.strip():
            self._write(lambda: self._store.rename(name, new_name), renamed)

    def remove(self, name: str) -> None:
        """Forget a preset of the artist's, as a step; the message offers to bring it back."""
        settings = self._own.get(name)
        if settings is None:
            return

        def remove() -> str:
            self._store.remove(name)
            return name

        def removed(_: str) -> None:
            key = _key(name, settings)
            self._session.belongings.remove(key)
            self._restored = [], [key]
            self._tell(self.tr("Removed the preset {}.").format(name), "restore_preset")

        self._write(remove, removed)

    @Slot()
    def restore(self) -> None:
        """Bring back what was removed, or written over, last."""
        keys, back = self._restored
        self._restored = [], []
        if back:
            self._session.belongings.exchange(keys, back)

    @Slot(object, object)
    def _follow(self, gone: Set[str], back: Set[str]) -> None:
        """Bring the file in line with a step of undo."""
        old, new = ([preset for preset in map(read_preset_text, names) if preset] for names in (gone, back))

        def step() -> str:
            self._store.step(old, new)
            return ""

        self._write(step, lambda _: None)

    def _write(self, write: Callable[[], str], done: Callable[[str], None]) -> None:
        def write_and_read() -> tuple[str, _Read]:
            return write(), self._store.read()

        def end(written: tuple[str, _Read]) -> None:
            name, read = written
            done(name)
            self._take(*read)

        self._files.submit_write(write_and_read, end, self._refuse)

    def _take(self, own: dict[str, KeptSettings], problems: Sequence[StudioError]) -> None:
        self._own = own
        self.changed.emit()
        texts = tuple(problem.message for problem in problems)
        if texts and texts != self._told:
            self._session.post_message(Message.about(problems[0]))
        self._told = texts

    def _saved_text(self, kept: KeptSettings, left_out: int) -> str:
        """What is told when settings are kept, with a place for the name."""
        text = self.tr("The settings are saved as {}.")
        if kept.regions:
            text = self.tr("The settings are saved as {}, with their regions.")
        if left_out:
            text += " " + self.tr("Masks that were brushed belong to this photo and are left out.")
        return text

    def _tell(self, text: str, action: str = "") -> None:
        self._session.post_message(Message(text, action=action))

    def _refuse(self, error: StudioError) -> None:
        self._session.post_message(Message.about(error))


def _key(name: str, settings: KeptSettings) -> str:
    return removal_key("preset", preset_text(name, settings))
