"""Notices what the studio does on the GUI thread that may take as long as a disk, or as a picture is large."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import studio

_STUDIO = str(Path(studio.__file__).parent)
_EVENTS = {"open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove", "os.chmod", "os.truncate"}
_ALWAYS = {"subprocess.Popen", "socket.connect", "socket.getaddrinfo"}  # wherever they lead
_PICTURES = (  # what decodes, encodes or hashes one
    "hashlib.blake2b",
    "studio.core.image_io.picture_reader.decode_wanted",
    "studio.jobs.decoding.answering.answer",
    "studio.core.image_io.picture_writer._encode",
    "studio.core.image_io.picture_writer.output_values",
    "studio.core.styles.style_library.reduced",
    "studio.core.training.tune_request_file.learning_copy",
    "studio.core.training.reference_checks._measure",
    "studio.ui.export.printing.print_dialog.output_values",
    "studio.ui.export.printing.print_dialog.whole_image",
    "studio.ui.images.thumbnails.make_thumbnail",
    "studio.ui.importing.mime_payload.encoded",
    "studio.ui.window.action_handlers.whole_image",
)
_watch: Callable[[str, object], None] | None = None


@contextmanager
def watching(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A list of what the studio has done on this thread with files below `folder`, or with whole pictures.

    What the program itself consists of may be read: it lies elsewhere. So may the settings, once, before the window.
    """
    global _watch
    here, seen, below = threading.get_ident(), [], str(folder)

    def note(what: str, place: object) -> None:
        if threading.get_ident() == here and (caller := _caller()):
            seen.append(f"{what} {place} in {caller}")

    def note_path(what: str, place: object) -> None:
        path = os.fsdecode(place) if isinstance(place, str | os.PathLike | bytes) else ""
        if what in _ALWAYS or (path.startswith(below) and not path.endswith("settings.json")):
            note(what, place)

    for name in ("stat", "lstat", "access", "statvfs"):
        original = getattr(os, name)
        monkeypatch.setattr(os, name, _noting(original, lambda path, name=name: note_path(f"os.{name}", path)))
    for name in _PICTURES:
        module, _, function = name.rpartition(".")
        original = getattr(sys.modules[module], function)
        monkeypatch.setattr(name, _noting(original, lambda _, name=function: note(name, "")))
    if not hasattr(sys, "_studio_audit"):  # a hook stays for as long as the process
        sys._studio_audit = True  # type: ignore[attr-defined]
        sys.addaudithook(_audit)
    _watch = note_path
    try:
        yield seen
    finally:
        _watch = None


def _noting(original: Callable[..., Any], note: Callable[[object], None]) -> Callable[..., Any]:
    def act(first: object, *arguments: Any, **options: Any) -> Any:
        note(first)
        return original(first, *arguments, **options)

    return act


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _watch is not None and (event in _EVENTS or event in _ALWAYS):
        _watch(event, arguments[0] if arguments else "")


def _caller() -> str:
    """The innermost line of the studio that is at work, "" if a test does it by itself."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith(_STUDIO):
            return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""
