"""Whatever writes: what the system refuses is one sentence with a remedy, and what was there before is there still."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.batch.job import BatchItem
from studio.core.batch.journal import Journal
from studio.core.engine_api.learning import TuneRequest
from studio.core.errors import StudioError
from studio.core.image_io import save_picture
from studio.core.image_io.xmp import Credits
from studio.core.project.builtin_presets import KeptSettings
from studio.core.project.presets import Presets
from studio.core.project.project import Project
from studio.core.project.project_file import save_project
from studio.core.project.recipe_file import save_recipe
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style_file import copy_learned, write_learned
from studio.core.styles.style_library import StyleLibrary
from studio.core.training.tune_request_file import write_request
from tests.support.fakes import make_card, make_learned, make_picture


def write_all_once(folder: Path) -> None:
    """Something for each writer to replace, take away or add to."""
    library = StyleLibrary(folder / "styles")
    library.add(make_picture(name="harbour.png"))
    library.remove(library.add(make_picture(name="sea.png", seed=1)).id)
    for write in WRITERS.values():
        write(folder)


def export(folder: Path) -> None:
    save_picture(make_picture(), folder / "art.png", credits=Credits("Title", (), (), StyleRecipe()))


def edit_card(folder: Path) -> None:
    library = StyleLibrary(folder / "styles")
    library.edit(replace(library.read()[0][0], title="My harbour"))


def learn(folder: Path) -> None:
    write_learned(folder / "hand.safetensors", make_card("hand"), make_learned())


def copy(folder: Path) -> None:
    if not (folder / "own.safetensors").exists():
        write_learned(folder / "own.safetensors", make_card("own"), make_learned())
    copy_learned(folder / "own.safetensors", folder / "copy.safetensors", make_card("own"))


def request(folder: Path) -> None:
    write_request(TuneRequest((make_picture(),), make_card("hand"), folder / "hand.safetensors"))


def begin_batch(folder: Path) -> None:
    journal = Journal(folder)
    try:
        journal.begin({}, [BatchItem(0, Path("/photos/a.jpg"), "a.png")])
    finally:
        journal.close()


def save_a_project(folder: Path) -> None:
    state = ArtworkState(content=make_picture())
    save_project(folder / "evening.studio", Project(state))


def save_a_recipe(folder: Path) -> None:
    save_recipe(folder / "bold.recipe.json", StyleRecipe(strength=0.9))


def save_a_preset(folder: Path) -> None:
    Presets(folder / "config").save("bold", KeptSettings(StyleRecipe(strength=0.9)))


WRITERS: dict[str, Callable[[Path], None]] = {
    "picture": export,
    "card": edit_card,
    "learned style": learn,
    "exported style": copy,
    "request": request,
    "journal": begin_batch,
    "project": save_a_project,
    "recipe": save_a_recipe,
    "presets": save_a_preset,
}


def content_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse_at(step: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system refuse to open a file for writing, to give a file its name, or to take what is written."""
    true_open = os.open

    def refuse(*_: object, **__: object) -> Any:
        raise OSError(code, os.strerror(code))

    def open_to_read(path: Any, flags: int, *rest: Any, **named: Any) -> int:
        return refuse() if flags & (os.O_WRONLY | os.O_RDWR) else true_open(path, flags, *rest, **named)

    match step:
        case "open":
            monkeypatch.setattr(os, "open", open_to_read)
        case "rename":
            monkeypatch.setattr(os, "replace", refuse)
        case "flush":
            monkeypatch.setattr(os, "fsync", refuse)


CODES = {
    "open": (errno.ENOSPC, errno.EDQUOT, errno.ENAMETOOLONG, errno.EROFS, errno.EACCES, errno.EIO, errno.EMFILE),
    "rename": (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.EACCES, errno.EIO),
    "flush": (errno.ENOSPC, errno.EIO),
}


@pytest.mark.parametrize(
    ("writer", "step", "code"),
    [
        (writer, step, code)
        for writer in WRITERS
        for step, codes in CODES.items()
        for code in codes
        if (writer, step) != ("journal", "rename")  # a journal is added to
    ],
    ids=lambda value: value if isinstance(value, str) else errno.errorcode[value],
)
def test_what_is_refused_is_told_and_changes_nothing(
    writer: str, step: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all_once(tmp_path)
    before = content_of(tmp_path)
    with monkeypatch.context() as patched:
        refuse_at(step, code, patched)
        with pytest.raises(StudioError) as caught:
            WRITERS[writer](tmp_path)
    assert caught.value.message.endswith(".") and caught.value.remedy
    assert content_of(tmp_path) == before


@pytest.mark.parametrize("code", CODES["rename"])
@pytest.mark.parametrize("is_back", [True, False])
def test_a_style_that_cannot_be_taken_out_or_back_stays_where_it_is(
    is_back: bool, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = StyleLibrary(tmp_path)
    card = library.add(make_picture(name="harbour.png"))
    if is_back:
        library.remove(card.id)
    before = content_of(tmp_path)
    with monkeypatch.context() as patched:
        refuse_at("rename", code, patched)
        with pytest.raises(StudioError, match="cannot be kept"):
            library.restore(card.id) if is_back else library.remove(card.id)
    assert content_of(tmp_path) == before
