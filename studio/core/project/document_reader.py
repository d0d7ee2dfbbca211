"""From the JSON values of a project, and the files they name, back to the project: everything checked before use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from studio.core.artwork.artwork_state import ArtworkState, Result, pictures_of, removal_key
from studio.core.artwork.blend import Blend
from studio.core.card import Card, bundled_cards, make_card
from studio.core.errors import ProjectError, StudioError
from studio.core.picture import Picture
from studio.core.project.document import FORMAT, MOST_WINDOW_BYTES, VERSION, check_plain
from studio.core.project.document_rows import (
    BlendRow,
    EntryRow,
    EntrySummary,
    FileRow,
    LearnedRow,
    ResultRow,
    SettingsRow,
    StyleRow,
)
from studio.core.project.picture_bytes import unpack
from studio.core.project.picture_table import Fetch, Leave, OpenLink, PictureTable
from studio.core.project.project import HistoryEntry, Project, ProjectFile
from studio.core.project.tables import MOST_ROWS, Tables, check_text
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import MOST_REGIONS, Region, with_own_names
from studio.core.regions.region_text import read_region
from studio.core.storage.untrusted import make_checked, parse_object, path_anywhere, path_below
from studio.core.styles.learned_style import LearnedStyle, check_network
from studio.core.styles.learned_style_file import decode_learned
from studio.core.styles.style import Style

MOST_STATES = 1000  # of undo, and of redo
_ID = re.compile(r"[0-9a-f]{16}")
T = TypeVar("T")


def parse_document(data: bytes) -> dict[str, Any]:
    """The values in a project's JSON. Raises ProjectError if they are of a newer studio, ValueError if it is none."""
    values = parse_object(data)
    check_plain(values)
    if values.get("format") != FORMAT:
        raise ValueError("it holds something else")
    version = values.get("version")
    if type(version) is not int or version < 1:
        raise ValueError("it has no version")
    if version > VERSION:
        raise ProjectError(
            f"This project has version {version}, of a newer Style Studio; this one reads up to {VERSION}.",
            "Install the newest Style Studio.",
        )
    return values


@dataclass
class DocumentReader:
    """Reads one project; equal rows become one object, as they were.

    values: of `parse_document`. fetch: the bytes of a file by its name. open_link: the photo at a path that has a
    fingerprint. cards: of the user's own styles; one in the project with the same id takes its file from here.
    is_own: the user's studio wrote it on this machine: places on the disk may stand in it, and what is damaged is left
    out with a word in `problems`. Anybody may have written another: such places, and damage anywhere, refuse all of it.
    leave: for a file by its name that is to have so many bytes, how it is read later, or ValueError or OSError if it is
    not there whole; then no picture is read but those of the present state. None: all are. unpack_one: as `unpack`,
    by whomever.
    """

    values: Mapping[str, Any]
    fetch: Fetch
    open_link: OpenLink
    cards: Iterable[Card] = ()
    is_own: bool = False
    leave: Leave | None = None
    unpack_one: Callable[[bytes, str, bool], Picture] = unpack
    problems: list[str] = field(default_factory=list, init=False)
    _ids: set[str] = field(default_factory=set, init=False)  # of the entries so far

    def __post_init__(self) -> None:
        self._tables = Tables(self.values)
        self._pictures = PictureTable(
            self._tables, self.fetch, self.open_link, self.is_own, self.leave, self.unpack_one
        )
        self._own_cards = {card.id: card for card in self.cards}
        self._bundled_cards = {card.id: card for card in bundled_cards("styles")}

    def read(self) -> Project:
        """The project. Raises ValueError, or StudioError, if anything is not as the studio writes it."""
        history: list[HistoryEntry] = []
        places: dict[int, int] = {}  # where entries were, and where they are now
        for place, row in enumerate(self._tables.rows("history")):
            entry = self._tried(self._entry, row)
            if entry is not None:
                places[place] = len(history)
                history.append(entry)
        shown = self.values.get("shown")
        if shown is not None and (type(shown) is not int or not 0 <= shown < len(self._tables.rows("history"))):
            raise ValueError("what is shown is not there")
        window = self.values.get("window", {})
        if not isinstance(window, dict) or len(json.dumps(window)) > MOST_WINDOW_BYTES:
            raise ValueError("the state of the window is none")
        return Project(
            state=self._present_state(),
            undo=self._states("undo"),
            redo=self._states("redo"),
            history=tuple(history),
            shown=places.get(shown) if shown is not None else None,
            window=window,
            photos="linked" if any(map(_is_linked, self._tables.rows("pictures"))) else "embedded",
            file=self._tried(self._file, self.values.get("file")) if self.is_own else None,
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def summaries(self) -> list[EntrySummary]:
        """What the history holds; no picture is read. Raises as `read`."""
        found = []
        for values in self._tables.rows("history"):
            row = make_checked(EntryRow, values)
            result = self._tables.row("results", row.result)
            check_text(row.note, row.group)
            recipe = _recipe(result)
            found.append(EntrySummary(recipe, row.time, row.note, row.is_pinned, row.group, row.thumbnail))
        return found

    def _tried(self, make: Callable[[Any], T], values: Any) -> T | None:
        """What is made of values; None where it is damaged and `is_own`."""
        if not self.is_own:
            return make(values)
        try:
            return make(values)
        except (ValueError, StudioError) as error:
            self.problems.append(f"Something could not be brought back: {error}")
            return None

    def _file(self, values: Any) -> ProjectFile | None:
        if values is None:
            return None
        row = make_checked(FileRow, values)
        return ProjectFile(path_anywhere(row.path), row.photos, row.mark, row.is_saved)

    def _states(self, name: str) -> tuple[ArtworkState, ...]:
        found = (self._tried(self._state, values) for values in self._tables.rows(name, MOST_STATES))
        return tuple(state for state in found if state is not None)

    def _present_state(self) -> ArtworkState:
        values = self.values.get("state")
        if not self.is_own or not isinstance(values, dict):
            return self._state(values)
        recipe = values.get("recipe")
        plain = recipe | {"style_shares": []} if isinstance(recipe, dict) else None
        less: dict[str, Any] = {}
        losses: tuple[dict[str, Any], ...] = (
            {},
            {"result": None},
            {"content": None, "blend": None, "is_blended": False},
            {"styles": [], "recipe": plain},
        )
        for loss in losses:
            less |= loss
            state = self._tried(self._loaded_state, values | less)
            if state is not None:
                return state
        return ArtworkState()

    def _loaded_state(self, values: Any) -> ArtworkState:
        state = self._state(values)
        for picture in pictures_of(state):
            self._pictures.load(picture)
        return state

    def _state(self, values: Any) -> ArtworkState:
        if not isinstance(values, dict):
            raise ValueError("a state is none")
        result = values.get("result")
        removed = self._removed(values.get("removed", []))
        content, blend, styles, recipe, regions = self._settings(values, {"result", "removed"})
        painted = None if result is None else self._result(result)
        return ArtworkState(content, styles, recipe, painted, blend, removed, regions)

    def _removed(self, given: object) -> frozenset[str]:
        """A list of keys, or the place of one in the table of such lists."""

        def make(row: dict[str, Any]) -> frozenset[str]:
            keys = row.get("keys")
            if not isinstance(keys, list) or len(keys) > MOST_ROWS or not all(isinstance(key, str) for key in keys):
                raise ValueError("what was removed is not a list")
            check_text(*keys)
            if not self.is_own:  # else undo would throw away what is the artist's own, such as a style
                keys = [key for key in keys if key.startswith(removal_key("entry", ""))]
            return frozenset(keys)

        return make({"keys": given}) if isinstance(given, list) else self._tables.once("removed", given, make)

    def _entry(self, values: Any) -> HistoryEntry:
        row = make_checked(EntryRow, values)
        if row.id and _ID.fullmatch(row.id) is None:
            raise ValueError("an entry has no id")
        named = {"id": row.id} if row.id and row.id not in self._ids else {}
        self._ids.add(row.id)
        return HistoryEntry(self._result(row.result), row.time, row.note, row.is_pinned, row.group, **named)

    def _result(self, place: object) -> Result:
        def make(values: dict[str, Any]) -> Result:
            own = {name: values[name] for name in ResultRow.__dataclass_fields__ if name in values}
            row = make_checked(ResultRow, own)
            check_text(*row.notes)
            content, blend, styles, recipe, regions = self._settings(values, set(own))
            return Result(
                picture=self._pictures.picture(row.picture),
                content=content,
                styles=styles,
                recipe=recipe,
                uncolored=None if row.uncolored is None else self._pictures.picture(row.uncolored),
                is_complete=row.is_complete,
                seconds=max(0.0, row.seconds),
                notes=tuple(row.notes),
                blend=blend,
                is_draft=row.is_draft,
                progress=min(1.0, max(0.0, row.progress)),
                regions=regions,
            )

        return self._tables.once("results", place, make)

    def _settings(
        self, values: dict[str, Any], others: set[str]
    ) -> tuple[Picture | None, Blend | None, tuple[Style, ...], StyleRecipe, tuple[Region, ...]]:
        rest = {name: value for name, value in values.items() if name not in others and name != "recipe"}
        row = make_checked(SettingsRow, rest)
        blend = None if row.blend is None else self._blend(row.blend)
        content = None if row.content is None else self._pictures.picture(row.content)
        if blend is not None:
            content = self._pictures.blended(row.blend or 0, blend) if row.is_blended else blend.base
        styles = tuple(self._style(place) for place in row.styles)
        recipe = _recipe(values)
        if styles:
            recipe.shares_of(len(styles))
        if len(row.regions) > MOST_REGIONS:
            raise ValueError("there are too many regions")
        return content, blend, styles, recipe, with_own_names(self._region(place) for place in row.regions)

    def _region(self, place: object) -> Region:
        def styles_of(places: list[str]) -> tuple[Style, ...]:
            return tuple(self._style(int(one)) for one in places)

        return self._tables.once("regions", place, lambda values: read_region(values, self._pictures.mask, styles_of))

    def _blend(self, place: object) -> Blend:
        def make(values: dict[str, Any]) -> Blend:
            row = make_checked(BlendRow, values)
            return Blend(self._pictures.picture(row.base), self._pictures.picture(row.over), row.mode, row.opacity)  # type: ignore[arg-type]

        return self._tables.once("blends", place, make)

    def _style(self, place: object) -> Style:
        def make(values: dict[str, Any]) -> Style:
            row = make_checked(StyleRow, values)
            check_text(*row.card.values())
            card = self._card(row.card)
            learned = None if row.learned is None else self._learned(row.learned)
            if learned is not None:
                try:
                    check_network(learned)
                except StudioError as error:
                    self.problems.append(f"{card.title}: {error}")
                    learned = None
            return Style(self._pictures.picture(row.picture), card, learned)

        return self._tables.once("styles", place, make)

    def _card(self, values: dict[str, str]) -> Card:
        card = replace(make_card(values), kind="style")
        if not self.is_own and len(path_below(str(card.file)).parts) != 1:
            raise ValueError("a style names a file elsewhere")
        bundled, own = self._bundled_cards.get(card.id), self._own_cards.get(card.id)
        if bundled is not None and bundled.sha256 == card.sha256:
            return bundled
        return card if own is None else replace(card, file=own.file)

    def _learned(self, place: object) -> LearnedStyle:
        def make(values: dict[str, Any]) -> LearnedStyle:
            row = make_checked(LearnedRow, values)
            _, learned = decode_learned(self.fetch(row.file), Path(row.file))
            # The file holds its pictures with loss, so that it is small; the project holds them as they are.
            return replace(learned, references=tuple(self._pictures.picture(one) for one in row.references))

        return self._tables.once("learned", place, make)


def _recipe(values: Mapping[str, Any]) -> StyleRecipe:
    return StyleRecipe.from_json(json.dumps(values.get("recipe")))


def _is_linked(row: object) -> bool:
    return isinstance(row, dict) and bool(row.get("link"))
