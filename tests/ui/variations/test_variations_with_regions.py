"""Variations of an artwork with regions: each is painted with them, and kept with them."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.core.engine_api.contract import LiveRequest, StyleRequest
from studio.core.regions.region import Region
from studio.core.regions.shapes import Found, Mask, upper_part
from studio.ui.app import Studio
from tests.support.fakes import FakeEngine


def test_variations_are_painted_and_kept_with_the_regions(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    subject = Region("Subject", Mask.of(Found("subject")), {"smoothness": 0.7})
    loaded.session.change_regions([subject])
    before = len(engine.requests)
    loaded.actions["variations"].trigger()
    qtbot.waitUntil(lambda: bool(loaded.variations.tiles) and not loaded.variations.is_running)
    asked = [one for one in engine.requests[before:] if isinstance(one, StyleRequest | LiveRequest)]
    assert asked and all([region.recipe.smoothness for region in one.regions] == [0.7] for one in asked)
    loaded.variations.keep(0)
    assert loaded.session.artwork.history[-1].regions == (subject,)


def test_the_grid_follows_another_region(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    loaded.actions["variations"].trigger()
    qtbot.waitUntil(lambda: bool(loaded.variations.tiles) and not loaded.variations.is_running)
    loaded.session.change_regions([Region("Sky", upper_part(), {"strength": 0.9})])
    qtbot.waitUntil(lambda: all(tile.variation.state.regions for tile in loaded.variations.tiles))
    qtbot.waitUntil(lambda: not loaded.variations.is_running)
    assert engine.requests[-1].regions
