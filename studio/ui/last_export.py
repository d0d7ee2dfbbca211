"""How the last export was made, kept between starts: the next one begins from there, or is made just so."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSettings

from studio.core.errors import StudioError
from studio.core.files import ExportOptions
from studio.core.picture import Picture, fit_size

Unit = Literal["px", "cm", "in"]
_KEY = "export/last"


@dataclass(frozen=True)
class LastExport:
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


def keep_last_export(settings: QSettings, last: LastExport) -> None:
    """Remember it."""
    values = asdict(last) | {"folder": str(last.folder)}
    settings.setValue(_KEY, json.dumps(values))


def read_last_export(settings: QSettings) -> LastExport | None:
    """What was remembered; None if there was no export yet, or its folder is gone."""
    try:
        values = json.loads(str(settings.value(_KEY)))
        options = ExportOptions(**values.pop("options") | {"size": None})
        last = LastExport(options=options, **values | {"folder": Path(values["folder"])})
    except (ValueError, TypeError, KeyError, AttributeError, StudioError):  # never written, or by another version
        return None
    return last if last.folder.is_dir() else None
