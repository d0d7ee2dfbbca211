"""The recipe and the knob table: ranges, defaults, shares and the JSON round trip."""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import fields

import pytest

from studio.core.errors import RecipeError
from studio.core.recipe import (
    AUTO_NETWORK,
    FINE_NETWORK,
    KNOBS,
    METHODS,
    NETWORKS,
    QUICK_NETWORK,
    RECIPE_VERSION,
    SHARE_KNOB,
    Knob,
    Method,
    StyleRecipe,
    whole_percents,
)

NUMBERS = [knob for knob in KNOBS if knob.scale != "choice"]
CHOICES = [knob for knob in KNOBS if knob.scale == "choice"]


def field_of(knob: Knob) -> str:
    return knob.field


def test_every_setting_of_the_recipe_has_one_knob() -> None:
    knobs = [knob.field for knob in (*KNOBS, SHARE_KNOB)]
    assert sorted([*knobs, "size_rule"]) == sorted(field.name for field in fields(StyleRecipe))  # the knob "long_edge"


@pytest.mark.parametrize("knob", KNOBS, ids=field_of)
def test_every_knob_says_what_it_is_and_defaults_to_a_value_it_allows(knob: Knob) -> None:
    assert knob.label
    assert knob.help.endswith(".")
    assert knob.check(knob.default) == knob.default


@pytest.mark.parametrize("knob", NUMBERS, ids=field_of)
def test_a_number_may_be_at_its_limits_and_not_beyond(knob: Knob) -> None:
    for allowed in (knob.low, knob.high):
        assert getattr(StyleRecipe().change(**{knob.field: allowed}), knob.field) == allowed
    for refused in (knob.low - 1, knob.high + 1, float("inf"), -float("inf"), 10**400):
        with pytest.raises(RecipeError, match=knob.label):
            StyleRecipe().change(**{knob.field: refused})


@pytest.mark.parametrize("knob", NUMBERS, ids=field_of)
@pytest.mark.parametrize("value", [float("nan"), True, "0.5", None, [1]], ids=repr)
def test_what_is_no_number_is_refused(knob: Knob, value: object) -> None:
    with pytest.raises(RecipeError, match="must be a number"):
        knob.check(value)


@pytest.mark.parametrize("knob", CHOICES, ids=field_of)
@pytest.mark.parametrize("value", ["", "FINISH!", None, 3, ["finish"]], ids=repr)
def test_another_choice_is_refused_with_those_there_are(knob: Knob, value: object) -> None:
    with pytest.raises(RecipeError, match=", ".join(knob.choices)):
        knob.check(value)


@pytest.mark.parametrize("knob", [knob for knob in NUMBERS if knob.is_whole], ids=field_of)
def test_whole_numbers_stay_whole(knob: Knob) -> None:
    value = knob.check(float(knob.high))
    assert isinstance(value, int)
    with pytest.raises(RecipeError, match="whole number"):
        knob.check(knob.low + 0.5)


def test_json_gives_the_same_recipe_back() -> None:
    values = {
        "method": "pattern",
        "strength": 0.1,
        "stroke_size": 2.5,
        "keep_color": 0.3,
        "freedom": 0.8,
        "detail": 0.7,
    }
    values |= {"smoothness": 0.9, "style_shares": (20, 80), "long_edge": 1024, "quality": "high", "seed": 7}
    values |= {"seamless": "on", "encoder": "vgg19-torchvision", "pooling": "average", "network": AUTO_NETWORK}
    values |= {"size_rule": "20x30cm@300"}
    assert values.keys() == {field.name for field in fields(StyleRecipe)}
    recipe = StyleRecipe(**values)
    assert StyleRecipe.from_json(recipe.to_json()) == recipe
    assert StyleRecipe.from_json(recipe.to_json()).size_rule == recipe.size_rule
    assert json.loads(recipe.to_json())["version"] == RECIPE_VERSION
    assert "\n" not in recipe.to_json()


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({"network": NETWORKS[0]}, 3),
        ({"network": NETWORKS[0], "size_rule": "auto"}, 4),
        ({}, 5),
        ({"size_rule": "auto"}, 5),
    ],
)
def test_a_recipe_has_the_oldest_version_that_can_say_it(fields: dict[str, str], version: int) -> None:
    recipe = StyleRecipe(**fields)
    assert json.loads(recipe.to_json())["version"] == version
    assert StyleRecipe.from_json(recipe.to_json()) == recipe


def test_settings_nested_as_deep_as_python_can_just_read_are_refused_as_deeper_ones_are() -> None:
    refusals = set()
    for depth in range(sys.getrecursionlimit() - 200, sys.getrecursionlimit() + 9):
        for name in ("strength", "method", "style_shares"):
            with pytest.raises(RecipeError) as refused:
                StyleRecipe.from_json(f'{{"{name}": {"[" * depth}{"]" * depth}}}')
            refusals.add(str(refused.value))
    assert refusals == {"This is not a recipe: it is not valid JSON."}


def test_settings_that_json_leaves_out_are_the_defaults() -> None:
    assert StyleRecipe.from_json('{"strength": 0.2}') == StyleRecipe(strength=0.2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[1, 2]", "no settings"),
        ("null", "no settings"),
        ('{"version": 6}', "reads up to 5"),
        ('{"version": "1"}', "reads up to 5"),
        ('{"size_rule": 5}', "not text"),
        ('{"size_rule": "huge"}', "not a print size"),
        ('{"size_rule": "1x1cm@9999"}', "dpi"),
        ('{"brush": 3}', "no setting called brush"),
        ('{"self": 3}', "no setting called self"),
        ('{"version": true}', "version True"),
        ('{"version": 0}', "version 0"),
        ('{"strength": 1.5}', "between 0 and 1"),
        ('{"strength": NaN}', "must be a number"),
        ('{"seed": 1' + "0" * 400 + "}", "between 0 and"),
        ('{"style_shares": 5}', "not a list"),
        ('{"style_shares": {"a": 1}}', "not a list"),
        ('{"style_shares": ["a"]}', "must be a number"),
        ('{"style_shares": [0, 0]}', "at least one style"),
        ('{"style_shares": [-1, 2]}', "between 0 and 100"),
    ],
)
def test_a_recipe_that_cannot_be_read_says_why(text: str, sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        StyleRecipe.from_json(text)


def test_a_recipe_from_when_there_was_one_network_keeps_to_it() -> None:
    assert StyleRecipe.from_json('{"version": 1}').network == "arbitrary_style_magenta"
    for version in (2, 3, 4):
        assert StyleRecipe.from_json(f'{{"version": {version}}}').network == NETWORKS[0]
    assert StyleRecipe.from_json('{"version": 5}').network == StyleRecipe().network == AUTO_NETWORK


@pytest.mark.parametrize("method", METHODS)
def test_whole_artworks_of_live_are_the_larger_networks_unless_one_is_named(method: Method) -> None:
    left_open = StyleRecipe(method=method)
    assert left_open.live_network == (FINE_NETWORK if method == "live" else QUICK_NETWORK)
    assert left_open.by_network(NETWORKS[1]).network == NETWORKS[1]
    for network in NETWORKS:
        named = StyleRecipe(method=method, network=network)
        assert named.live_network == named.by_network(NETWORKS[1]).network == network


@pytest.mark.parametrize("version", [1, 2])
def test_a_recipe_from_before_freedom_has_all_of_it(version: int) -> None:
    assert StyleRecipe.from_json(f'{{"version": {version}}}').freedom == 1.0
    assert StyleRecipe.from_json(f'{{"version": {RECIPE_VERSION}}}').freedom == StyleRecipe().freedom < 0.5


def test_only_a_pattern_is_seamless() -> None:
    assert StyleRecipe(method="pattern", seamless="on").is_seamless
    assert not StyleRecipe(method="finish", seamless="on").is_seamless
    assert not StyleRecipe(method="pattern").is_seamless


def test_shares_are_relative_and_sum_to_1() -> None:
    assert StyleRecipe(style_shares=(30, 10)).shares_of(2) == (0.75, 0.25)
    assert StyleRecipe().shares_of(4) == (0.25,) * 4


def test_another_number_of_shares_than_styles_is_refused() -> None:
    with pytest.raises(RecipeError, match="3 styles but 2 shares"):
        StyleRecipe(style_shares=(1, 1)).shares_of(3)


def test_equal_recipes_are_equal_and_hashable() -> None:
    assert StyleRecipe(seed=3).change(seed=0) == StyleRecipe()
    assert len({StyleRecipe(), StyleRecipe(strength=0.6), StyleRecipe(strength=0.7)}) == 2
    assert pickle.loads(pickle.dumps(StyleRecipe(seed=3))) == StyleRecipe(seed=3)


@pytest.mark.parametrize(
    ("rule", "photo", "long_edge"),
    [
        ("photo", (4000, 3000), 4000),
        ("photo", (90, 60), 128),
        ("photo", (20_000, 100), 8192),
        ("20x30cm@300", (3000, 2000), 3543),
        ("20x30cm@300", (2000, 3000), 3543),
        ("20x30cm@300", (1000, 1000), 2362),
        ("pixels", (4000, 3000), 768),
        ("auto", (4000, 3000), 768),
    ],
)
def test_the_rule_says_how_large_another_photo_is_painted(rule: str, photo: tuple[int, int], long_edge: int) -> None:
    recipe = StyleRecipe(size_rule=rule).sized_for(*photo)
    assert (recipe.long_edge, recipe.size_rule) == (long_edge, rule)


def test_a_size_in_pixels_ends_the_rule() -> None:
    recipe = StyleRecipe().change(size_rule="photo", long_edge=900)
    assert recipe.change(strength=0.2).size_rule == "photo"
    assert recipe.change(long_edge=900).size_rule == "pixels"
    assert recipe.change(long_edge=900) == recipe  # it paints the same


def test_recipes_in_pixels_are_read_by_studios_that_know_no_other_sizes() -> None:
    values = json.loads(StyleRecipe(network=QUICK_NETWORK).to_json())
    assert values["version"] == 3 and "size_rule" not in values
    assert json.loads(StyleRecipe(size_rule="photo").to_json())["version"] == RECIPE_VERSION
    assert StyleRecipe.from_json('{"version": 3, "long_edge": 512}') == StyleRecipe(
        long_edge=512, network=QUICK_NETWORK
    )


@pytest.mark.parametrize(
    ("shares", "shown"),
    [
        ((100 / 3,) * 3, (34, 33, 33)),
        ((100 / 6,) * 6, (17, 17, 17, 17, 16, 16)),
        ((62.6, 37.4), (63, 37)),
        ((49.5, 49.5, 1.0), (50, 49, 1)),
        ((69.99999999, 30.00000001), (70, 30)),
        ((100.0,), (100,)),
        ((), ()),
    ],
)
def test_shown_shares_add_up_to_a_hundred(shares: tuple[float, ...], shown: tuple[int, ...]) -> None:
    assert whole_percents(shares) == shown
