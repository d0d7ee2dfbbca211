"""Named presets of this user, in one file that every studio reads and that is checked whenever it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from studio.core.artwork.recipe_regions import regions_from_values, regions_to_values
from studio.core.displayable import displayable
from studio.core.errors import RecipeError, StudioError, WriteError
from studio.core.project.builtin_presets import BUILT_IN, KeptSettings
from studio.core.recipe import StyleRecipe
from studio.core.storage.atomic_write import make_folder, replace_file
from studio.core.storage.folder_lock import FolderLock
from studio.core.storage.regular_file import reason
from studio.core.storage.untrusted import parse_json, parse_object, read_bounded
from studio.core.storage.user_folders import config_folder

LONGEST_NAME = 80  # characters
MOST_PRESETS = 1000

_FILE = "presets.json"
_VERSION = 1
_LARGEST = 2 * 2**20  # bytes
_Known = dict[str, KeptSettings]
_Broken = dict[str, tuple[object, str]]  # what stands in the file, and what is wrong with it
_Change = Callable[[_Known, _Broken], _Known]


class Presets:
    """The presets in a folder: `presets.json`, {"version": 1, "presets": {"NAME": {recipe, "regions": [...]}}}.

    Two studios may use it at once: nothing is remembered between calls. Methods that write raise StudioError, and leave
    the file as it was.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """The folder may not exist yet; None for the user's own."""
        self.folder = folder or config_folder()

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / _FILE

    def read(self) -> tuple[dict[str, KeptSettings], tuple[StudioError, ...]]:
        """What is kept by name, in the order of the names, and what is wrong with those left out."""
        try:
            presets, broken = self._read()
        except StudioError as error:
            return {}, (error,)
        problems = tuple(RecipeError(f"The preset {name} cannot be used: {why}") for name, (_, why) in broken.items())
        return dict(sorted(presets.items(), key=lambda preset: preset[0].casefold())), problems

    def save(self, name: str, kept: KeptSettings) -> str:
        """Keep settings under a name, in place of those that have it; returns the name as it is kept."""
        name = _free_name(name)
        self._change(lambda presets, _: presets | {name: kept})
        return name

    def remove(self, name: str) -> None:
        """Forget a preset, also one that cannot be used. Raises RecipeError if there is none."""

        def removed(presets: _Known, broken: _Broken) -> _Known:
            if broken.pop(name, None) is not None:
                return presets
            return _others(presets, name)

        self._change(removed)

    def rename(self, name: str, new_name: str) -> str:
        """Give a preset another name; returns it as it is kept. Raises RecipeError if that is another preset's."""
        new_name = _free_name(new_name)

        def renamed(presets: _Known, _: _Broken) -> _Known:
            others = _others(presets, name)
            if new_name in others:
                raise RecipeError(f"Another preset is called {new_name}.", "Choose another name.")
            return others | {new_name: presets[name]}

        self._change(renamed)
        return new_name

    def step(self, gone: Iterable[tuple[str, KeptSettings]], back: Iterable[tuple[str, KeptSettings]]) -> None:
        """Take presets away as far as they are still there like this, and bring others back.

        Raises RecipeError where a name to be brought back is that of another preset by now.
        """
        old, new = dict(gone), dict(back)

        def stepped(presets: _Known, _: _Broken) -> _Known:
            others = {name: kept for name, kept in presets.items() if old.get(name) != kept}
            for name, kept in new.items():
                if others.setdefault(name, kept) != kept:
                    raise RecipeError(f"Another preset is called {name}.", "Rename it, and undo again.")
            return others

        self._change(stepped)

    def _change(self, change: _Change) -> None:
        make_folder(self.folder)
        lock = FolderLock(self.folder)
        lock.take()
        try:
            presets, broken = self._read()  # one that cannot be read is not written over
            changed = change(presets, broken)
            if len(changed) > MOST_PRESETS:
                raise RecipeError(f"There are {MOST_PRESETS:,} presets, which is the limit.", "Remove some.")
            kept = {name: value for name, (value, _) in broken.items() if name not in changed}
            values = kept | {name: _to_values(settings) for name, settings in changed.items()}
            text = json.dumps(
                {"version": _VERSION, "presets": values}, indent=2
            )  # ASCII: a broken name may be no Unicode
            replace_file(self.path, text.encode() + b"\n")
        finally:
            lock.release()

    def _read(self) -> tuple[_Known, _Broken]:
        """The presets, and what is broken: its value, which stays in the file, and why."""
        try:
            values = parse_object(read_bounded(self.path, _LARGEST).decode("utf-8-sig"))
        except FileNotFoundError:
            return {}, {}
        except OSError as error:
            raise WriteError(f"Your presets cannot be read: {reason(error)}.", f"Look at {self.path}.") from error
        except ValueError as error:
            raise _damaged(self.path, str(error)) from error
        version, given = values.get("version"), values.get("presets")
        if type(version) is not int or not isinstance(given, dict) or len(given) > MOST_PRESETS:
            raise _damaged(self.path, "they are not a list")
        if version > _VERSION:
            raise RecipeError("Your presets were written by a newer Style Studio.", "Install the newest one.")
        presets: _Known = {}
        broken: _Broken = {}
        for name, value in given.items():
            try:
                if checked_name(name) != name:
                    raise RecipeError("its name is none.")
                presets[name] = _from_values(value)
            except StudioError as error:
                broken[name] = (value, str(error))
        return presets, broken


def checked_name(name: str) -> str:
    """A preset's name without spaces around it. Raises RecipeError if it is empty, too long, or cannot be shown."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise RecipeError(f"The name of a preset has 1 to {LONGEST_NAME} characters.", "Choose another name.")
    if displayable(name) != name:
        raise RecipeError("The name of a preset has characters that cannot be shown.", "Choose another name.")
    return name


def preset_text(name: str, kept: KeptSettings) -> str:
    """A preset as one line of text, equal for equal ones."""
    return json.dumps([name, _to_values(kept)], sort_keys=True)


def read_preset_text(text: str) -> tuple[str, KeptSettings] | None:
    """The preset in such a line, or None if that is none."""
    try:
        name, values = parse_json(text)
        return checked_name(name), _from_values(values)
    except (StudioError, ValueError, TypeError, AttributeError):
        return None


def _to_values(kept: KeptSettings) -> dict[str, Any]:
    """As a recipe's file has them: without regions what older studios read."""
    values: dict[str, Any] = json.loads(kept.recipe.to_json())
    return values | {"regions": regions_to_values(kept.regions)} if kept.regions else values


def _from_values(values: object) -> KeptSettings:
    known = dict(values) if isinstance(values, dict) else values
    regions = regions_from_values(known.pop("regions", [])) if isinstance(known, dict) else ()
    return KeptSettings(StyleRecipe.from_json(json.dumps(known)), regions)


def _free_name(name: str) -> str:
    """As `checked_name`; it is no name of a preset of the studio's, either."""
    name = checked_name(name)
    if any(preset.name.casefold() == name.casefold() for preset in BUILT_IN):
        raise RecipeError(f"{name} is one of the studio's own presets.", "Choose another name.")
    return name


def _others(presets: Mapping[str, KeptSettings], name: str) -> dict[str, KeptSettings]:
    if name not in presets:
        raise RecipeError(f"There is no preset called {name}.")
    return {known: kept for known, kept in presets.items() if known != name}


def _damaged(path: Path, why: str) -> RecipeError:
    return RecipeError(f"Your presets cannot be read: {why}.", f"Move {path} away to start without presets.")
