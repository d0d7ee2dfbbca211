"""The soft proof on the canvas: the artwork as it will be printed, and itself again when that is turned off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QThreadPool
from pytestqt.qtbot import QtBot

from studio.core.errors import PictureError
from studio.core.image_io.output.soft_proof import SoftProof
from studio.core.picture import Picture
from studio.ui.app import Studio
from studio.ui.canvas.proof_view import ProofView
from studio.ui.session.preferences import Preferences
from studio.ui.session.settings import Settings
from tests.support.fakes import GUARD_SECONDS
from tests.support.ink_profile import cmyk_profile


def blue(size: int = 32) -> Picture:
    return Picture(np.full((size, size, 3), (0, 0, 255), np.uint8), "blue.png")


@pytest.fixture
def shown() -> list[Picture | None]:
    return []


@pytest.fixture
def view(qapp: object, shown: list[Picture | None]) -> ProofView:
    view = ProofView()
    view.shown.connect(shown.append)
    return view


def test_without_a_proof_pictures_pass_at_once(view: ProofView, shown: list[Picture | None]) -> None:
    picture = blue()
    view.show(picture)
    view.show(None)
    assert shown == [picture, None]


def test_a_proof_is_shown_until_it_is_turned_off(qtbot: QtBot, view: ProofView, shown: list[Picture | None]) -> None:
    picture = blue()
    view.show(picture)
    with qtbot.waitSignal(view.changed):
        view.set_proof(lambda: SoftProof(cmyk_profile()))
    proofed = shown[-1]
    assert proofed is not None and np.ptp(proofed.pixels[0, 0].astype(int) - picture.pixels[0, 0].astype(int)) > 40
    assert view.name == "made"
    view.set_proof(None)
    assert shown[-1] is picture and view.name == ""


def test_of_many_frames_the_newest_is_proofed(qtbot: QtBot, view: ProofView, shown: list[Picture | None]) -> None:
    view.set_proof(lambda: SoftProof(cmyk_profile()))
    for size in range(20, 60):
        view.show(blue(size))
    qtbot.waitUntil(lambda: bool(shown) and shown[-1] is not None and shown[-1].width == 59)
    widths = [picture.width for picture in shown if picture is not None]
    assert widths == sorted(widths)


class SlowFirst(SoftProof):
    """Its proof of pictures of 20 px takes until `gate`."""

    def __init__(self) -> None:
        super().__init__(cmyk_profile())
        self.gate = threading.Event()
        self.has_begun = threading.Event()

    def of(self, picture: Picture) -> Picture:
        if picture.width == 20:
            self.has_begun.set()
            assert self.gate.wait(GUARD_SECONDS)
        return super().of(picture)


@pytest.fixture
def slow(view: ProofView) -> SlowFirst:
    """The proof that the view shows."""
    proof = SlowFirst()
    view.set_proof(lambda: proof)
    return proof


def test_a_frame_whose_proof_took_long_takes_the_place_of_no_newer_one(
    qtbot: QtBot, view: ProofView, slow: SlowFirst, shown: list[Picture | None]
) -> None:
    view.show(blue(30))
    qtbot.waitUntil(lambda: bool(shown) and shown[-1] is not None and shown[-1].width == 30)
    pool = QThreadPool.globalInstance()
    before = pool.maxThreadCount()
    pool.setMaxThreadCount(2)
    view.show(blue(20))
    assert slow.has_begun.wait(GUARD_SECONDS)
    view.show(blue(40))
    qtbot.waitUntil(lambda: pool.activeThreadCount() == 1)  # one has nothing to do, or has done the second
    pool.setMaxThreadCount(before)
    slow.gate.set()
    qtbot.waitUntil(lambda: {20, 40} <= {picture.width for picture in shown if picture is not None})
    assert shown[-1] is not None and shown[-1].width == 40


def test_a_proof_of_the_photo_before_is_not_shown_after_another_was_opened(
    qtbot: QtBot, view: ProofView, slow: SlowFirst, shown: list[Picture | None]
) -> None:
    view.show(blue(20))
    assert slow.has_begun.wait(GUARD_SECONDS)
    view.show(None)
    view.show(blue(30))
    slow.gate.set()
    qtbot.waitUntil(lambda: shown[-1] is not None)
    assert [None if picture is None else picture.width for picture in shown][-2:] == [None, 30]


def test_a_profile_that_cannot_be_used_ends_the_proof(
    qtbot: QtBot, view: ProofView, shown: list[Picture | None]
) -> None:
    picture = blue()
    view.show(picture)

    def refuse() -> SoftProof:
        raise PictureError("No.")

    with qtbot.waitSignal(view.failed):
        view.set_proof(refuse)
    assert shown[-1] is picture


def proofed_name(studio: Studio) -> Callable[[], bool]:
    return lambda: "as made prints it" in studio.window.canvas.badge.text()


def test_the_window_shows_the_proof_with_its_profile(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    file = tmp_path / "press.icc"
    file.write_bytes(cmyk_profile())
    loaded.session.finish()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.proof_actions.use_profile(str(file))
    assert loaded.actions["soft_proof"].isChecked()
    qtbot.waitUntil(proofed_name(loaded))
    after = loaded.window.canvas._before_after.after
    result = loaded.session.artwork.result
    assert after is not None and result is not None
    assert np.array_equal(after.picture.pixels, SoftProof(cmyk_profile()).of(result.picture).pixels)
    loaded.actions["proof_gamut"].setChecked(True)
    marked = SoftProof(cmyk_profile(), warns=True).of(result.picture).pixels
    qtbot.waitUntil(
        lambda: np.array_equal(loaded.window.canvas._before_after.after.picture.pixels, marked)  # type: ignore[union-attr]
    )
    loaded.actions["soft_proof"].setChecked(False)
    assert loaded.window.canvas._before_after.after.picture is result.picture
    assert not proofed_name(loaded)()
    # The next time, the same profile is used without a question.
    loaded.actions["soft_proof"].setChecked(True)
    qtbot.waitUntil(proofed_name(loaded))


def test_the_intent_is_chosen_in_the_menu_and_remembered(
    qtbot: QtBot, loaded: Studio, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "press.icc"
    file.write_bytes(cmyk_profile())
    loaded.session.finish()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    loaded.proof_actions.use_profile(str(file))
    qtbot.waitUntil(proofed_name(loaded))
    result = loaded.session.artwork.result
    assert result is not None and loaded.actions["proof_relative"].isChecked()
    assert loaded.actions["proof_absolute"] in loaded.window.tool_bar.menu.menus["Soft proof"].actions()
    loaded.actions["proof_absolute"].trigger()
    absolute = SoftProof(cmyk_profile(), "absolute").of(result.picture).pixels
    assert not np.array_equal(absolute, SoftProof(cmyk_profile()).of(result.picture).pixels)
    qtbot.waitUntil(
        lambda: np.array_equal(loaded.window.canvas._before_after.after.picture.pixels, absolute)  # type: ignore[union-attr]
    )
    assert Preferences(settings).proof_intent == "absolute" and not loaded.actions["proof_relative"].isChecked()


def test_a_profile_that_is_gone_is_said_and_forgotten(qtbot: QtBot, loaded: Studio, tmp_path: Path) -> None:
    loaded.session.finish()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    with qtbot.waitSignal(loaded.session.message_posted, check_params_cb=lambda message: "press.icc" in message.text):
        loaded.proof_actions.use_profile(str(tmp_path / "press.icc"))
    assert not loaded.actions["soft_proof"].isChecked()
