"""A seamless pattern is shown repeated, unless that is switched off, and exported as one tile."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from pytestqt.qtbot import QtBot

from studio.core.image_io import ExportOptions
from studio.ui.app import Studio


def test_a_seamless_pattern_is_repeated_on_the_canvas_and_exported_once(
    qtbot: QtBot, loaded: Studio, tmp_path: Path
) -> None:
    canvas, repeat = loaded.window.canvas, loaded.actions["repeat"]
    assert not repeat.isEnabled() and "seamless" in repeat.toolTip() and repeat.isChecked()
    loaded.session.change(method="pattern", seamless="on")
    loaded.session.commit()
    loaded.actions["finish"].trigger()
    qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
    assert canvas._is_repeated and repeat.isEnabled()
    room = canvas.zoom
    loaded.actions["fit"].trigger()
    assert canvas.zoom == room
    repeat.trigger()
    assert not canvas._is_repeated and canvas.zoom == 2 * room
    repeat.trigger()
    assert canvas._is_repeated
    tile = loaded.session.on_canvas.picture
    assert tile is not None
    loaded.exporter.export(tmp_path / "tile.png", ExportOptions(), "Tile")
    qtbot.waitUntil(lambda: "exporting" not in loaded.session.activities)
    with Image.open(tmp_path / "tile.png") as image:
        assert image.size == (tile.width, tile.height)
    loaded.session.undo()
    assert not canvas._is_repeated and not repeat.isEnabled()
