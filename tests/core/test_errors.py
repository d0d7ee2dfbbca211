"""StudioError: one sentence, one remedy, whatever its text is made of and wherever it travels."""

from __future__ import annotations

import pickle

import pytest

from studio.core import errors
from studio.core.errors import EngineDied, EngineError, StudioError, WriteError

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
