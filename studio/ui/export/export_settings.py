"""ExportSettings: how the last export was made, kept between starts; the next one starts with them, or repeats it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args

from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions
from studio.core.picture import Picture, fit_size
from studio.ui.session.settings import Settings

Unit = Literal["px", "cm", "in"]
_KEY = "export/last"
_Kinds = dict[str, tuple[type, ...]]
_KINDS: _Kinds = {"folder": (str,), "artist": (str,), "unit": (str,), "long_edge": (int, NoneType)}
_OPTION_KINDS: _Kinds = {
    "format": (str,),
    "quality": (int,),
    "dpi": (int, float, NoneType),
    **dict.fromkeys(("keep_exif", "keep_gps", "label_ai", "lossless"), (bool,)),
}
_LATER_KINDS: _Kinds = {"depth": (int,), "profile": (str,), "intent": (str,), "dither": (bool,), "no_learn": (bool,)}
_EARLIER = {name: getattr(ExportOptions, name) for name in _LATER_KINDS}  # what files without them meant


@dataclass(frozen=True)
class ExportSettings:
    """folder, options, artist: as chosen then; the size in the options left out. unit: that sizes were shown in.

    long_edge: px that the picture was scaled to, None where it was written as large as it was painted.
    """

    folder: Path
    options: ExportOptions = field(default_factory=ExportOptions)
    artist: str = ""
    unit: Unit = "px"
    long_edge: int | None = None

    def options_for(self, picture: Picture) -> ExportOptions:
        """The same options for another picture, its longer edge scaled to the same length."""
        size = fit_size(picture.width, picture.height, self.long_edge) if self.long_edge else None
        return replace(self.options, size=size)


def keep_export_settings(settings: Settings, last: ExportSettings) -> None:
    """Remember it."""
    values = asdict(last) | {"folder": str(last.folder)}
    del values["options"]["size"]
    settings.set(_KEY, values)


def read_export_settings(settings: Settings) -> ExportSettings | None:
    """What was remembered; None if there was no export yet, or it makes no sense. Its folder may be gone."""
    values = settings.get(_KEY, dict) or {}
    options, long_edge = values.get("options"), values.get("long_edge")
    if not (_fit(values, _KINDS) and isinstance(options, dict)):
        return None
    options = _EARLIER | options
    if not _fit(options, _OPTION_KINDS | _LATER_KINDS):
        return None
    if "\0" in values["folder"] or values["unit"] not in get_args(Unit):
        return None
    if long_edge is not None and long_edge < 1:
        return None
    try:
        known = ExportOptions(**{name: options[name] for name in _OPTION_KINDS | _LATER_KINDS})
    except StudioError:  # out of a range
        return None
    return ExportSettings(Path(values["folder"]), known, values["artist"], values["unit"], long_edge)


def _fit(values: Mapping[str, Any], kinds: _Kinds) -> bool:
    """Whether each of these is there, of one of its kinds."""
    return all(name in values and type(values[name]) in kinds[name] for name in kinds)
