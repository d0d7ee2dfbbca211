"""The lessons of a style that is being learnt, as they lie in the header of its training file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open

from studio.core.engine_api.contract import Lesson
from studio.core.storage.untrusted import make_checked, parse_json
from studio.core.styles.learned_style_file import training_file

LESSONS_KEY = "lessons"


def lessons_json(lessons: Sequence[Lesson]) -> str:
    """What `parse_lessons` reads."""
    return json.dumps([asdict(lesson) for lesson in lessons])


def parse_lessons(text: str) -> list[Lesson]:
    """The lessons in a text. Raises ValueError if there is something else in it."""
    lessons = parse_json(text)
    if not isinstance(lessons, list):
        raise ValueError("these are no lessons")
    return [make_checked(Lesson, values) for values in lessons]


def read_lessons(output: Path) -> list[Lesson]:
    """The lessons of the style begun in `output`, as far as one would go on from; [] if they cannot be read.

    No number of the network is looked at for that.
    """
    try:
        with safe_open(training_file(output), framework="numpy") as file:
            return parse_lessons((file.metadata() or {})[LESSONS_KEY])
    except (OSError, SafetensorError, ValueError, KeyError):
        return []
