"""Files that the window finds when it starts: its settings, the artist's own styles, a style half learnt.

As `data_file_uses`; every use is a start of the real window with whatever is in them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from studio.core.styles.learned_style_file import training_file, write_learned
from studio.ui.app import Studio
from studio.ui.session.message import Message
from tests.hostile.data_file_uses import write_training_log, write_tune_request
from tests.hostile.outcome import LONGEST_SENTENCE
from tests.hostile.windows import sound_studio, wait_until
from tests.support.fakes import make_card, make_learned

LONGEST_WAIT = 0.3  # seconds for what may or may not come of a file
_SETTINGS = {
    "export/last": {
        "folder": "/",
        "options": {
            "format": "jpeg",
            "quality": 80,
            "dpi": 300.0,
            "keep_exif": True,
            "keep_gps": False,
            "label_ai": True,
            "lossless": False,
        },
        "artist": "Anna",
        "unit": "cm",
        "long_edge": 2000,
    },
    "files/recent": ["/a.png", "/b.png"],
    "preferences/theme": "light",
    "preferences/is_live": True,
    "preferences/auto_refine": "never",
    "preferences/has_gallery": True,
    "preferences/has_tile_previews": True,
    "engine/pace": 0.5,
    "engine/device": "Fake brush",
    "canvas/surround": "black",
    "window/place": [10, 20, 900, 700],
    "window/state": "normal",
    "window/widths": [240, 600, 300],
    "folders/open": "/",
    "folders/export": "/",
}


def write_settings(home: Path) -> Path:
    path = home / "config" / "settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps(_SETTINGS), encoding="utf-8")
    return path


def use_settings(path: Path) -> None:
    """Look at what it has remembered, and change it."""
    with sound_studio(path, path.parent) as studio:
        studio.preferences.as_words()
        assert len(studio.recent.paths) <= 10
        last = studio.exporter.last
        assert last is None or last.options.quality <= 100
        studio.session.change(strength=0.2)
        studio.preferences.is_live = not studio.preferences.is_live
    assert json.loads(path.read_bytes())["preferences/is_live"] in (True, False)


def use_card_in_window(path: Path) -> bool:
    return _start(path, lambda studio: bool(studio.importer.user_styles.cards))


def write_begun_request(home: Path) -> Path:
    """The request of a style half learnt, with the rest of it beside."""
    path = write_tune_request(home)
    write_training_log(home)
    write_learned(path.with_name("style.safetensors"), make_card("hand"), make_learned(references=1))
    return path


def write_begun_training_log(home: Path) -> Path:
    return training_file(write_begun_request(home).with_name("style.safetensors"))


def use_begun_in_window(path: Path) -> bool:
    return _start(path, lambda studio: bool(studio.tune_controller.unfinished))


def _start(path: Path, is_there: Callable[[Studio], bool]) -> bool:
    """Start the window with the folder above that of `path` as its data, paint what it makes of it; if it is there."""
    heard: list[Message] = []
    with (
        patch.dict(os.environ, STYLE_STUDIO_DATA=str(path.parent.parent)),
        sound_studio(path.with_name("settings.json"), path.parent, heard.append) as studio,
    ):
        wait_until(lambda: is_there(studio) or any(heard), LONGEST_WAIT)
        found = is_there(studio)
        studio.tune_window.open_beside()
        for window in (studio.window, studio.tune_window):
            window.grab()
        studio.tune_window.hide()
    for message in filter(None, heard):
        text = f"{message.text} {message.remedy}"
        assert "\n" not in text and len(text) <= LONGEST_SENTENCE, f"no sentence: {text!r:.300}"
    return found
