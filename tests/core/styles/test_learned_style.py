"""LearnedStyle: numbers that a network can take, and which network they belong to."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.core.recipe import StyleRecipe
from studio.core.styles.learned_style import (
    LARGEST_NUMBER,
    MOST_NUMBERS,
    MOST_REFERENCES,
    MOST_TENSORS,
    REFERENCE_EDGE,
    LearnedStyle,
    check_network,
    painting_network,
)
from tests.support.fakes import make_learned, make_picture

LEARNED = make_learned()


def test_it_crosses_a_pipe_with_the_same_fingerprint() -> None:
    again = pickle.loads(pickle.dumps(LEARNED))
    assert again.fingerprint == LEARNED.fingerprint
    assert len(again.references) == len(LEARNED.references)


@pytest.mark.parametrize(
    "change",
    [
        {"vector": LEARNED.vector + np.float32(0.5)},
        {"delta": {}},
        {"delta": {"up_2.weight": LEARNED.delta["up_1.weight"]}},
        {"network": "another"},
        {"network_sha256": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_the_network_would_paint_otherwise_has_another_fingerprint(change: dict[str, object]) -> None:
    assert replace(LEARNED, **change).fingerprint != LEARNED.fingerprint


def test_its_pictures_do_not_count_for_the_fingerprint() -> None:
    assert replace(LEARNED, references=(make_picture(seed=9),)).fingerprint == LEARNED.fingerprint


def of_size(*shape: int) -> dict[str, object]:
    return {"delta": {"layer": np.zeros(shape, np.float16)}}


@pytest.mark.parametrize(
    "change",
    [
        {"vector": np.zeros(99, np.float32)},
        {"vector": np.zeros((1, 100), np.float32)},
        {"vector": np.zeros(100, np.float64)},
        {"vector": np.full(100, np.nan, np.float32)},
        {"vector": np.full(100, 2 * LARGEST_NUMBER, np.float32)},
        {"delta": {"layer": np.zeros(4, np.float32)}},
        {"delta": {"layer": np.full(4, np.inf, np.float16)}},
        {"delta": {f"layer {n}": np.zeros(1, np.float16) for n in range(MOST_TENSORS + 1)}},
        of_size(MOST_NUMBERS + 1),
        of_size(1, 1, 1, 1, 1),
        of_size(0),
        {"references": ()},
        {"references": (make_picture(),) * (MOST_REFERENCES + 1)},
        {"references": (make_picture(REFERENCE_EDGE + 1, 8),)},
    ],
)
def test_what_no_style_can_be_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(StudioError):
        replace(LEARNED, **change)


def test_nothing_can_be_added_to_it_afterwards() -> None:
    delta = dict(LEARNED.delta)
    learned = replace(LEARNED, delta=delta)
    delta.clear()
    assert set(learned.delta) == set(LEARNED.delta)
    with pytest.raises(TypeError):
        learned.delta["other"] = np.zeros(1, np.float16)  # type: ignore[index]


def test_it_needs_just_the_network_it_was_learnt_with() -> None:
    check_network(LEARNED)
    for change in ({"network": "another"}, {"network_sha256": "0" * 64}):
        with pytest.raises(StudioError, match="another version of the network"):
            check_network(replace(LEARNED, **change))


def other(network: str) -> LearnedStyle:
    return replace(LEARNED, network=network)


@pytest.mark.parametrize(
    ("shares", "learned", "network"),
    [
        ((), (None,), "arbitrary_style_magenta"),  # as the recipe says
        ((), (other("mine"),), "mine"),
        ((90, 10), (None, other("mine")), "mine"),
        ((100, 0), (None, other("mine")), "arbitrary_style_magenta"),
        ((40, 60), (other("mine"), other("hers")), "hers"),
        ((60, 40), (other("mine"), other("hers")), "mine"),
    ],
)
def test_the_learned_style_with_the_largest_share_chooses_the_network(
    shares: tuple[float, ...], learned: tuple[LearnedStyle | None, ...], network: str
) -> None:
    recipe = StyleRecipe(style_shares=shares, network="arbitrary_style_magenta")
    assert painting_network(recipe, learned) == network
