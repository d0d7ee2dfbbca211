"""StudioError: one sentence, one remedy, whatever its text is made of and wherever it travels."""

from __future__ import annotations

import pickle

import pytest

from studio.core import errors
from studio.core.errors import EngineDied, EngineError, PictureError, RecipeError, StudioError, WriteError
from studio.core.recipe import StyleRecipe

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StudioError)]


def test_it_reads_as_what_is_wrong_and_then_what_to_do() -> None:
    assert str(StudioError("The disk is full.", "Make room on it.")) == "The disk is full. Make room on it."
    assert str(StudioError("The disk is full.")) == "The disk is full."


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_crosses_a_pipe_whole(kind: type[StudioError]) -> None:
    again = pickle.loads(pickle.dumps(kind("It is damaged.", "Choose another.")))
    assert type(again) is kind
    assert (again.message, again.remedy) == ("It is damaged.", "Choose another.")


def test_the_name_of_a_file_in_it_moves_no_cursor() -> None:
    error = StudioError("cat\x1b[2J.png is damaged.", "Delete \u202egnp.tac.")
    assert "\x1b" not in str(error) and "\u202e" not in str(error)
    assert "cat" in error.message and error.args == (error.message, error.remedy)


def test_who_handles_a_kind_handles_its_narrower_ones() -> None:
    assert issubclass(WriteError, errors.PictureError)
    assert issubclass(EngineDied, EngineError)


@pytest.mark.parametrize("text", ["x" * 500_000, "\x1b\n" * 100_000, "\ud800" * 1000], ids=["long", "odd", "broken"])
def test_a_message_is_no_longer_than_a_sentence_whatever_it_quotes(text: str) -> None:
    error = StudioError(f"The file says {text}.", f"Do not say {text} again.")
    assert len(error.message) == len(error.remedy) == 500
    assert error.message.startswith("The file says ") and error.message.endswith(".")
    assert "\n" not in str(error)
    again = pickle.loads(pickle.dumps(error))  # ours, from a moment ago
    assert (again.message, again.remedy) == (error.message, error.remedy)


def test_a_short_message_stays_as_it_is() -> None:
    error = PictureError(f"{'a' * 255}.png is too large.", "Choose another.")
    assert str(error) == f"{'a' * 255}.png is too large. Choose another."


@pytest.mark.parametrize("recipe", ['{"method": "%s"}', '{"version": "%s"}', '{"%s": 1}'])
def test_a_recipe_of_megabytes_is_refused_in_a_sentence(recipe: str) -> None:
    with pytest.raises(RecipeError) as caught:
        StyleRecipe.from_json(recipe % ("9" * 500_000))
    assert len(str(caught.value)) <= 1001
