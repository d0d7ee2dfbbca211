"""Options: every knob has one, values are checked, recipes can be read from files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studio.cli.cluster_option import check_cluster
from studio.cli.options import OptionParser, add_recipe_options, option_names, recipe_of
from studio.core.image_io.xmp import read_recipe
from studio.core.print_size import PrintSize
from studio.core.project.builtin_presets import BUILT_IN, KeptSettings, find_preset
from studio.core.project.presets import Presets
from studio.core.recipe import KNOBS, Knob, StyleRecipe
from tests.support.command_line import STYLE, Studio


@pytest.mark.parametrize("address", ["tcp://10.0.0.5:8786", "localhost:8786", "local-1.lab.example:8786", "local:4"])
def test_a_scheduler_may_be_on_this_machine_or_have_any_name(address: str) -> None:
    check_cluster(Namespace(cluster=address))


def other_value(knob: Knob) -> Any:
    """A value that is allowed and not the default."""
    if knob.scale == "choice":
        return next(choice for choice in knob.choices if choice != knob.default)
    return knob.low if knob.default != knob.low else knob.high


def parsed(*words: str) -> StyleRecipe:
    parser = OptionParser(prog="style-studio")
    add_recipe_options(parser)
    return recipe_of(parser.parse_args(words), StyleRecipe())


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.field)
def test_every_knob_has_an_option_that_sets_it(knob: Knob) -> None:
    value = other_value(knob)
    for name in option_names(knob):
        recipe = parsed(name, str(value))
        assert getattr(recipe, knob.field) == value
        assert recipe.change(**{knob.field: knob.default}) == StyleRecipe()


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.field)
def test_help_names_every_option_with_its_range(knob: Knob, studio: Studio) -> None:
    assert studio("render", "--help") == 0
    shown = " ".join(studio.out.split())
    allowed = "|".join(knob.choices) if knob.choices else f"{knob.low:g}..{knob.high:g}"
    assert f"{option_names(knob)[0]}" in shown
    assert allowed in shown


def test_colours_may_be_kept_in_british_english() -> None:
    assert parsed("--keep-colours", "0.5").keep_color == 0.5


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--strength", "1.5"), "Strength is 1.5; it must be between 0 and 1."),
        (("--strength", "nan"), "Strength is nan; it must be a number."),
        (("--strength", "much"), "Strength is 'much'; it must be a number."),
        (("--size", "100"), "Size is 100; it must be between 128 and 8192."),
        (("--size", "512.5"), "Size is 512.5; it must be a whole number."),
        (("--size", "20x30cm@3000"), "The resolution is 3000 dpi; it must be between 30 and 2,400."),
        (("--size", "20x30@300"), "'20x30@300' is not a print size."),
        (("--size", "large"), "Size is 'large'; it must be a number."),
        (("--quality", "best"), "Quality is 'best'; it must be one of draft, standard, high."),
        (("--share", "-1"), "Share is -1; it must be between 0 and 100."),
        (("--share", "1", "--share", "2"), "There are 1 styles but 2 shares; give one share per style."),
        (("--stren", "0.5"), "Unrecognized arguments: --stren 0.5."),
        (("--file-quality", "0"), "The quality is 0; it must be between 1 and 100."),
        (("--dpi", "0"), "The resolution is 0 dpi; it must be between 2 and 100,000."),
    ],
)
def test_a_wrong_value_is_one_sentence_and_code_2(studio: Studio, words: Sequence[str], sentence: str) -> None:
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", *words) == 2
    assert studio.err.startswith(f"style-studio: {sentence}")
    assert len(studio.err.splitlines()) == 1
    assert studio.is_untouched


def test_a_size_may_be_the_photos(studio: Studio) -> None:
    assert studio("render", "photo.png", "--style", STYLE, "--size", "photo", "-o", "out.png") == 0
    photo = studio.request.content
    assert photo is not None
    assert studio.request.recipe.long_edge == max(128, photo.long_edge)


def test_a_size_may_be_that_of_a_print_whose_resolution_goes_into_the_file(studio: Studio) -> None:
    assert studio("render", "photo.png", "--style", STYLE, "--size", "4x6cm@300", "-o", "print.png") == 0
    photo = studio.request.content
    assert photo is not None
    assert studio.request.recipe.long_edge == PrintSize(4, 6, 300).long_edge(photo.width, photo.height)
    with Image.open("print.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert read_recipe(Path("print.png")).size_rule == "pixels"  # as it was painted


def test_a_pattern_has_no_photo_to_be_as_large_as(studio: Studio) -> None:
    words = ("render", "--method", "pattern", "--style", STYLE, "-o", "out.png", "--size")
    assert studio(*words, "photo") == 2 and "no photo" in studio.err
    assert studio(*words, "4x6cm@300") == 0 and studio.request.recipe.long_edge == 472


def test_a_recipe_file_is_the_start_and_options_win_over_it(studio: Studio) -> None:
    recipe = StyleRecipe(strength=0.9, detail=0.2, seed=7)
    Path("mine.json").write_text(recipe.to_json(), encoding="utf-8")
    assert studio("render", "photo.png", "--style", STYLE, "--recipe", "mine.json", "--seed", "8", "-o", "out.png") == 0
    assert studio.request.recipe == recipe.change(seed=8)


def test_the_recipe_of_an_exported_picture_paints_the_next_one(studio: Studio) -> None:
    studio("render", "photo.png", "--style", STYLE, "--smoothness", "0.75", "-o", "first.jpg")
    studio.engine.requests.clear()
    assert studio("render", "photo.png", "--style", STYLE, "--recipe", "first.jpg", "-o", "second.png") == 0
    assert studio.request.recipe.smoothness == 0.75


def test_a_preset_changes_what_it_says_and_options_win_over_it(studio: Studio) -> None:
    Path("mine.json").write_text(StyleRecipe(strength=0.9, seed=7).to_json(), encoding="utf-8")
    words = ("--recipe", "mine.json", "--preset", "soft wash", "--detail", "0.9")
    assert studio("render", "photo.png", "--style", STYLE, *words, "-o", "out.png") == 0
    expected = find_preset("Soft wash", BUILT_IN).applied_to(StyleRecipe(seed=7)).change(detail=0.9)
    assert studio.request.recipe == expected


def test_a_preset_of_the_window_paints_here_too_and_an_unknown_one_names_all(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLE_STUDIO_CONFIG", str(tmp_path / "config"))
    Presets().save("For grandma", KeptSettings(StyleRecipe(keep_color=0.5)))
    assert studio("render", "photo.png", "--style", STYLE, "--preset", "For grandma", "-o", "out.png") == 0
    assert studio.request.recipe.keep_color == 0.5
    assert studio("render", "photo.png", "--style", STYLE, "--preset", "Nothing", "-o", "out2.png") == 2
    assert "Into the painting, For grandma" in studio.err


@pytest.mark.parametrize("content", ["{", "[]", '{"strength": 9}', '{"version": 99}', "\x80\x81"])
def test_a_broken_recipe_file_is_one_sentence(studio: Studio, content: str) -> None:
    Path("broken.json").write_bytes(content.encode("latin-1"))
    assert studio("render", "photo.png", "--style", STYLE, "--recipe", "broken.json", "-o", "out.png") == 2
    assert len(studio.err.splitlines()) == 1


def test_shares_of_a_recipe_for_other_styles_are_left_out(studio: Studio) -> None:
    Path("mix.json").write_text(StyleRecipe(style_shares=(70, 30)).to_json(), encoding="utf-8")
    assert studio("render", "photo.png", "--style", STYLE, "--recipe", "mix.json", "-o", "out.png") == 0
    assert studio.request.recipe.style_shares == ()
    studio.engine.requests.clear()
    both = ("--style", STYLE, "--style", "photo.png")
    assert studio("render", "photo.png", *both, "--recipe", "mix.json", "-o", "both.png") == 0
    assert studio.request.recipe.style_shares == (70, 30)


@pytest.mark.parametrize("value", ["", "a\0b"])
@pytest.mark.parametrize(
    "words",
    [
        ("render", None, "--style", STYLE, "-o", "out.png"),
        ("render", "photo.png", "--style", None, "-o", "out.png"),
        ("render", "photo.png", "--style", STYLE, "-o", None),
        ("render", "photo.png", "--style", STYLE, "-o", "out.png", "--frames", None),
        ("render", "photo.png", "--style", STYLE, "-o", "out.png", "--recipe", None),
        ("render", "photo.png", "--style", STYLE, "-o", "out.png", "--blend-with", None),
        ("render", "photo.png", "--style", STYLE, "-o", "out.png", "--device", None),
        ("render", "photo.png", "--style", STYLE, "-o", "out.png", "--weights-folder", None),
        ("batch", None, "--style", STYLE, "-o", "out"),
        ("batch", "photo.png", "--style", STYLE, "-o", None),
        ("tune", None, "--name", "x", "-o", "mine.safetensors"),
        ("tune", "photo.png", "--name", "x", "-o", "mine.safetensors", "--photos", None),
        ("train-base", "--content", None, "--styles", ".", "-o", "out"),
        ("train-base", "--content", ".", "--styles", ".", "-o", None),
        ("compare-tuning", None, "-o", "out"),
        ("compare-tuning", "-o", None),
        ("styles", None),
    ],
    ids=lambda words: " ".join(word or "?" for word in words) if isinstance(words, tuple) else None,
)
def test_an_empty_name_is_no_place(studio: Studio, words: tuple[str | None, ...], value: str) -> None:
    before = sorted(studio.folder.iterdir())
    assert studio(*(value if word is None else word for word in words)) == 2
    assert studio.err.startswith("style-studio: Argument ") and len(studio.err.splitlines()) == 1
    assert ("it is empty" if not value else "zero byte") in studio.err
    assert studio.is_untouched and sorted(studio.folder.iterdir()) == before


def test_an_empty_command_is_none(studio: Studio) -> None:
    assert studio("") == 2
    assert studio.err.startswith("style-studio: Argument COMMAND: invalid choice: ''")


def test_a_title_may_be_empty(studio: Studio) -> None:
    words = ("render", "photo.png", "--style", STYLE, "-o", "out.png", "--title", "", "--artist", "")
    assert studio(*words) == 0
