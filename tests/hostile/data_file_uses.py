"""For each kind of file of the studio's own: how a sound one is written, and how the studio reads and uses it.

Those that only the engine and the window read lie in modules of their own beside this one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image
from safetensors.numpy import save

from studio.cli.inputs import read_recipe_file
from studio.core.batch.job import BatchJob
from studio.core.batch.journal import JOURNAL_NAME, read_journal
from studio.core.card import Card, card_json, read_card
from studio.core.engine_api.learning import TrainingStep, TuneRequest
from studio.core.engine_api.tune_settings import TuneSettings
from studio.core.errors import StudioError
from studio.core.image_io import ExportOptions, encode_picture
from studio.core.image_io.xmp import Credits, read_recipe
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style_file import copy_learned, read_learned, training_file, write_learned
from studio.core.styles.load_style import open_style, open_style_file
from studio.core.styles.style_library import StyleLibrary
from studio.core.training.ablation import Cell, table_of
from studio.core.training.data_card import MANIFEST, describe_data, describe_gaps, read_manifest, works_like
from studio.core.training.reference_checks import check_references
from studio.core.training.tune_log import TRAINING_LOG_KEY, read_training_log, training_log_json
from studio.core.training.tune_request_file import read_request, request_file, write_request
from studio.jobs.batch.batch import open_batch, resume_batch
from studio.jobs.batch.runner import run_batch
from tests.support.fakes import FakeEngine, make_card, make_learned, make_picture

_RECIPE = StyleRecipe(strength=0.7, style_shares=(70.0, 30.0), long_edge=128, seed=7)


# Cards and the library of the artist's own styles.


def write_card(home: Path) -> Path:
    library = StyleLibrary(home / "styles")
    card = library.add(make_picture(32, 24, "wave.png"))
    library.edit(replace(card, title="Wave", author="Anna", year="1831", licence="CC BY 4.0", credit="By Anna"))
    return library.folder / f"{card.id}.json"


def use_card(path: Path) -> None:
    library = StyleLibrary(path.parent)
    cards, _ = library.read()
    for card in cards:
        with suppress(StudioError):
            open_style(card)
        with suppress(StudioError):
            library.edit(card)
        with suppress(StudioError):
            library.remove(card.id)
            library.restore(card.id)
            library.remove(card.id)
        library.forget_removed()
        use_words(card)
    library.add(make_picture(32, 24, "wave.png"))
    if path.is_file():
        use_words(read_card(path))


def use_words(card: Card) -> None:
    """Write down what a card says, in every way in which it is written down."""
    card_json(card).encode()
    credits_ = Credits(card.title, (card,), (card,), StyleRecipe(), card.title, card.author)
    for options in (ExportOptions("png"), ExportOptions("jpeg")):
        encode_picture(make_picture(), options, credits_)


# Recipes, in files and in pictures.


def write_recipe(home: Path) -> Path:
    path = home / "recipe.json"
    path.write_text(_RECIPE.to_json(), encoding="utf-8")
    return path


def use_recipe(path: Path) -> None:
    recipe = read_recipe_file(path)
    assert StyleRecipe.from_json(recipe.to_json()) == recipe
    assert all(share >= 0 for share in recipe.shares_of(len(recipe.style_shares) or 1))


class _Text:
    """Stands for a recipe where only its text counts."""

    style_shares = ()

    def __init__(self, text: str) -> None:
        self.long_edge = 512
        self.to_json = lambda: text

    def change(self, **_: object) -> _Text:
        return self


def picture_with(text: str) -> bytes:
    """An exported picture that carries this text as its recipe."""
    recipe = cast(StyleRecipe, _Text(text.encode("utf-8", "replace").decode()))
    return encode_picture(make_picture(), ExportOptions("png"), Credits("t", (), (), recipe))


def recipe_in(data: bytes) -> str:
    (text,) = re.findall(r"<studio:Recipe>(.*?)</studio:Recipe>", data.decode("utf-8", "replace"))
    return unescape(text)


def write_picture(home: Path) -> Path:
    path = home / "artwork.png"
    path.write_bytes(picture_with(_RECIPE.to_json()))
    return path


def use_picture_recipe(path: Path) -> None:
    read_recipe(path).to_json()


# The journal of a batch that was cut short.


def write_journal(home: Path) -> Path:
    photos = home / "photos"
    photos.mkdir()
    for number in range(3):
        Image.fromarray(make_picture(32, 24, seed=number).pixels).save(photos / f"{number}.png")
    with closing(open_batch(home / "out", _job(home), [photos])) as batch:
        reports = run_batch(batch, FakeEngine(frames=1))
        next(report for report in reports if report.state == "done")
        reports.close()  # type: ignore[attr-defined]  # a generator
    return home / "out" / JOURNAL_NAME


def use_journal(path: Path) -> None:
    folder = path.parent
    read_journal(folder)
    begin: tuple[Callable[[], Any], ...] = (
        lambda: resume_batch(folder),
        lambda: open_batch(folder, _job(folder.parent), [folder.parent / "photos"]),
        lambda: open_batch(folder, _job(folder.parent), [folder.parent / "photos"], may_overwrite=True),
    )
    refusals: list[StudioError] = []
    for start in begin:
        try:
            with closing(start()) as batch:
                for _ in run_batch(batch, FakeEngine(frames=1)):
                    pass
        except StudioError as error:
            refusals.append(error)
    for error in refusals[:1]:
        raise error


def _job(home: Path) -> BatchJob:
    path = home / "style.png"
    if not path.exists():
        Image.fromarray(make_picture(24, 24, seed=9).pixels).save(path)
    return BatchJob((open_style_file(path),), StyleRecipe(long_edge=128))


# Styles the studio has learnt, and what is kept while it learns one.


def write_learned_style(home: Path) -> Path:
    path = home / "shared" / "style.safetensors"
    path.parent.mkdir()
    write_learned(path, make_card("hand", author="Me", licence="CC BY 4.0"), make_learned(references=2))
    return path


def use_learned_style(path: Path) -> None:
    library = StyleLibrary(path.parent / "library")
    card, learned = read_learned(path)
    assert learned.fingerprint
    use_words(library.import_learned(path))
    use_words(open_style_file(path).card)
    copy_learned(path, path.with_name("copy.safetensors"), card)
    read_learned(path.with_name("copy.safetensors"))


def write_tune_request(home: Path) -> Path:
    output = home / "learning" / "style.safetensors"
    output.parent.mkdir(exist_ok=True)
    references = tuple(make_picture(40, 30, f"work {number}.png", number) for number in range(3))
    settings = TuneSettings(is_deep=True, steps=33, deep_rate=0.002)
    photos, sample = (make_picture(32, 32, "garden.jpg", 50),), make_picture(32, 32, "street.jpg", 60)
    write_request(TuneRequest(references, make_card("hand"), output, settings, photos, sample))
    return request_file(output)


def use_tune_request(path: Path) -> None:
    output = path.with_name("style.safetensors")
    request = read_request(output)
    assert request.settings.all_steps > 0
    assert request.output == output
    check_references(request.references)
    use_words(request.card)
    write_request(request)


def write_training_log(home: Path) -> Path:
    output = home / "learning" / "style.safetensors"
    output.parent.mkdir(exist_ok=True)
    losses = {"style": 0.5, "content": 0.1, "total": 0.6}
    training_log = [TrainingStep(step, 3, losses, losses, is_best=True) for step in (1, 2, 3)]
    training_file(output).write_bytes(save({"fake": np.zeros(1)}, {TRAINING_LOG_KEY: training_log_json(training_log)}))
    return training_file(output)


def use_training_log(path: Path) -> None:
    for step in read_training_log(path.with_name("style.safetensors")):
        assert isinstance(step, TrainingStep)


# Results of an experiment, and what pictures to train on are.


def write_cell(home: Path) -> Path:
    path = home / "cells" / "cell.json"
    path.parent.mkdir()
    losses = {"style": 0.5, "content": 0.1, "total": 0.6}
    cell = Cell("hokusai", 0, "scratch", "CPU", ((0, 0.0, losses), (10, 1.5, losses)))
    path.write_text(cell.to_json(), encoding="utf-8")
    return path


def use_cell(path: Path) -> None:
    cell = Cell.from_json(path.read_text(encoding="utf-8", errors="replace"))
    table_of((cell,))


def write_manifest(home: Path) -> Path:
    path = home / "paintings" / MANIFEST
    path.parent.mkdir()
    heads = ["path", "title", "author", "year", "kind", "licence", "source"]
    rows = [
        [f"wave{number}_full.jpg", "The Wave", "Hokusai", "1831", "print", "Public domain", "x"] for number in (1, 2)
    ]
    path.write_text("".join("\t".join(row) + "\n" for row in (heads, *rows)), encoding="utf-8")
    return path


def use_manifest(path: Path) -> None:
    works = read_manifest(path.parent)
    works_like((make_card(),), works)
    describe_data("styles", list(works), works)
    describe_gaps(list(works), works)
