"""Groups are named by what holds for many in them and for few others; nothing is claimed that does not hold."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from studio.core.library.facts import Facts
from studio.core.library.naming.color_words import color_traits, color_words
from studio.core.library.naming.group_names import Known, group_names
from studio.engine.vision.art_encoder import palette_of

GROUPS = np.repeat(np.arange(3), 10)


def names(*facts: Facts, **more: object) -> list[str]:
    """Of three groups of ten pictures: the facts of one go round in it."""
    third = len(facts) // 3
    known = [facts[number * third + place % third] for number in range(3) for place in range(10)]
    return group_names(GROUPS, Known(known, **more))  # type: ignore[arg-type]


def by(author: str) -> Facts:
    return Facts(author=author)


def test_a_fact_of_a_third_of_a_group_names_it() -> None:
    assert names(by("Anna"), Facts(year="1650"), Facts(medium="print")) == ["Anna", "1650s", "print"]


def test_some_authors_together_name_a_group_that_none_of_them_is_a_third_of() -> None:
    first = [by("Anna"), by("Bo"), by("Cy"), by("Anna"), by("Bo"), by("Cy"), by(""), by(""), by(""), by("")]
    assert names(*first, *[by("")] * 20)[0] == "Anna, Bo, Cy"
    alone = [by("Anna"), by("Anna"), *[by("")] * 8]
    assert names(*alone, *[by("")] * 20)[0] == "Group 1"  # a fifth of it is not what it is


def test_authors_who_are_everywhere_name_no_group() -> None:
    mixed = [by(name) for name in ("Anna", "Bo", "Cy", "Anna", "Bo", "Cy", "", "", "", "")]
    assert names(*mixed * 3) == ["Group 1", "Group 2", "Group 3"]


def test_a_word_of_titles_names_a_group_and_says_that_it_is_one() -> None:
    titles = ["Portrait of a man", "Portrait of Ada", "Portrait", "Self-Portrait", *["Untitled with a Study"] * 6]
    found = names(*[Facts(title=title) for title in titles], *[Facts(title="Untitled")] * 20)
    assert found[0] == "Titles with \N{LEFT DOUBLE QUOTATION MARK}portrait\N{RIGHT DOUBLE QUOTATION MARK}"
    assert found[1:] == ["Group 2", "Group 3"]  # "untitled" is no word


def test_a_folder_names_pictures_of_which_nothing_else_is_known() -> None:
    folders = ["Venice"] * 6 + ["Home"] * 24
    assert names(*[Facts()] * 3, folders=folders)[0] == "Venice"
    assert names(*[Facts()] * 3, folders=["all"] * 30) == ["Group 1", "Group 2", "Group 3"]


def test_colours_name_what_nothing_else_does_and_tell_two_of_one_name_apart() -> None:
    dark, light = [0.2, 0, 0, 0.05], [0.8, 0, 0, 0.05]
    colors = np.array([dark] * 10 + [light] * 20, np.float32)
    colors[10:20, 0] = 0.5
    assert names(*[Facts()] * 3, colors=colors) == ["Dark", "Group 2", "Light"]
    assert names(by("Anna"), by("Anna"), by("Bo"), colors=colors)[:2] == ["Anna", "Anna, group 2"]
    assert names(by("Bo"), by("Anna"), by("Anna"), colors=colors) == ["Bo", "Anna", "Anna, light"]


def test_no_two_groups_have_the_same_name() -> None:
    found = names(by("Anna"), by("Anna"), by("Bo"))
    assert found == ["Anna", "Anna, group 2", "Bo"]
    assert group_names(np.zeros(0, np.int64), Known([])) == []


def test_each_group_can_be_the_last_that_is_waited_for() -> None:
    calls: list[int] = []

    def go_on() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        group_names(GROUPS, Known([Facts()] * 30), go_on)


def palette(red: float, green: float, blue: float) -> np.ndarray:
    image = torch.tensor([red, green, blue], dtype=torch.float32).reshape(1, 3, 1, 1).expand(1, 3, 64, 64)
    return palette_of(image).numpy()[None]


def test_words_of_colours_are_those_of_palettes_as_the_engine_makes_them() -> None:
    black, white, sky, rust, leaf, gold = (
        color_traits(palette(*color))
        for color in ((0, 0, 0), (1, 1, 1), (0.3, 0.5, 0.9), (0.6, 0.25, 0.2), (0.3, 0.6, 0.3), (0.8, 0.7, 0.2))
    )
    assert abs(black[0, 0]) < 0.02 and abs(white[0, 0] - 1) < 0.02
    everybody = np.concatenate([black, white, sky, rust, leaf, gold])
    for color, word in ((black, "dark"), (white, "light"), (sky, "bluish"), (gold, "yellowish"), (rust, "reddish")):
        assert word in color_words(color, everybody).lower().split(", ")
    assert "greenish" in color_words(leaf, everybody).lower() and "muted" in color_words(black, everybody).lower()


def test_pictures_that_differ_in_nothing_have_no_words() -> None:
    same = color_traits(np.repeat(palette(0.4, 0.4, 0.4), 5, 0))
    assert color_words(same[:2], same) == "" and color_words(same[:0], same) == ""
    assert np.isfinite(color_traits(np.zeros((2, 294), np.float32))).all()  # vectors that were never written
