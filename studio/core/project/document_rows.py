"""The rows of a project's tables, as JSON has them; `make_checked` sees to their names and types."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.core.project.project import Photos
from studio.core.recipe import StyleRecipe


@dataclass(frozen=True)
class MetadataRow:
    """`Metadata`. exif, icc: in hex digits; icc is a profile of RGB, and earlier versions had none."""

    exif: str
    dpi: float | None
    icc: str = ""  # of RGB; earlier versions had none


@dataclass(frozen=True)
class FileRow:
    """`ProjectFile`, in a saved session alone."""

    path: str
    photos: Photos
    mark: str
    is_saved: bool


@dataclass(frozen=True)
class PictureRow:
    """A picture: the file or the link it is in, and what is known without reading that."""

    name: str
    file: str | None
    is_original: bool
    link: str | None
    fingerprint: str
    metadata: int | None
    source: str | None
    size: list[int] = field(default_factory=list)  # since version 2, as all that have a default
    length: int = 0  # bytes


@dataclass(frozen=True)
class LearnedRow:
    """A learned style. references: of the pictures."""

    file: str
    references: list[int]


@dataclass(frozen=True)
class StyleRow:
    """A style. picture, learned: of their tables."""

    picture: int
    card: dict[str, str]
    learned: int | None


@dataclass(frozen=True)
class BlendRow:
    """A blend. base, over: of the pictures."""

    base: int
    over: int
    mode: str
    opacity: float


@dataclass(frozen=True)
class EntryRow:
    """An entry of the history. result: of the results."""

    result: int
    time: float
    note: str
    is_pinned: bool
    group: str
    thumbnail: str | None
    id: str = ""


@dataclass(frozen=True)
class ResultRow:
    """What a result has besides its settings. picture, uncolored: of the pictures."""

    picture: int
    uncolored: int | None
    is_complete: bool
    seconds: float
    notes: list[str]
    is_draft: bool = False
    progress: float = 0.0


@dataclass(frozen=True)
class SettingsRow:
    """What states and results were painted from: rows of the other tables."""

    content: int | None
    blend: int | None
    is_blended: bool
    styles: list[int]
    regions: list[int] = field(default_factory=list)  # since version 3


@dataclass(frozen=True)
class EntrySummary:
    """What a history entry says of itself without its pictures. thumbnail: the name of a file, or None."""

    recipe: StyleRecipe
    time: float
    note: str
    is_pinned: bool
    group: str
    thumbnail: str | None
