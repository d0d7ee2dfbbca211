"""What the artist prefers about the program itself: typed, kept between starts, with a signal for changes."""

from __future__ import annotations

import hashlib
from typing import Generic, Literal, TypeVar, get_args

from PySide6.QtCore import QObject, Signal

from studio.core.image_io.output.rgb_profiles import INTENTS, Intent
from studio.ui.session.settings import Settings

ThemeChoice = Literal["dark", "light", "system"]
RefineChoice = Literal["mains", "always", "never"]  # when the Live picture is refined: on mains power only, ...

CAPS = ("4", "1", "2", "8", "16", "32", "64")  # GB that the history may take on the disk

_TOLD = "messages/told"
_TOLD_KEPT = 40  # of the newest

T = TypeVar("T")


class Choice(Generic[T]):
    """One preference: a property of Preferences that takes one of `values`, the first until another is chosen."""

    def __init__(self, values: tuple[T, ...]) -> None:
        self.values = values

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, preferences: Preferences, owner: type) -> T:
        settings = preferences.settings
        kept = settings.get(self._key, bool) if isinstance(self.values[0], bool) else settings.get(self._key, str)
        return next((value for value in self.values if value == kept), self.values[0])

    def __set__(self, preferences: Preferences, value: T) -> None:
        if value not in self.values:
            raise ValueError(f"{self._name} cannot be {value!r}.")
        if value != self.__get__(preferences, type(preferences)):
            preferences.settings.set(self._key, value)
            preferences.changed.emit(self._name)

    @property
    def _key(self) -> str:
        return f"preferences/{self._name}"


class Preferences(QObject):
    """Signals: changed(str), with the name of the property that has another value now."""

    changed = Signal(str)

    theme = Choice[ThemeChoice](get_args(ThemeChoice))
    is_live = Choice((True, False))
    auto_refine = Choice[RefineChoice](get_args(RefineChoice))
    has_gallery = Choice((True, False))
    has_panel = Choice((True, False))
    has_history = Choice((True, False))
    history_gb = Choice(CAPS)
    starts_empty = Choice((False, True))  # or with what there was at the end
    proof_intent = Choice[Intent](INTENTS)  # how a printer's colours are chosen in the soft proof
    has_tile_previews = Choice((False, True))  # "On my picture"

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings

    def as_words(self) -> dict[str, str]:
        """All of them by name."""
        choices = [name for name, value in vars(type(self)).items() if isinstance(value, Choice)]
        return {name: str(getattr(self, name)) for name in choices}


class ToldOnce:
    """Remembers which news the artist has had, between starts too, so that nobody reads it at every start.

    Keeps only a digest of each: it may name files of the artist.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def is_news(self, about: str) -> bool:
        """Whether this has not been told yet; from now on it has."""
        digest = hashlib.sha256(about.encode(errors="surrogateescape")).hexdigest()[:16]
        told = self._settings.get(_TOLD, list) or []
        if digest in told:
            return False
        self._settings.set(_TOLD, [*told, digest][-_TOLD_KEPT:])
        return True
