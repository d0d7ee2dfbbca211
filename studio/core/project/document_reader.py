"""From the JSON values of a project, and the files they name, back to the project: everything checked before use."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psutil

from studio.core.artwork.artwork_state import ArtworkState, Result, pictures_of, removal_key
from studio.core.artwork.blend import Blend, blend_pictures
from studio.core.card import Card, bundled_cards, make_card
from studio.core.errors import ProjectError, StudioError
from studio.core.picture import Metadata, Picture, Pixels
from studio.core.project.document import FORMAT, MOST_ICC, MOST_WINDOW_BYTES, VERSION, check_plain
from studio.core.project.document_rows import (
    BlendRow,
    EntryRow,
    EntrySummary,
    LearnedRow,
    MetadataRow,
    PictureRow,
    ResultRow,
    SettingsRow,
    StyleRow,
)
from studio.core.project.picture_bytes import PictureFile, keep_original, picture_at_rest, pixels_in, unpack
from studio.core.project.project import HistoryEntry, Project
from studio.core.recipe import StyleRecipe
from studio.core.regions.mask_file import unpack_mask
from studio.core.regions.region import MOST_REGIONS, Region
from studio.core.regions.region_text import read_region
from studio.core.storage.untrusted import LONGEST_PATH, make_checked, parse_object, path_below
from studio.core.styles.learned_style import LearnedStyle, check_network
from studio.core.styles.learned_style_file import decode_learned
from studio.core.styles.style import Style

MOST_ROWS = 20_000  # of one table
MOST_STATES = 1000  # of undo, and of redo
_LONGEST_TEXT = 4096
_ID = re.compile(r"[0-9a-f]{16}")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_MOST_EXIF = 2**20  # bytes
_BYTES_PER_PIXEL = 4  # with alpha
_MEMORY_SHARE = 0.5  # of what is free

Fetch = Callable[[str], bytes]
OpenLink = Callable[[str, str], Picture]
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
    leave: Callable[[str, int], Callable[[], bytes]] | None = None
    unpack_one: Callable[[bytes, str, bool], Picture] = unpack
    problems: list[str] = field(default_factory=list, init=False)
    _made: dict[tuple[str, int], Any] = field(default_factory=dict, init=False)
    _pixels: int = field(default=0, init=False)  # that may still be decoded
    _masks: dict[str, Pixels] = field(default_factory=dict, init=False)  # by file
    _ids: set[str] = field(default_factory=set, init=False)  # of the entries so far

    def __post_init__(self) -> None:
        self._own_cards = {card.id: card for card in self.cards}
        self._bundled_cards = {card.id: card for card in bundled_cards("styles")}

    def read(self) -> Project:
        """The project. Raises ValueError, or StudioError, if anything is not as the studio writes it."""
        self._pixels = int(psutil.virtual_memory().available * _MEMORY_SHARE) // _BYTES_PER_PIXEL
        history: list[HistoryEntry] = []
        places: dict[int, int] = {}  # where entries were, and where they are now
        for place, row in enumerate(self._list("history", MOST_ROWS)):
            entry = self._tried(self._entry, row)
            if entry is not None:
                places[place] = len(history)
                history.append(entry)
        shown = self.values.get("shown")
        if shown is not None and (type(shown) is not int or not 0 <= shown < len(self._list("history", MOST_ROWS))):
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
            photos="linked" if any(map(_is_linked, self._list("pictures", MOST_ROWS))) else "embedded",
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def summaries(self) -> list[EntrySummary]:
        """What the history holds; no picture is read. Raises as `read`."""
        found = []
        for values in self._list("history", MOST_ROWS):
            row = make_checked(EntryRow, values)
            result = self._row("results", row.result)
            _check_text(row.note, row.group)
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

    def _states(self, name: str) -> tuple[ArtworkState, ...]:
        found = (self._tried(self._state, values) for values in self._list(name, MOST_STATES))
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
            if not picture.is_in_memory:
                self._spend(picture.width * picture.height)
                picture.load()
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
                raise ValueError("what was removed is no list")
            _check_text(*keys)
            if not self.is_own:  # else undo would throw away what is the artist's own, such as a style
                keys = [key for key in keys if key.startswith(removal_key("entry", ""))]
            return frozenset(keys)

        return make({"keys": given}) if isinstance(given, list) else self._once("removed", given, make)

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
            _check_text(*row.notes)
            content, blend, styles, recipe, regions = self._settings(values, set(own))
            return Result(
                picture=self._picture(row.picture),
                content=content,
                styles=styles,
                recipe=recipe,
                uncolored=None if row.uncolored is None else self._picture(row.uncolored),
                is_complete=row.is_complete,
                seconds=max(0.0, row.seconds),
                notes=tuple(row.notes),
                blend=blend,
                is_draft=row.is_draft,
                progress=min(1.0, max(0.0, row.progress)),
                regions=regions,
            )

        return self._once("results", place, make)

    def _settings(
        self, values: dict[str, Any], others: set[str]
    ) -> tuple[Picture | None, Blend | None, tuple[Style, ...], StyleRecipe, tuple[Region, ...]]:
        rest = {name: value for name, value in values.items() if name not in others and name != "recipe"}
        row = make_checked(SettingsRow, rest)
        blend = None if row.blend is None else self._blend(row.blend)
        content = None if row.content is None else self._picture(row.content)
        if blend is not None:
            content = self._blended(row.blend, blend) if row.is_blended else blend.base
        styles = tuple(self._style(place) for place in row.styles)
        recipe = _recipe(values)
        if styles:
            recipe.shares_of(len(styles))
        if len(row.regions) > MOST_REGIONS:
            raise ValueError("there are too many regions")
        return content, blend, styles, recipe, tuple(self._region(place) for place in row.regions)

    def _region(self, place: object) -> Region:
        def styles_of(places: list[str]) -> tuple[Style, ...]:
            return tuple(self._style(int(one)) for one in places)

        return self._once("regions", place, lambda values: read_region(values, self._mask, styles_of))

    def _mask(self, name: str) -> Pixels:
        if name not in self._masks:
            self._masks[name] = unpack_mask(self.fetch(name))
            self._spend(self._masks[name].size // _BYTES_PER_PIXEL)
        return self._masks[name]

    def _blended(self, place: int | None, blend: Blend) -> Picture:
        key = ("blended", place or 0)
        if key not in self._made:
            base = blend.base
            if self.leave is None:
                self._spend(base.width * base.height)
                self._made[key] = blend_pictures(blend)
            else:
                size, made = (base.width, base.height), partial(blend_pictures, blend)
                about = {"name": base.name, "source": base.source, "metadata": base.metadata}
                self._made[key] = Picture.at_rest(size, None, made, **about)
        picture: Picture = self._made[key]
        return picture

    def _blend(self, place: object) -> Blend:
        def make(values: dict[str, Any]) -> Blend:
            row = make_checked(BlendRow, values)
            return Blend(self._picture(row.base), self._picture(row.over), row.mode, row.opacity)  # type: ignore[arg-type]

        return self._once("blends", place, make)

    def _style(self, place: object) -> Style:
        def make(values: dict[str, Any]) -> Style:
            row = make_checked(StyleRow, values)
            _check_text(*row.card.values())
            card = self._card(row.card)
            learned = None if row.learned is None else self._learned(row.learned)
            if learned is not None:
                try:
                    check_network(learned)
                except StudioError as error:
                    self.problems.append(f"{card.title}: {error}")
                    learned = None
            return Style(self._picture(row.picture), card, learned)

        return self._once("styles", place, make)

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
            return replace(learned, references=tuple(self._picture(one) for one in row.references))

        return self._once("learned", place, make)

    def _picture(self, place: object) -> Picture:
        return self._once("pictures", place, self._make_picture)

    def _make_picture(self, values: dict[str, Any]) -> Picture:
        row = make_checked(PictureRow, values)
        _check_text(row.name, row.link or "", row.source or "")
        metadata = Metadata() if row.metadata is None else self._metadata(row.metadata)
        if (row.link is None) == (row.file is None):
            raise ValueError("a picture has no place")
        if _FINGERPRINT.fullmatch(row.fingerprint) is None:  # files are called so
            raise ValueError("a picture has no fingerprint")
        if row.source is not None and not self.is_own:
            raise ValueError("a picture names a place on another disk")
        if row.link is not None:
            return replace(self.open_link(row.link, row.fingerprint), metadata=metadata)
        assert row.file is not None
        source = Path(row.source) if row.source else None
        if self.leave is not None and row.length and len(row.size) == 2 and min(row.size) > 0:
            file = PictureFile(Path(row.file).suffix, row.is_original, self.leave(row.file, row.length))
            size, about = (row.size[0], row.size[1]), {"name": row.name, "source": source, "metadata": metadata}
            return picture_at_rest(file, size, row.fingerprint, **about)
        data = self.fetch(row.file)
        self._spend(pixels_in(data, row.name))
        found = self.unpack_one(data, row.name, row.is_original)
        picture = Picture(found.pixels, row.name, found.alpha, source, metadata, fine=found.fine)
        keep_original(picture, data if row.is_original else None)
        return picture

    def _metadata(self, place: object) -> Metadata:
        def make(values: dict[str, Any]) -> Metadata:
            row = make_checked(MetadataRow, values)
            is_too_long = len(row.exif) > 2 * _MOST_EXIF or len(row.icc) > 2 * MOST_ICC
            if is_too_long or not (row.dpi is None or 1 < row.dpi <= 100_000):
                raise ValueError("metadata are none")
            return Metadata(bytes.fromhex(row.exif), row.dpi, bytes.fromhex(row.icc))

        return self._once("metadata", place, make)

    def _spend(self, pixels: int) -> None:
        self._pixels -= pixels
        if self._pixels < 0:
            raise ProjectError("Its pictures need more memory than is free.", "Close other programs, and try again.")

    def _once(self, table: str, place: object, make: Callable[[dict[str, Any]], T]) -> T:
        row = self._row(table, place)
        assert isinstance(place, int)
        if (table, place) not in self._made:
            self._made[table, place] = make(row)
        made: T = self._made[table, place]
        return made

    def _row(self, table: str, place: object) -> dict[str, Any]:
        rows = self._list(table, MOST_ROWS)
        if type(place) is not int or not 0 <= place < len(rows):
            raise ValueError(f"there is no such entry among the {table}")
        row = rows[place]
        if not isinstance(row, dict):
            raise ValueError(f"an entry of the {table} is none")
        return row

    def _list(self, name: str, most: int) -> list[Any]:
        found = self.values.get(name)
        if not isinstance(found, list) or len(found) > most:
            raise ValueError(f"{name} is no list of at most {most:,}")
        return found


def _recipe(values: Mapping[str, Any]) -> StyleRecipe:
    return StyleRecipe.from_json(json.dumps(values.get("recipe")))


def _is_linked(row: object) -> bool:
    return isinstance(row, dict) and bool(row.get("link"))


def _check_text(*texts: str) -> None:
    if any(len(text) > max(_LONGEST_TEXT, LONGEST_PATH) or "\0" in text for text in texts):
        raise ValueError("a text is too long")
