"""Promises of the layout process: UMAP's places, a sentence where there are none, and an end at once."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from studio.core.errors import StudioError
from studio.jobs.layout import layout_process, service
from studio.jobs.layout.layout_process import LayoutProcess, LayoutStopped


def vectors(count: int = 24) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((count, 16)).astype(np.float32)


def lie_on_a_line(connection, length: int, seed: int) -> None:
    """In place of the service, without UMAP."""
    count = len(connection.recv_bytes()) // 4 // length
    connection.send_bytes(service.PLACES + np.full((count, 2), seed, np.float32).tobytes())


def refuse(connection, length: int, seed: int) -> None:
    connection.recv_bytes()
    connection.send_bytes(service.PROBLEM + b'["There is no UMAP.", "Install it."]')


def babble(connection, length: int, answer: bytes) -> None:
    connection.recv_bytes()
    connection.send_bytes(answer)


def die(connection, length: int, seed: int) -> None:
    raise SystemExit(3)


def hang(connection, length: int, seed: int) -> None:
    connection.recv_bytes()
    threading.Event().wait()


def test_places_come_out_of_another_process(monkeypatch) -> None:
    monkeypatch.setattr(layout_process, "serve", lie_on_a_line)
    assert (LayoutProcess().places(vectors(), seed=7) == np.full((24, 2), 7)).all()


def test_why_there_are_no_places_is_told(monkeypatch) -> None:
    monkeypatch.setattr(layout_process, "serve", refuse)
    with pytest.raises(StudioError, match=r"There is no UMAP\.") as told:
        LayoutProcess().places(vectors())
    assert told.value.remedy == "Install it."


def test_a_process_that_dies_is_told(monkeypatch) -> None:
    monkeypatch.setattr(layout_process, "serve", die)
    with pytest.raises(StudioError, match="exit code 3"):
        LayoutProcess().places(vectors())


@pytest.mark.parametrize(
    "answer",
    [
        service.PLACES + np.full((24, 2), np.nan, np.float32).tobytes(),
        service.PLACES + bytes(8 * 23),
        service.PROBLEM + b"no JSON",
        service.PROBLEM + b"7",
        b"something else",
    ],
    ids=["not finite", "too few", "no JSON", "no sentence", "no answer"],
)
def test_what_cannot_be_an_answer_is_none(monkeypatch, answer: bytes) -> None:
    monkeypatch.setattr(layout_process, "serve", babble)
    with pytest.raises(StudioError, match="stopped unexpectedly"):
        LayoutProcess().places(vectors(), seed=answer)  # type: ignore[arg-type]  # what this process says


def test_it_ends_when_it_is_stopped(monkeypatch) -> None:
    monkeypatch.setattr(layout_process, "serve", hang)
    process = LayoutProcess()
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            process.places(vectors())
        except LayoutStopped as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    process.stop()  # before it has begun, while it starts, or later
    thread.join(60)
    assert len(ended) == 1


def test_one_that_was_stopped_does_not_begin() -> None:
    process = LayoutProcess()
    process.stop()
    with pytest.raises(LayoutStopped):
        process.places(vectors())


def test_whatever_goes_wrong_in_the_process_is_a_sentence(monkeypatch) -> None:
    def fail(vectors, seed):
        raise SystemError("broken")

    monkeypatch.setattr(service, "umap_plane", fail)
    assert service.answer(vectors(), 0).startswith(service.PROBLEM + b'["UMAP met an error')
