"""A project as plain JSON values and the files they name; README.md beside this file describes them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import studio
from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.artwork.blend import Blend
from studio.core.card import Card
from studio.core.errors import ProjectError
from studio.core.picture import Picture, Pixels
from studio.core.project.picture_bytes import file_of, pack_preview
from studio.core.project.project import Project
from studio.core.recipe import StyleRecipe
from studio.core.regions.mask_file import pack_mask
from studio.core.regions.region import Region
from studio.core.regions.region_text import region_values
from studio.core.regions.shapes import Drawn
from studio.core.resampling import reduced
from studio.core.styles.learned_style_file import encode_learned
from studio.core.styles.style import Style

FORMAT = "style-studio-project"
VERSION = 3  # 2: no regions; 1: no drafts, nothing thrown away, entries without ids
MOST_WINDOW_BYTES = 2**20
MOST_ICC = 2**22  # bytes of a photo's profile that are written down
DEEPEST = 40  # objects and lists in one another
THUMBNAIL_EDGE = 256  # px
_LARGEST_NUMBER = 1e300  # beyond, no float can be made of a whole number

Pack = Callable[[], bytes]


class ProjectDocument:
    """A project taken apart. `values` is what stands in its JSON; `files` are those it names, each made when called.

    A file is named after the fingerprint of its picture, so an equal one is there once, and one that is there already
    need not be made again. links: photos to be linked and not embedded, by picture. keep_sources: whether to note where
    pictures lay, which tells a stranger the names of folders. Raises ProjectError if the window's values are no JSON.
    """

    def __init__(
        self,
        project: Project,
        *,
        links: Mapping[Picture, str] | None = None,
        keep_sources: bool = False,
    ) -> None:
        self.files: dict[str, Pack] = {}
        self.photos: dict[str, Picture] = {}  # by file
        self.pictures: dict[str, list[Picture]] = {}  # all of them, by file
        self._links = links or {}
        self._keep_sources = keep_sources
        self._cards = project.cards
        self._tables: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in ("metadata", "pictures", "learned", "styles", "blends", "regions", "results", "removed")
        }
        self._places: dict[tuple[str, Any], int] = {}
        self._kept: list[object] = []  # so that no id is given twice
        self.values: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "studio": studio.__version__,
            "saved": time.time(),
            **self._tables,
            "undo": [self._state(state) for state in project.undo],
            "redo": [self._state(state) for state in project.redo],
            "history": [
                {
                    "result": self._result(entry.result),
                    "time": entry.time,
                    "note": entry.note,
                    "is_pinned": entry.is_pinned,
                    "group": entry.group,
                    "id": entry.id,
                    "thumbnail": self._thumbnail(entry.result.picture),
                }
                for entry in project.history
            ],
            "state": self._state(project.state),
            "shown": project.shown,
            "window": checked_window(project.window),
        }
        if keep_sources and project.file is not None:
            self.values["file"] = asdict(project.file) | {"path": str(project.file.path)}

    def note_sizes(self, sizes: Mapping[str, int]) -> None:
        """Write beside each picture how many bytes its file has, so that a cut one is noticed without reading it."""
        for row in self._tables["pictures"]:
            if row["file"] is not None:
                row["length"] = sizes[row["file"]]

    def to_json(self) -> bytes:
        """`values` as a text."""
        # Surrogates, which names of files may have, JSON can spell in ASCII alone.
        return json.dumps(self.values, allow_nan=False).encode("ascii")

    def _row(self, table: str, key: Any, make: Callable[[], dict[str, Any]], held: object) -> int:
        """The place of something in a table; made where it is new. key: equal for what is one; held: what it is of."""
        if (table, key) not in self._places:
            row = make()  # may make rows of its own
            self._places[table, key] = len(self._tables[table])
            self._tables[table].append(row)
            self._kept.append(held)
        return self._places[table, key]

    def _photo(self, picture: Picture) -> int:
        place = self._picture(picture)
        file = self._tables["pictures"][place]["file"]
        if file is not None:
            self.photos.setdefault(file, picture)
        return place

    def _picture(self, picture: Picture) -> int:
        # By identity: two photos that were opened from one file are two for the artwork.
        return self._row("pictures", id(picture), lambda: self._picture_row(picture), picture)

    def _picture_row(self, picture: Picture) -> dict[str, Any]:
        link = self._links.get(picture)
        file = None if link is not None else self._picture_file(picture)
        return {
            "name": picture.name,
            "file": file,
            "is_original": file is not None and file_of(picture).is_original,
            "link": link,
            "fingerprint": picture.fingerprint,
            "size": [picture.width, picture.height],
            "metadata": self._metadata(picture),
            "source": str(picture.source) if self._keep_sources and picture.source is not None else None,
        }

    def _picture_file(self, picture: Picture) -> str:
        file = file_of(picture)
        name = f"pictures/{picture.fingerprint}{file.suffix}"
        self.files[name] = file.read
        self.pictures.setdefault(name, []).append(picture)
        return name

    def _metadata(self, picture: Picture) -> int | None:
        exif, dpi, icc = picture.metadata.exif, picture.metadata.dpi, picture.metadata.icc
        icc = icc if len(icc) <= MOST_ICC else b""
        if not exif and dpi is None and not icc:
            return None
        values = {"exif": exif.hex(), "dpi": dpi} | ({"icc": icc.hex()} if icc else {})
        return self._row("metadata", (exif, dpi, icc), lambda: values, None)

    def _thumbnail(self, picture: Picture) -> str:
        name = thumbnail_name(picture)
        self.files[name] = lambda: pack_preview(reduced(picture, THUMBNAIL_EDGE))
        return name

    def _style(self, style: Style) -> int:
        return self._row("styles", style, lambda: self._style_row(style), style)

    def _style_row(self, style: Style) -> dict[str, Any]:
        learned = style.learned
        return {
            "picture": self._picture(style.picture),
            "card": card_values(self._cards.card_of(style), self._keep_sources),
            "learned": None
            if learned is None
            else self._row("learned", id(learned), lambda: self._learned(style), style),
        }

    def _learned(self, style: Style) -> dict[str, Any]:
        learned, card = style.learned, self._cards.card_of(style)
        assert learned is not None
        name = f"learned/{learned.fingerprint}.safetensors"
        self.files[name] = lambda: encode_learned(replace(card, file=Path(card.file.name)), learned)
        return {"file": name, "references": [self._picture(picture) for picture in learned.references]}

    def _blend(self, blend: Blend | None) -> int | None:
        if blend is None:
            return None
        return self._row(
            "blends",
            blend,
            lambda: {
                "base": self._photo(blend.base),
                "over": self._photo(blend.over),
                "mode": blend.mode,
                "opacity": blend.opacity,
            },
            blend,
        )

    def _region(self, region: Region) -> int:
        def make() -> dict[str, Any]:
            return region_values(region, self._mask, lambda styles: [str(self._style(style)) for style in styles])

        return self._row("regions", id(region), make, region)

    def _mask(self, values: Pixels) -> str:
        name = f"masks/{Drawn(values).fingerprint}.png"
        self.files[name] = lambda: pack_mask(values)
        return name

    def _result(self, result: Result | None) -> int | None:
        if result is None:
            return None
        return self._row("results", id(result), lambda: self._result_row(result), result)

    def _result_row(self, result: Result) -> dict[str, Any]:
        return {
            "picture": self._picture(result.picture),
            "uncolored": None if result.uncolored is None else self._picture(result.uncolored),
            "is_complete": result.is_complete,
            "is_draft": result.is_draft,
            "seconds": result.seconds if math.isfinite(result.seconds) else 0.0,
            "notes": list(result.notes),
            **({"progress": result.progress} if result.progress else {}),
            **self._settings(result),
        }

    def _state(self, state: ArtworkState) -> dict[str, Any]:
        return {"result": self._result(state.result), "removed": self._removed(state), **self._settings(state)}

    def _removed(self, state: ArtworkState) -> list[str] | int:
        """What was thrown away; steps that have it all alike name one list, which a folder of styles makes long."""
        if not state.removed:
            return []
        return self._row("removed", state.removed, lambda: {"keys": sorted(state.removed)}, None)

    def _settings(self, part: ArtworkState | Result) -> dict[str, Any]:
        # A blended picture is not written: it can be made again from the two.
        is_blended = part.blend is not None and part.content is not None and part.content is not part.blend.base
        return {
            "content": None if part.content is None or part.blend is not None else self._photo(part.content),
            "blend": self._blend(part.blend),
            "is_blended": is_blended,
            "styles": [self._style(style) for style in part.styles],
            "recipe": recipe_values(part.recipe),
            "regions": [self._region(region) for region in part.regions],
        }


def thumbnail_name(picture: Picture) -> str:
    """What the small copy of a painting is called."""
    return f"thumbnails/{picture.fingerprint}.webp"


def recipe_values(recipe: StyleRecipe) -> dict[str, Any]:
    """A recipe as JSON values, with its version."""
    values: dict[str, Any] = json.loads(recipe.to_json())
    return values


def card_values(card: Card, keep_source: bool) -> dict[str, str]:
    """A card as JSON values; its file without the folders, unless `keep_source`."""
    values = asdict(card) | {"file": str(card.file) if keep_source else card.file.name or card.id}
    return values | {"no_learn": "yes" if card.no_learn else ""}  # texts alone, as older studios know it


def checked_window(window: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the window's values. Raises ProjectError if they are no JSON, too many or too deep."""
    try:
        text = json.dumps(dict(window), allow_nan=False)
        copy = json.loads(text)
        check_plain(copy)
    except (TypeError, ValueError, RecursionError) as error:
        raise ProjectError(f"The state of the window cannot be written down: {error}.") from error
    if len(text) > MOST_WINDOW_BYTES:
        raise ProjectError(f"The state of the window has {len(text):,} bytes; the limit is {MOST_WINDOW_BYTES:,}.")
    assert isinstance(copy, dict)
    return copy


def check_plain(values: Any) -> None:
    """Raise ValueError if JSON values are nested more than DEEPEST deep, or hold a number that is none."""
    level: list[Any] = [values]
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                deeper.extend(value.values())
            elif isinstance(value, list):
                deeper.extend(value)
            elif isinstance(value, int | float) and not -_LARGEST_NUMBER < value < _LARGEST_NUMBER:  # nor is it NaN
                raise ValueError("a number is none")
        if not deeper:
            return
        level = deeper
    raise ValueError("it is nested too deeply")
