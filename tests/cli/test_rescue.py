"""A picture that could not be saved is in a place of safety, the error says where, and the exit code tells of it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.core.batch import journal
from studio.core.engine_api.contract import Done, StyleRequest
from studio.core.engine_api.learning import TuneRequest
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.jobs.batch import batch as batch_module
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import FakeEngine, make_picture


class RobbedEngine(FakeEngine):
    """Somebody deletes the folder while the picture is painted."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if step == self.frames:
            shutil.rmtree(self._folder)


class BlockedEngine(FakeEngine):
    """Somebody makes a folder named like the artwork of b.png while that is painted."""

    def before_frame(self, request: StyleRequest | TuneRequest, step: int) -> None:
        if isinstance(request, StyleRequest) and request.content is not None and request.content.name == "b.png":
            Path("out/b.png").mkdir(exist_ok=True)


class BlackEngine(RobbedEngine):
    """Something goes wrong with the numbers."""

    def run(self, request):  # type: ignore[no-untyped-def]
        for event in super().run(request):
            black = Picture(np.zeros((24, 32, 3), np.uint8))
            yield Done(event.request_id, black, None) if isinstance(event, Done) else event


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "rescued").glob("*"))


def test_a_picture_whose_folder_has_vanished_is_kept_elsewhere(studio: Studio, own_data_folder: Path) -> None:
    Path("there").mkdir()
    studio.engine = RobbedEngine("there")
    assert studio("render", "photo.png", "--style", STYLE, "-o", "there/boat.jpg", "--json") == 1
    (path,) = kept(own_data_folder)
    assert path.name.startswith("boat ") and path.suffix == ".jpg"
    assert open_picture(path).width == 48
    failed = studio.lines[-1]
    assert failed["event"] == "failed" and failed["message"] == "The folder there is not there."
    assert failed["remedy"] == f"It is kept in {path}: move it from there to where you want it."
    assert str(path) in studio.err


def test_a_picture_that_is_all_black_is_not_worth_keeping(studio: Studio, own_data_folder: Path) -> None:
    Path("there").mkdir()
    studio.engine = BlackEngine("there")
    assert studio("render", "photo.png", "--style", STYLE, "-o", "there/boat.jpg") == 1
    assert "all black: something went wrong" in studio.err
    assert not kept(own_data_folder)


def test_a_picture_of_a_batch_is_kept_and_the_others_are_painted(studio: Studio, own_data_folder: Path) -> None:
    for seed, name in enumerate(("a.png", "b.png", "c.png")):
        Image.fromarray(make_picture(32, 24, seed=seed).pixels).save(name)
    studio.engine = BlockedEngine()
    assert studio("batch", "a.png", "b.png", "c.png", "--style", STYLE, "-o", "out", "--json") == 1
    (path,) = kept(own_data_folder)
    (failed,) = [line for line in studio.lines if line.get("state") == "failed"]
    assert failed["output"] == "b.png" and f"It is kept in {path}" in failed["reason"]
    assert Path("out/a.png").is_file() and Path("out/c.png").is_file()


def test_a_batch_that_a_full_disk_ends_tells_where_its_last_picture_is(
    studio: Studio, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def save(*_: object, **__: object) -> None:
        monkeypatch.setattr(journal.os, "write", refuse)
        refuse()

    monkeypatch.setattr(batch_module, "save_picture", save)
    assert studio("batch", "photo.png", "--style", STYLE, "-o", "out") == 1
    (path,) = kept(own_data_folder)
    last = studio.err.splitlines()[-1]
    assert last.startswith("style-studio: The disk of out is full.")
    assert "photo.png has been painted." in last and f"It is kept in {path}" in last
