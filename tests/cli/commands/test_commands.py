"""The commands beside render: styles, doctor, help."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from studio import __version__
from studio.cli.commands import doctor
from studio.core.card import Card, bundled_cards, read_card
from studio.core.engine_api.contract import EngineSettings
from studio.core.errors import EngineError, WriteError
from studio.core.resources import resource_folder
from studio.core.styles.style_library import StyleLibrary
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import FakeEngine, make_picture


def test_styles_lists_every_bundled_style(studio: Studio) -> None:
    assert studio("styles") == 0
    for card in bundled_cards("styles"):
        row = next(line for line in studio.out.splitlines() if line.split() and line.split()[0] == card.id)
        assert card.title in row and card.author in row
    assert studio("styles", "--json") == 0
    assert [style["id"] for style in json.loads(studio.out)] == [card.id for card in bundled_cards("styles")]


def test_styles_tells_everything_about_one(studio: Studio) -> None:
    assert studio("styles", STYLE) == 0
    for word in ("The Great Wave off Kanagawa", "Katsushika Hokusai", "Public domain", "GCompris"):
        assert word in studio.out
    assert studio("styles", STYLE, "--json") == 0
    assert json.loads(studio.out)["author"] == "Katsushika Hokusai"


def test_styles_are_added_with_what_is_known_of_their_rights_and_corrected(studio: Studio) -> None:
    assert studio("styles", "add", "photo.png", "--rights", "mine", "--author", "Anna", "--no-learn", "--json") == 0
    (added,) = json.loads(studio.out)
    assert (added["title"], added["author"], added["licence"]) == ("photo", "Anna", "My own work")
    assert (added["rights"], added["no_learn"]) == ("mine", True)
    assert "unknown" not in studio.err
    assert studio("styles", added["id"], "--rights", "permitted", "--may-learn", "--json") == 0
    (card,) = StyleLibrary().read()[0]
    assert (card.licence, card.author, card.no_learn) == ("With permission", "Anna", False)
    assert studio("styles", added["id"], "--title", " ", "--author", "Bob") == 2
    assert StyleLibrary().read()[0] == (card,)
    assert studio("styles", added["id"], "--author", " ") == 0
    assert StyleLibrary().read()[0][0].author == ""


def test_a_style_whose_card_cannot_be_corrected_is_added_all_the_same(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(library: StyleLibrary, card: Card) -> None:
        if card.author:
            raise WriteError("The disk is full.", "Make room.")
        written(library, card)

    written = StyleLibrary.edit
    monkeypatch.setattr(StyleLibrary, "edit", edit)
    assert studio("styles", "add", "photo.png", "--author", "Anna", "--json") == 1
    (card,) = StyleLibrary().read()[0]
    assert [style["id"] for style in json.loads(studio.out)] == [card.id]
    assert f"{card.id} is added, but what you say of it could not be noted: The disk is full." in studio.err
    assert "Left out" not in studio.err


def test_an_added_style_of_unknown_rights_says_so_wherever_it_is_used(studio: Studio) -> None:
    assert studio("styles", "add", "missing.png", "photo.png") == 1  # the others are added all the same
    assert "Left out: " in studio.err
    sentence = "The licence of photo is unknown: find out whether you may show it."
    assert f"{sentence} Say so with --rights." in studio.err
    (card,) = StyleLibrary().read()[0]
    assert studio("render", "photo.png", "--style", card.id, "-o", "out.png") == 0
    assert sentence in studio.err
    assert b"photo: licence unknown" in (studio.folder / "out.png").read_bytes()
    assert studio("batch", "photo.png", "--style", card.id, "-o", "many") == 0
    assert sentence in studio.err


@pytest.mark.parametrize(
    "words",
    [("styles", "add"), ("styles", "--rights", "mine"), ("styles", STYLE, "--rights", "mine"), ("styles", STYLE, "x")],
)
def test_rights_that_belong_to_no_own_style_are_refused(studio: Studio, words: tuple[str, ...]) -> None:
    assert studio(*words) == 2
    assert StyleLibrary().read()[0] == ()


def test_styles_suggests_the_nearest_id(studio: Studio) -> None:
    assert studio("styles", "hokusai-wave") == 2
    assert STYLE in studio.err


def test_a_style_added_in_the_window_is_listed_and_painted_with_by_its_id(studio: Studio) -> None:
    library, picture = StyleLibrary(), make_picture(name="My wall.png", seed=4)
    card = library.add(picture)
    (library.folder / "broken.json").write_text("{")
    assert studio("styles") == 0
    assert studio.out.splitlines()[-1].split() == [card.id, "My", "wall", "(licence", "unknown)"]
    assert studio.err.startswith("Left out: broken.json is not a card")
    assert studio("styles", card.id, "--json") == 0
    assert json.loads(studio.out)["category"] == "mine"
    assert studio("render", "photo.png", "--style", card.id, "-o", "out.png") == 0
    assert studio.request.styles[0].fingerprint == picture.fingerprint


def test_doctor_finds_all_well(studio: Studio) -> None:
    assert studio("doctor") == 0
    assert "Fake brush" in studio.out
    assert "Problem" not in studio.out
    assert studio("doctor", "--json", "--device", "cpu") == 0
    report = json.loads(studio.out)
    assert report["studio"] == __version__
    assert report["engine"]["dtype"] == "uint8"
    assert report["bundled"]["models"]["vgg16_features_relu4_3"] == "ok"
    assert report["problems"] == []
    assert studio.settings[-1] == EngineSettings("cpu")


def test_doctor_reports_an_engine_that_does_not_start_and_goes_on(studio: Studio) -> None:
    studio.engine = FakeEngine(describe_error=EngineError("There is no device cuda:9.", "Choose another."))
    assert studio("doctor") == 1
    assert "There is no device cuda:9. Choose another." in studio.out
    assert "Packages" in studio.out


def test_doctor_tells_of_all_that_is_damaged_and_goes_on(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = tmp_path / "resources"
    for kind in ("models", "styles", "demo", "photos"):
        (copies / kind).mkdir(parents=True)
        for path in sorted(resource_folder(kind).glob("*.json"))[:2]:
            card = read_card(path)
            shutil.copy(path, copies / kind)
            shutil.copy(card.file, copies / kind)
    first, second = sorted((copies / "styles").glob("*.json"))
    first.write_text("{")
    (picture,) = [path for path in (copies / "styles").iterdir() if path.stem == second.stem and path != second]
    picture.unlink()
    picture.mkdir()
    monkeypatch.setattr(doctor, "resource_folder", lambda kind: copies / kind)
    assert studio("doctor", "--json") == 1
    report = json.loads(studio.out)
    assert set(report["bundled"]["models"].values()) == {"ok"}
    assert "is not a card" in report["bundled"]["styles"][first.stem]
    assert report["bundled"]["styles"][second.stem] != "ok"
    assert len(report["problems"]) == 2 and all("Install Style Studio again." in one for one in report["problems"])


def test_version_and_help_are_no_mistakes(studio: Studio) -> None:
    assert studio("--version") == 0
    assert studio.out == f"Style Studio {__version__}\n"
    assert studio("--help") == 0
    assert all(command in studio.out for command in ("render", "styles", "doctor"))


def test_an_unknown_command_is_one_sentence(studio: Studio) -> None:
    assert studio("rendr") == 2
    assert len(studio.err.splitlines()) == 1
