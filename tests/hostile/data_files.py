"""Damaged files of the studio's own: each is read, or refused in one sentence, and nothing beside it is touched.

A new kind of file is one line in DATA_FILES: how to write a sound one, how its JSON lies in it, and how it is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from tests.hostile import data_file_uses as uses
from tests.hostile import engine_file_uses as engine_uses
from tests.hostile import window_file_uses as window_uses
from tests.hostile import windows
from tests.hostile.byte_mutations import MUTATIONS, mutate
from tests.hostile.guard import nothing_outside
from tests.hostile.json_mutations import WAYS, damage_text, dumps
from tests.hostile.outcome import Outcome, judge
from tests.hostile.sandbox import note
from tests.support.picture_files import encoded, quarters

_OTHERS = {"a.png": encoded("PNG", quarters()), "zeros": bytes(5000), "words": b"Dear diary, " * 99}
_SHOWN = 300  # characters of what a file holds, in a report


@dataclass(frozen=True)
class Frame:
    """How JSON lies in a file. take: the tree in its bytes. put: the bytes of another tree, after those of before."""

    take: Callable[[bytes], Any]
    put: Callable[[Any, bytes], bytes]


@dataclass(frozen=True)
class DataFile:
    """A kind of file. write: makes a sound one in an empty folder, with what it needs, and returns its path.

    Only what lies in the folder of that path is its own. use: reads it and does what the studio does with it;
    False if nothing came of it.
    """

    name: str
    write: Callable[[Path], Path]
    use: Callable[[Path], object]
    frame: Frame


def _text(tree: Any) -> bytes:
    return dumps(tree).encode("utf-8", "surrogatepass")


def _header(data: bytes) -> tuple[Any, bytes]:
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def _with_header(tree: Any, data: bytes) -> bytes:
    header = _text(tree)
    return len(header).to_bytes(8, "little") + header + _header(data)[1]


def _lines(tree: Any, _: bytes) -> bytes:
    return b"".join(_text(line) + b"\n" for line in (tree if isinstance(tree, list) else [tree]))


WHOLE = Frame(json.loads, lambda tree, _: _text(tree))
LINES = Frame(lambda data: [json.loads(line) for line in data.splitlines()], _lines)
SAFETENSORS = Frame(lambda data: _header(data)[0], _with_header)
IN_A_PICTURE = Frame(lambda data: json.loads(uses.recipe_in(data)), lambda tree, _: uses.picture_with(dumps(tree)))
TABLE = Frame(
    lambda data: data.decode().splitlines(), lambda tree, _: "\n".join(map(str, tree)).encode("utf-8", "replace")
)

DATA_FILES: tuple[DataFile, ...] = (
    DataFile("card", uses.write_card, uses.use_card, WHOLE),
    DataFile("recipe", uses.write_recipe, uses.use_recipe, WHOLE),
    DataFile("recipe in a picture", uses.write_picture, uses.use_picture_recipe, IN_A_PICTURE),
    DataFile("journal", uses.write_journal, uses.use_journal, LINES),
    DataFile("settings", window_uses.write_settings, window_uses.use_settings, WHOLE),
    DataFile("card in the window", uses.write_card, window_uses.use_card_in_window, WHOLE),
    DataFile("begun request", window_uses.write_begun_request, window_uses.use_begun_in_window, SAFETENSORS),
    DataFile("begun training log", window_uses.write_begun_training_log, window_uses.use_begun_in_window, SAFETENSORS),
    DataFile("learned style", uses.write_learned_style, uses.use_learned_style, SAFETENSORS),
    DataFile("request", uses.write_tune_request, uses.use_tune_request, SAFETENSORS),
    DataFile("training log", uses.write_training_log, uses.use_training_log, SAFETENSORS),
    DataFile("training", engine_uses.write_tuning_state, engine_uses.use_tuning_state, SAFETENSORS),
    DataFile("checkpoint", engine_uses.write_checkpoint, engine_uses.use_checkpoint, SAFETENSORS),
    DataFile("network", engine_uses.write_network, engine_uses.use_network, SAFETENSORS),
    DataFile("probes", engine_uses.write_probes, engine_uses.use_probes, WHOLE),
    DataFile("training log", engine_uses.write_training_log, engine_uses.use_training_log, LINES),
    DataFile("comparison", uses.write_cell, uses.use_cell, WHOLE),
    DataFile("manifest", uses.write_manifest, uses.use_manifest, TABLE),
)


def warm_up() -> None:
    """Use every kind of file as it is when it is sound: if that is refused, damage proves nothing."""
    windows.application()
    sound_ones_come = patch.object(window_uses, "LONGEST_WAIT", windows.PATIENCE)  # however busy the machine is
    for kind in DATA_FILES:
        with TemporaryDirectory() as home, sound_ones_come:
            assert kind.use(kind.write(Path(home))) is not False, f"A sound file is not taken: {kind.name}."


def run_case(seed: int, folder: Path) -> Outcome:
    """Write a sound file, damage it, use it; counting up goes through all kinds and, for each, all ways."""
    random = Random(f"data file {seed}")
    kind = DATA_FILES[seed % len(DATA_FILES)]
    home, elsewhere = folder / "home", folder / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    for place in (folder, home, elsewhere):
        (place / "victim.png").write_bytes(_OTHERS["a.png"])
    path = kind.write(home)
    sound = path.read_bytes()
    data, way = _damaged(kind, sound, seed // len(DATA_FILES), random, str(folder / "victim.png"))
    path.write_bytes(data)
    what = note(folder, f"{kind.name}: {way}")
    with chdir(elsewhere), nothing_outside(path.parent, folder) as touched:
        outcome = judge(what, lambda: kind.use(path))
    if touched:
        texts = (f"Outside of {path.parent}: {line}" for line in touched[:10])
        return Outcome(what, findings=(*outcome.findings, "\n".join(texts)))
    return outcome


def _damaged(kind: DataFile, sound: bytes, number: int, random: Random, bait: str) -> tuple[bytes, str]:
    """The damaged file and how it came about: each way for JSON in turn, and now and then as text or as bytes."""
    number %= len(WAYS) + 4
    if number < len(WAYS):
        way = WAYS[number]
        return kind.frame.put(way(kind.frame.take(sound), random, bait), sound), way.__name__
    if number < len(WAYS) + 2 and kind.frame is not SAFETENSORS:
        return damage_text(sound.decode("utf-8", "surrogateescape"), random), "text"
    return mutate(sound, random.choice(MUTATIONS), random, _OTHERS)
