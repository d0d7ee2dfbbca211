"""Presets and recipes as files: kept by name, checked when they are read, taken out of exported pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.core.artwork.recipe_regions import RecipeRegion
from studio.core.errors import PictureError, RecipeError, StudioError
from studio.core.image_io import save_picture
from studio.core.image_io.xmp import Credits
from studio.core.project.builtin_presets import BUILT_IN, KeptSettings, all_presets, find_preset, own_preset
from studio.core.project.presets import LONGEST_NAME, MOST_PRESETS, Presets, checked_name, preset_text, read_preset_text
from studio.core.project.recipe_file import load_recipe, save_recipe
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import Region
from studio.core.regions.shapes import Found, Mask
from studio.core.storage.folder_lock import FolderLock
from tests.support.fakes import make_picture

BOLD_RECIPE, SOFT_RECIPE = StyleRecipe(strength=0.9, style_shares=(3, 1)), StyleRecipe(strength=0.1, method="live")
SUBJECT = Region("Subject", Mask.of(Found("subject")), {"strength": 0.2})
BOLD, SOFT = KeptSettings(BOLD_RECIPE), KeptSettings(SOFT_RECIPE, (RecipeRegion(SUBJECT, ("wave",)),))


@pytest.fixture
def presets(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "config")


def written(presets: Presets) -> dict[str, object]:
    found: dict[str, object] = json.loads(presets.path.read_text(encoding="utf-8"))
    return found


def test_they_lie_in_the_users_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STYLE_STUDIO_CONFIG", str(tmp_path / "mine"))
    Presets().save("Bold", BOLD)
    assert Presets().path == tmp_path / "mine" / "presets.json" and Presets().path.is_file()


def test_there_are_none_at_first_and_reading_makes_no_folder(presets: Presets) -> None:
    assert presets.read() == ({}, ())
    assert not presets.folder.exists()


def test_a_step_takes_away_what_is_as_it_was_and_brings_back_what_writes_over_nothing(presets: Presets) -> None:
    one, other = KeptSettings(StyleRecipe(seed=1)), KeptSettings(StyleRecipe(seed=2), SOFT.regions)
    presets.save("Mine", one)
    presets.step([("Mine", other)], [("Theirs", other)])
    assert presets.read()[0] == {"Mine": one, "Theirs": other}
    presets.step([("Mine", one)], [("Mine", other)])
    assert presets.read()[0]["Mine"] == other
    with pytest.raises(RecipeError, match="Another preset is called Mine"):
        presets.step([], [("Mine", one)])


@pytest.mark.parametrize("text", ["", "[", "[]", "1", '["a"]', '["", {}]', '["a", {"seed": "x"}]', "[" * 5000])
def test_a_line_that_is_no_preset_is_none(text: str) -> None:
    assert read_preset_text(text) is None
    assert read_preset_text(preset_text("a", SOFT)) == ("a", SOFT)


def test_presets_are_kept_renamed_replaced_and_removed_by_name(presets: Presets) -> None:
    assert presets.save("  soft glaze ", SOFT) == "soft glaze"
    presets.save("Bold \N{ARTIST PALETTE} <b>", SOFT)
    presets.save("Bold \N{ARTIST PALETTE} <b>", BOLD)
    assert presets.rename("Bold \N{ARTIST PALETTE} <b>", "Bold") == "Bold"
    assert presets.read() == ({"Bold": BOLD, "soft glaze": SOFT}, ())
    assert list(presets.read()[0]) == ["Bold", "soft glaze"]
    presets.remove("soft glaze")
    assert presets.read() == ({"Bold": BOLD}, ())


def test_no_preset_takes_the_name_of_another(presets: Presets) -> None:
    presets.save("a", SOFT)
    presets.save("b", BOLD)
    before = presets.path.read_bytes()
    for change, words in (
        (lambda: presets.rename("a", "b"), "Another preset is called b"),
        (lambda: presets.rename("c", "d"), "no preset called c"),
        (lambda: presets.remove("c"), "no preset called c"),
    ):
        with pytest.raises(RecipeError, match=words):
            change()
    assert presets.rename("a", "a") == "a"
    assert json.loads(presets.path.read_bytes()) == json.loads(before)


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST_NAME + 1), "two\nlines", "\x1b[31m", "\u202egnp", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(presets: Presets, name: str) -> None:
    with pytest.raises(RecipeError, match="name of a preset"):
        presets.save(name, SOFT)
    assert not presets.path.exists()


def test_what_is_wrong_with_one_costs_the_others_nothing_and_stays_in_the_file(presets: Presets) -> None:
    presets.save("good", SOFT)
    values = written(presets)
    values["presets"] |= {  # type: ignore[operator]
        "far": {"strength": 99}, "new": {"version": 99}, "odd\x07": json.loads(BOLD_RECIPE.to_json()), "list": [],
        "deep": {"strength": float("nan")},
    }  # fmt: skip
    presets.path.write_text(json.dumps(values))
    known, problems = presets.read()
    assert known == {"good": SOFT} and len(problems) == 5
    assert all(isinstance(problem, StudioError) for problem in problems)
    presets.save("more", BOLD)
    assert set(written(presets)["presets"]) == {"good", "more", "far", "new", "odd\x07", "list", "deep"}  # type: ignore[call-overload]
    for name in ("far", "new", "odd\x07", "list", "deep"):
        presets.remove(name)
    assert presets.read() == ({"good": SOFT, "more": BOLD}, ())


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"{", b"[" * 100_000, b'{"version": 1}', b'{"version": "1", "presets": {}}',
     b'{"version": 1, "presets": []}', b'{"version": 2, "presets": {}}', b" " * 3_000_000],
)  # fmt: skip
def test_a_file_that_is_none_is_told_and_not_written_over(presets: Presets, data: bytes) -> None:
    presets.folder.mkdir()
    presets.path.write_bytes(data)
    known, problems = presets.read()
    assert known == {} and len(problems) == 1 and problems[0].remedy
    with pytest.raises(StudioError):
        presets.save("mine", SOFT)
    assert presets.path.read_bytes() == data


def test_there_is_an_end_to_their_number(presets: Presets) -> None:
    presets.save("first", SOFT)
    values = written(presets)
    recipe = values["presets"]["first"]  # type: ignore[index]
    presets.path.write_text(json.dumps(values | {"presets": {str(n): recipe for n in range(MOST_PRESETS)}}))
    with pytest.raises(RecipeError, match="limit"):
        presets.save("one more", SOFT)
    presets.save("7", BOLD)
    assert presets.read()[0]["7"] == BOLD


def test_two_studios_do_not_lose_each_others_presets(presets: Presets) -> None:
    presets.save("mine", SOFT)
    lock = FolderLock(presets.folder)
    lock.take()
    with pytest.raises(StudioError, match="Another Style Studio"):
        presets.save("theirs", BOLD)
    lock.release()
    Presets(presets.folder).save("theirs", BOLD)
    assert set(presets.read()[0]) == {"mine", "theirs"}


def test_a_recipe_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "bold.recipe.json"
    save_recipe(path, BOLD_RECIPE)
    assert load_recipe(path) == BOLD_RECIPE
    path.write_bytes(b"\xef\xbb\xbf\r\n" + path.read_bytes())  # as some editors write it
    assert load_recipe(path) == BOLD_RECIPE


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff"])
def test_a_recipe_comes_back_from_an_exported_picture_whatever_it_is_called(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"art{suffix}"
    save_picture(make_picture(), path, credits=Credits("Title", (), (), BOLD_RECIPE))
    assert load_recipe(path.rename(tmp_path / "art.recipe.json")) == BOLD_RECIPE


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"{}[]",
        b'{"version": 99}',
        b'{"strength": NaN}',
        b"{" + b" " * 2_000_000,
        b'{"a":' * 50_000,
        b"{\xff",
        b"",
        b"[]",
        b"\xff",
    ],
)
def test_a_file_that_is_no_recipe_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.recipe.json"
    path.write_bytes(data)
    with pytest.raises(RecipeError):
        load_recipe(path)


def test_a_picture_without_a_recipe_is_told(tmp_path: Path) -> None:
    save_picture(make_picture(), tmp_path / "plain.png")
    for name, words in (("plain.png", "carries no recipe"), ("gone.png", "not there"), (".", "is a folder")):
        with pytest.raises(PictureError, match=words):
            load_recipe(tmp_path / name)


def test_the_presets_of_the_studio_differ_are_valid_and_leave_size_and_method_alone() -> None:
    recipe = StyleRecipe(long_edge=2000, method="live", seed=5, style_shares=(1, 2))
    applied = [preset.applied_to(recipe) for preset in BUILT_IN]
    assert len(set(applied)) == len({preset.name for preset in BUILT_IN}) == len(BUILT_IN)
    assert all((one.long_edge, one.method, one.seed, one.style_shares) == (2000, "live", 5, (1, 2)) for one in applied)
    assert all(checked_name(preset.name) == preset.name for preset in BUILT_IN)


def test_the_first_preset_of_the_studio_is_what_a_fresh_recipe_is() -> None:
    assert BUILT_IN[0].applied_to(StyleRecipe()) == StyleRecipe()


def test_an_own_preset_is_all_but_the_shares() -> None:
    preset = own_preset("mine", KeptSettings(BOLD_RECIPE.change(style_shares=(1, 1)), SOFT.regions))
    assert preset.applied_to(SOFT_RECIPE.change(style_shares=(3, 4, 5))) == BOLD_RECIPE.change(style_shares=(3, 4, 5))
    assert preset.regions == SOFT.regions


def test_a_preset_is_found_by_its_name_whatever_its_capitals() -> None:
    presets = all_presets({"Mine": SOFT, "mine": BOLD})
    assert find_preset("mine", presets).settings["strength"] == BOLD_RECIPE.strength
    assert find_preset(" soft WASH ", presets).name == "Soft wash"
    with pytest.raises(RecipeError, match="There is no preset called 'none'"):
        find_preset("none", presets)


def test_no_preset_takes_the_name_of_one_of_the_studio(presets: Presets) -> None:
    presets.save("mine", SOFT)
    for take in (lambda: presets.save("soft wash", SOFT), lambda: presets.rename("mine", "Balanced")):
        with pytest.raises(RecipeError, match="one of the studio's own presets"):
            take()
    assert list(presets.read()[0]) == ["mine"]
