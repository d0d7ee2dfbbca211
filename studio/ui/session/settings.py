"""What the program remembers between starts: plain JSON in a file of the user's, each value checked when it is read.

Not QSettings: it unpickles what it finds in its file, and runs whatever code that asks for.
"""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

from studio.core.errors import StudioError
from studio.core.storage.atomic_write import replace_file
from studio.core.storage.regular_file import read_regular
from studio.core.storage.untrusted import parse_json
from studio.core.storage.user_folders import config_folder
from studio.ui.session.message import Message
from studio.ui.threads.serial_executor import SerialExecutor

FILE = "settings.json"
_LARGEST = 2**20  # bytes
_REST = 1000  # ms without a change before they are written

_logger = logging.getLogger(__name__)

T = TypeVar("T", bool, int, float, str, list[Any], dict[str, Any])


def settings_file() -> Path:
    """Where the settings of this user lie; STYLE_STUDIO_CONFIG names another folder."""
    return config_folder() / FILE


class Settings(QObject):
    """Values of JSON by key, such as "preferences/theme".

    They are read once. Changes are written together after a moment without any, off the GUI thread, into what the file
    holds by then: another studio may have changed other keys. A disk that refuses costs a line in the log. A file that
    cannot be read is set aside, and `problem` says so.
    """

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.problem: Message | None = None
        self._path = path
        self._changes: dict[str, Any] = {}  # not written yet; None for a key that is gone
        self._is_closed = False
        self._thread = SerialExecutor("settings", self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self.save)
        try:
            self._values = _read(path)
        except StudioError as error:
            self._values = {}
            self.problem = self._set_aside(error)

    @property
    def folder(self) -> Path:
        """Where they lie, and what else the artist has set."""
        return self._path.parent

    def get(self, key: str, kind: type[T]) -> T | None:
        """The value, if there is one of just this kind. Whole numbers are floats, too; infinity and NaN are none."""
        value = self._values.get(key)
        if kind is float and type(value) is int:
            value = float(value) if abs(value) < 2**53 else None
        if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
            return None
        return value

    def get_numbers(self, key: str, count: int, low: int, high: int) -> list[int] | None:
        """The value, if it is so many whole numbers from low to high."""
        numbers = self.get(key, list) or []
        is_whole = all(type(number) is int and low <= number <= high for number in numbers)
        return numbers if is_whole and len(numbers) == count else None

    def set(self, key: str, value: Any) -> None:
        """Remember a value; one that JSON cannot hold is an error of ours."""
        value = json.loads(json.dumps(value))  # a copy that nobody else changes, and as it will be read
        if json.dumps(value) != json.dumps(self._values.get(key)):  # 1 and True are equal, but not the same
            self._values[key] = self._changes[key] = value
            self._timer.start()

    def remove(self, key: str) -> None:
        """Remember nothing under this key."""
        self.set(key, None)

    @Slot()
    def save(self) -> None:
        """Have the changes written now; returns at once."""
        self._timer.stop()
        changes, self._changes = self._changes, {}
        if changes and not self._is_closed:
            path, values = self._path, dict(self._values)
            self._thread.submit_write(lambda: _write(path, values, changes), self._take_back, self._raise)

    def close(self) -> None:
        """Write what has changed, and wait for that. What is set afterwards is forgotten; idempotent."""
        self.save()
        self._is_closed = True
        self._thread.close()

    def _take_back(self, unwritten: Mapping[str, Any]) -> None:
        """What could not be written goes along with the next change."""
        self._changes = {**unwritten, **self._changes}

    def _raise(self, error: StudioError) -> None:
        raise error

    def _set_aside(self, error: StudioError) -> Message:
        aside = self._path.with_suffix(".broken.json")
        text = self.tr("The studio's settings could not be read, so it starts with the defaults: {}").format(
            error.message
        )
        try:
            self._path.replace(aside)
        except OSError:
            return Message(text, self.tr("The file is {}.").format(self._path), is_problem=True)
        return Message(text, self.tr("The file is kept as {}.").format(aside), is_problem=True)


def _read(path: Path) -> dict[str, Any]:
    """What is in the file, {} if there is none. Raises StudioError for anything that is no settings file."""
    if not os.path.lexists(path):
        return {}
    data = read_regular(path, _LARGEST + 1)
    if len(data) > _LARGEST:
        raise StudioError(QCoreApplication.translate("Settings", "{} is too large.").format(path.name))
    try:
        values = parse_json(data)
    except ValueError as error:
        raise StudioError(QCoreApplication.translate("Settings", "{} is damaged.").format(path.name)) from error
    if not isinstance(values, dict):
        raise StudioError(QCoreApplication.translate("Settings", "{} is damaged.").format(path.name))
    return values


def _write(path: Path, values: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write the changes into what the file holds, or `values` where it holds nothing; returns those not written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        known = _read_or_none(path)
        merged = {**(values if known is None else known), **changes}
        kept = {key: value for key, value in merged.items() if value is not None}
        replace_file(path, json.dumps(kept, indent=1, sort_keys=True).encode())
    except (StudioError, OSError) as error:
        _logger.warning("The settings could not be written to %s: %s", path, error)
        return changes
    return {}


def _read_or_none(path: Path) -> dict[str, Any] | None:
    try:
        return _read(path) or None
    except StudioError:  # it will be replaced
        return None
