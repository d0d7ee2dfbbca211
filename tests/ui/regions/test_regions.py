"""Regions in the window: chips, the settings and styles of a region, drawing, undo, keys, files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QPointingDeviceUniqueId, QTabletEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.artwork.blend import Blend
from studio.core.engine_api.contract import Event, Request, SeeRequest, StyleRequest
from studio.core.engine_api.contract import Seen as SawNothing
from studio.core.errors import PictureError
from studio.core.picture import Pixels
from studio.core.project.recipe_file import save_recipe
from studio.core.regions.region import Region
from studio.core.regions.shapes import MOST_POINTS, Drawn, Found, Gradient, Mask, Polygon
from studio.ui.app import Studio
from studio.ui.importing.drop_zones import Drop
from studio.ui.importing.mime_payload import Payload
from studio.ui.importing.photo_change import change_photo
from studio.ui.regions.tools import TOOLS, Outline
from tests.support.fakes import FakeEngine, make_picture
from tests.ui.conftest import card_named

Seen = Callable[..., Studio]


@pytest.fixture
def seen(qtbot: QtBot, loaded: Studio) -> Studio:
    """The studio with a photo in which a subject and a face were found, and a style."""
    qtbot.waitUntil(lambda: len(loaded.session.selection.choices) == 3)
    return loaded


@pytest.fixture
def drawing(qtbot: QtBot, seen: Studio) -> Studio:
    """The studio with a new region, empty, and the brush."""
    seen.actions["region_new"].trigger()
    qtbot.waitUntil(lambda: overlay(seen).values is not None)
    return seen


def overlay(studio: Studio):
    return studio.window.regions.overlay


def click_chip(qtbot: QtBot, studio: Studio, name: str) -> None:
    qtbot.mouseClick(studio.window.regions.bar.chips[name], Qt.MouseButton.LeftButton)


def selected(studio: Studio) -> str:
    choice = studio.session.selection.selected
    return choice.name if choice else ""


def at(studio: Studio, x: float, y: float) -> QPoint:
    """A place of the photo on the canvas."""
    place = studio.window.canvas.picture_place
    return QPointF(place.x() + x * place.width(), place.y() + y * place.height()).toPoint()


def drag(
    qtbot: QtBot,
    studio: Studio,
    *places: tuple[float, float],
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    left, one = Qt.MouseButton.LeftButton, overlay(studio)
    qtbot.mousePress(one, left, keys, at(studio, *places[0]))
    for place in places[1:]:
        qtbot.mouseMove(one, at(studio, *place))
    qtbot.mouseRelease(one, left, keys, at(studio, *places[-1]))


def mask_of(studio: Studio) -> Mask:
    choice = studio.session.selection.selected
    assert choice is not None
    return choice.region.mask


def drawn(qtbot: QtBot, studio: Studio) -> Pixels:
    """The mask as it is shown once it was drawn anew."""
    qtbot.waitUntil(lambda: studio.window.regions.editor.is_up_to_date)
    return overlay(studio).values


def test_what_was_found_is_proposed_and_the_engine_is_asked_once(
    qtbot: QtBot, seen: Studio, engine: FakeEngine, save_photo: Callable[..., Path]
) -> None:
    assert list(seen.window.regions.bar.chips) == ["", "Subject", "Background", "Faces"]
    assert seen.session.artwork.regions == () and not seen.window.regions.tools.isVisible()
    first = seen.session.artwork.content
    with qtbot.waitSignal(seen.session.sight.changed):
        seen.importer.open_picture(save_photo("other.png", seed=4))
    seen.session.undo()
    qtbot.waitUntil(lambda: seen.session.artwork.content is first)
    assert [request.content.name for request in engine.started if isinstance(request, SeeRequest)] == [
        "harbour.png",
        "other.png",
    ]


def test_a_photo_in_which_nothing_stands_out_is_told_of(
    qtbot: QtBot, loaded: Studio, engine: FakeEngine, save_photo: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    bar = loaded.window.regions.bar
    qtbot.waitUntil(lambda: len(bar.chips) == 4)
    assert bar.note.isHidden()
    honest = engine.run

    def run(request: Request) -> Iterable[Event]:
        return [SawNothing(request.id, None)] if isinstance(request, SeeRequest) else honest(request)

    monkeypatch.setattr(engine, "run", run)
    loaded.importer.open_picture(save_photo("hills.png", seed=1))
    qtbot.waitUntil(lambda: not bar.note.isHidden())
    assert "No person, animal or thing" in bar.note.text() and list(bar.chips) == [""]


def test_there_are_no_chips_without_a_photo_or_in_a_pattern(seen: Studio) -> None:
    assert seen.window.regions.bar.isVisible()
    seen.session.change(method="pattern")
    assert not seen.window.regions.bar.isVisible()
    seen.session.change(content=None, method="finish")
    assert not seen.window.regions.bar.isVisible()


def test_a_selected_region_has_the_sliders_and_whole_picture_is_the_way_back(qtbot: QtBot, seen: Studio) -> None:
    panel, region = seen.window.panel, seen.window.regions.panel
    assert not region.isVisible()
    click_chip(qtbot, seen, "Subject")
    assert region.isVisible() and region.name.text() == "Subject"
    assert not panel.knobs["quality"].isVisible() and not panel.advanced_button.isVisible()
    panel.knobs["strength"].track.edit(0.2)
    panel.knobs["strength"].track.edit_finished.emit()
    (made,) = seen.session.artwork.regions
    assert made.changes == {"strength": 0.2} and seen.session.artwork.recipe.strength == 0.6
    assert panel.knobs["strength"].label.is_changed and not panel.knobs["detail"].label.is_changed
    qtbot.mouseClick(region.whole, Qt.MouseButton.LeftButton)
    assert selected(seen) == "" and panel.knobs["strength"].value == 0.6 and panel.knobs["quality"].isVisible()


def test_looking_at_a_region_is_no_change(qtbot: QtBot, seen: Studio) -> None:
    before = seen.session.artwork.state
    for name in ("Subject", "Faces", ""):
        click_chip(qtbot, seen, name)
    assert seen.session.artwork.state is before


def test_a_reset_takes_the_value_of_the_whole_picture(qtbot: QtBot, seen: Studio) -> None:
    seen.session.change(strength=0.9)
    seen.session.commit()
    click_chip(qtbot, seen, "Subject")
    knob = seen.window.panel.knobs["strength"]
    knob.field.setValue(0.1)
    assert knob.label.is_changed
    knob.reset()
    assert knob.value == 0.9 and seen.session.artwork.regions[0].changes == {}


def test_the_keys_for_strength_act_on_the_selected_region(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Background")
    seen.actions["stronger"].trigger()
    assert seen.session.artwork.regions[0].changes["strength"] > 0.6
    assert seen.session.artwork.recipe.strength == 0.6


def test_a_style_chosen_while_a_region_is_selected_paints_it_there(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Background")
    seen.importer.use_style(card_named(seen, "Poppies"))
    qtbot.waitUntil(lambda: bool(seen.session.artwork.regions))
    (region,) = seen.session.artwork.regions
    assert [style.card.title for style in region.styles] == ["Poppies"]
    assert [style.card.title for style in seen.session.artwork.styles] == ["The Great Wave off Kanagawa"]
    assert len(seen.window.panel.styles.rows) == 1
    seen.importer.mix_in(card_named(seen, "The Great Wave off Kanagawa"))
    qtbot.waitUntil(lambda: len(seen.session.artwork.regions[0].styles) == 2)
    track = seen.window.panel.styles.rows[0].track
    for share in (100.0, 80.0):
        track.edit(share)
    track.edit_finished.emit()
    assert seen.session.artwork.regions[0].changes["style_shares"] == (80.0, 20.0)
    seen.session.undo()
    assert "style_shares" in seen.session.artwork.regions[0].changes
    click_chip(qtbot, seen, "")
    assert len(seen.window.panel.styles.rows) == 1


def test_a_style_dropped_on_a_region_is_painted_there(qtbot: QtBot, seen: Studio) -> None:
    card = card_named(seen, "Poppies")
    zones = seen.window.canvas.zones
    zones.show_for("style")
    assert list(zones.places())[-3:] == ["region:Subject", "region:Background", "region:Faces"]
    seen.window.canvas.dropped.emit(Drop("region:Faces", Payload("style", style_id=card.id)))
    qtbot.waitUntil(lambda: bool(seen.session.artwork.regions))
    assert selected(seen) == "Faces" and seen.session.artwork.regions[0].styles[0].card.id == card.id


def test_finish_paints_the_regions(qtbot: QtBot, seen: Studio, engine: FakeEngine) -> None:
    click_chip(qtbot, seen, "Faces")
    seen.actions["region_protect"].trigger()
    assert seen.actions["region_protect"].isChecked()
    qtbot.waitUntil(lambda: seen.session.finishing.missing == "")
    seen.session.finish()
    qtbot.waitUntil(lambda: seen.session.artwork.is_finished)
    request = engine.requests[-1]
    assert isinstance(request, StyleRequest)
    (region,) = request.regions
    assert region.recipe.strength == 0.2 and region.recipe.detail == 1.0 and region.is_painted
    assert region.mask.max() == 255 and region.mask[0, 0] == 0
    assert seen.session.artwork.result.regions == seen.session.artwork.regions
    seen.actions["region_protect"].trigger()
    assert not seen.session.artwork.is_finished


def test_live_shows_the_regions(qtbot: QtBot, seen: Studio, engine: FakeEngine) -> None:
    seen.preferences.is_live = True
    qtbot.waitUntil(lambda: seen.session.live.shown is not None)
    click_chip(qtbot, seen, "Subject")
    seen.actions["region_off"].trigger()
    qtbot.waitUntil(lambda: bool(engine.requests[-1].regions))
    assert not engine.requests[-1].regions[0].is_painted
    qtbot.waitUntil(lambda: seen.session.live.shown.regions == seen.session.artwork.regions)


def test_outlines_of_the_photo_before_are_told_of_and_left_out_on_wish(
    qtbot: QtBot, seen: Studio, tmp_path: Path
) -> None:
    window, session = seen.window, seen.session
    enclosed = Region("Tower", Mask.of(Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.4)))))
    protected = Region("Subject", Mask.of(Found("subject"))).protect()
    session.change_regions((protected, enclosed))
    Image.fromarray(make_picture(64, 48, seed=8).pixels).save(tmp_path / "castle.png")
    seen.importer.open_picture(tmp_path / "castle.png")
    qtbot.waitUntil(lambda: window.messages.text.text().startswith("Regions that you drew on the photo before"))
    assert session.artwork.regions == (protected, enclosed)
    window.messages.button.click()
    assert session.artwork.regions == (protected,)
    seen.actions["undo"].trigger()
    assert session.artwork.regions == (protected, enclosed)
    session.change_regions((protected,))
    castle = session.artwork.content
    seen.importer.open_picture(tmp_path / "castle.png")
    qtbot.waitUntil(lambda: session.artwork.content is not castle)
    assert session.artwork.regions == (protected,) and not window.messages.isVisible()


def test_strokes_of_the_photo_before_are_told_of_and_taken_along_on_wish(
    qtbot: QtBot, seen: Studio, tmp_path: Path
) -> None:
    window, session = seen.window, seen.session
    brushed = Region("Eyes", Mask.of(Drawn(np.full((30, 40), 255, np.uint8))), {"strength": 0.1})
    session.change_regions((brushed,))
    before = session.artwork.content
    Image.fromarray(make_picture(64, 48, seed=8).pixels).save(tmp_path / "castle.png")
    seen.importer.open_picture(tmp_path / "castle.png")
    qtbot.waitUntil(lambda: window.messages.text.text().startswith("What you brushed on the photo before"))
    assert session.artwork.regions == ()
    seen.actions["undo"].trigger()
    assert session.artwork.content is before and session.artwork.regions == (brushed,)
    seen.actions["redo"].trigger()
    assert session.artwork.regions == ()
    window.messages.button.click()
    assert session.artwork.regions == (brushed,) and session.artwork.content is not before


def test_of_strokes_and_outlines_one_message_tells(qtbot: QtBot, seen: Studio, tmp_path: Path) -> None:
    session = seen.session
    brushed = Region("Eyes", Mask.of(Drawn(np.full((30, 40), 255, np.uint8))))
    enclosed = Region("Tower", Mask.of(Polygon(((0.1, 0.1), (0.4, 0.1), (0.4, 0.4)))))
    session.change_regions((brushed, enclosed))
    told = []
    session.message_posted.connect(told.append)
    change_photo(session, content=make_picture(64, 48, seed=8))
    (message,) = told
    assert message.action == "leave_out_outlines" and message.more == ("take_strokes_along",)
    seen.actions["take_strokes_along"].trigger()
    assert session.artwork.regions == (brushed, enclosed)


def test_the_photo_below_taken_out_of_a_double_exposure_tells_of_its_strokes_too(qtbot: QtBot, seen: Studio) -> None:
    session = seen.session
    session.change(blend=Blend(session.artwork.content, make_picture(64, 48, seed=8)))
    session.change_regions((Region("Eyes", Mask.of(Drawn(np.full((30, 40), 255, np.uint8)))),))
    with qtbot.waitSignal(session.message_posted) as told:
        seen.window.panel.pictures.base.remove.click()
    assert told.args[0].action == "take_strokes_along"


def test_a_region_left_as_the_photo_has_no_settings_until_a_style_is_chosen_for_it(qtbot: QtBot, seen: Studio) -> None:
    panel = seen.window.panel
    click_chip(qtbot, seen, "Subject")
    seen.actions["region_off"].trigger()
    assert not panel.knobs["strength"].isEnabled() and not panel.styles.isEnabled()
    click_chip(qtbot, seen, "")
    assert panel.knobs["strength"].isEnabled() and panel.styles.isEnabled()
    click_chip(qtbot, seen, "Subject")
    seen.session.use_style(seen.session.artwork.styles[0])  # as in the rest of the picture
    (region,) = seen.session.artwork.regions
    assert region.is_painted and region.styles == () and not seen.actions["region_off"].isChecked()
    assert panel.knobs["strength"].isEnabled() and panel.styles.isEnabled()


def test_a_brush_stroke_is_in_the_mask_and_an_undo_step(qtbot: QtBot, drawing: Studio) -> None:
    assert selected(drawing) == "Region" and drawing.actions["tool_brush"].isChecked()
    drawing.window.regions.editor.change_brush(size=0.2, softness=0.0)
    drag(qtbot, drawing, (0.2, 0.5), (0.8, 0.5))
    values = drawn(qtbot, drawing)
    assert values[24, 32] == 255 and values[24, 14] == 255 and values[4, 32] == 0
    drag(qtbot, drawing, (0.5, 0.2), (0.5, 0.4))
    assert drawn(qtbot, drawing)[10, 32] == 255
    drawing.session.undo()
    qtbot.waitUntil(lambda: drawn(qtbot, drawing)[10, 32] == 0)
    assert drawn(qtbot, drawing)[24, 32] == 255
    drawing.session.undo()
    qtbot.waitUntil(lambda: not drawn(qtbot, drawing).any())
    drawing.session.redo()
    qtbot.waitUntil(lambda: drawn(qtbot, drawing)[24, 32] == 255)


def test_the_mask_follows_the_pen_before_the_stroke_ends(qtbot: QtBot, drawing: Studio) -> None:
    one = overlay(drawing)
    before = drawing.session.artwork.state
    qtbot.mousePress(one, Qt.MouseButton.LeftButton, pos=at(drawing, 0.5, 0.5))
    qtbot.mouseMove(one, at(drawing, 0.6, 0.5))
    assert one.values[24, 34] == 255 and drawing.session.artwork.state is before
    qtbot.keyClick(drawing.window.canvas, Qt.Key.Key_Escape)
    assert not one.values.any(), "Esc drops the stroke"
    assert drawing.window.regions.editor.tool == "brush"
    qtbot.mouseRelease(one, Qt.MouseButton.LeftButton, pos=at(drawing, 0.6, 0.5))
    assert drawing.session.artwork.state is before
    qtbot.keyClick(drawing.window.canvas, Qt.Key.Key_Escape)
    assert drawing.window.regions.editor.tool is None, "and then leaves the tool"


def test_the_eraser_takes_away_from_what_was_found(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Subject")
    qtbot.waitUntil(lambda: overlay(seen).values is not None)
    assert overlay(seen).values[30, 32] == 255
    seen.actions["tool_eraser"].trigger()
    drag(qtbot, seen, (0.5, 0.625), (0.52, 0.625))
    assert drawn(qtbot, seen)[30, 32] == 0
    assert mask_of(seen).steps[0].shape == Found("subject")


@pytest.mark.parametrize(
    ("keys", "inside", "outside"),
    [
        (Qt.KeyboardModifier.ShiftModifier, 255, 255),
        (Qt.KeyboardModifier.AltModifier, 0, 255),
        (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier, 255, 0),
    ],
)
def test_shift_and_alt_choose_what_is_done(
    qtbot: QtBot, seen: Studio, keys: Qt.KeyboardModifier, inside: int, outside: int
) -> None:
    click_chip(qtbot, seen, "Subject")
    qtbot.waitUntil(lambda: overlay(seen).values is not None)
    seen.actions["tool_rectangle"].trigger()
    drag(qtbot, seen, (0.4, 0.4), (0.6, 0.6), keys=keys)
    values = drawn(qtbot, seen)
    assert values[24, 32] == inside and values[40, 32] == outside


def test_the_buttons_choose_it_too(qtbot: QtBot, drawing: Studio) -> None:
    drawing.actions["tool_rectangle"].trigger()
    drag(qtbot, drawing, (0.1, 0.1), (0.9, 0.9))
    drawing.window.regions.tools.operations["subtract"].trigger()
    drag(qtbot, drawing, (0.4, 0.4), (0.6, 0.6))
    values = drawn(qtbot, drawing)
    assert values[24, 32] == 0 and values[8, 32] == 255


def test_the_lasso_encloses_what_is_drawn_around(qtbot: QtBot, drawing: Studio) -> None:
    drawing.actions["tool_lasso"].trigger()
    drag(qtbot, drawing, (0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    values = drawn(qtbot, drawing)
    assert values[24, 32] == 255 and values[4, 4] == 0
    assert isinstance(mask_of(drawing).steps[0].shape, Polygon)


@pytest.mark.parametrize("end", ["enter", "double click", "first corner"])
def test_a_polygon_is_clicked_and_closed(qtbot: QtBot, drawing: Studio, end: str) -> None:
    drawing.actions["tool_polygon"].trigger()
    one = overlay(drawing)
    for place in ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)):
        qtbot.mouseClick(one, Qt.MouseButton.LeftButton, pos=at(drawing, *place))
        qtbot.mouseMove(one, at(drawing, place[0], place[1]))
    qtbot.mouseMove(one, at(drawing, 0.5, 0.85))
    assert not mask_of(drawing).steps
    if end == "enter":
        qtbot.keyClick(drawing.window.canvas, Qt.Key.Key_Return)
    elif end == "double click":
        qtbot.mouseDClick(one, Qt.MouseButton.LeftButton, pos=at(drawing, 0.5, 0.85))
    else:
        qtbot.mouseClick(one, Qt.MouseButton.LeftButton, pos=at(drawing, 0.1, 0.1))
    values = drawn(qtbot, drawing)
    assert values[10, 50] == 255 and values[44, 4] == 0


def test_a_gradient_fades_from_where_it_begins(qtbot: QtBot, drawing: Studio) -> None:
    drawing.actions["tool_gradient"].trigger()
    drag(qtbot, drawing, (0.5, 0.0), (0.5, 0.5), (0.5, 0.99))
    values = drawn(qtbot, drawing)
    assert values[1, 32] > 240 > values[24, 32] > 60 > values[46, 32]
    assert isinstance(mask_of(drawing).steps[0].shape, Gradient)


def test_similar_colours_are_found_by_a_click(qtbot: QtBot, studio: Studio, tmp_path: Path) -> None:
    pixels = np.full((48, 64, 3), 30, np.uint8)
    pixels[:20] = (90, 150, 230)
    Image.fromarray(pixels).save(tmp_path / "sky.png")
    with qtbot.waitSignal(studio.session.sight.changed):
        studio.importer.open_picture(tmp_path / "sky.png")
    studio.actions["region_new"].trigger()
    qtbot.waitUntil(lambda: overlay(studio).values is not None)
    studio.actions["tool_similar"].trigger()
    qtbot.mouseClick(overlay(studio), Qt.MouseButton.LeftButton, pos=at(studio, 0.5, 0.2))
    qtbot.waitUntil(lambda: bool(mask_of(studio).steps))
    values = drawn(qtbot, studio)
    assert (values[:20] == 255).all() and not values[20:].any()


def test_the_pressure_of_a_pen_makes_a_stroke_wider(qtbot: QtBot, drawing: Studio) -> None:
    one = overlay(drawing)
    drawing.window.regions.editor.change_brush(size=0.4, softness=0.0)
    pen = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
        "",
        QPointingDeviceUniqueId(),
    )

    def send(kind: QEvent.Type, place: QPoint, pressure: float) -> None:
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
        where, globally = QPointF(place), QPointF(one.mapToGlobal(place))
        keys, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        event = QTabletEvent(kind, pen, where, globally, pressure, 0.0, 0.0, 0.0, 0.0, 0.0, keys, button, held)
        QApplication.sendEvent(one, event)

    send(QEvent.Type.TabletPress, at(drawing, 0.3, 0.5), 0.1)
    send(QEvent.Type.TabletMove, at(drawing, 0.7, 0.5), 1.0)
    send(QEvent.Type.TabletRelease, at(drawing, 0.7, 0.5), 0.0)
    values = drawn(qtbot, drawing)
    assert np.count_nonzero(values[:, 20] > 127) < np.count_nonzero(values[:, 44] > 127)


def test_brackets_change_the_brush_and_elsewhere_the_strength(qtbot: QtBot, drawing: Studio) -> None:
    one, canvas = overlay(drawing), drawing.window.canvas
    canvas.setFocus()
    size = one.settings.size
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert one.settings.size > size
    qtbot.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert one.settings.size == pytest.approx(size)
    assert "strength" not in drawing.session.selection.selected.region.changes
    drawing.window.regions.editor.use_tool(None)
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert drawing.session.selection.selected.region.changes["strength"] > 0.6


def test_q_shows_the_mask(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Subject")
    qtbot.waitUntil(lambda: overlay(seen).values is not None)
    canvas = seen.window.canvas
    canvas.setFocus()
    outside = at(seen, 0.1, 0.5)
    before = canvas.grab().toImage().pixelColor(outside)
    qtbot.keyClick(canvas, Qt.Key.Key_Q)
    after = canvas.grab().toImage().pixelColor(outside)
    assert after.red() > before.red() and after.blue() < before.blue()
    inside = at(seen, 0.5, 0.6)
    red = canvas.grab().toImage().pixelColor(inside)
    qtbot.keyClick(canvas, Qt.Key.Key_Q)
    assert canvas.grab().toImage().pixelColor(inside) == red, "the colours in the region are left alone"


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_is_chosen_by_its_action_and_left_by_it(drawing: Studio, tool: str) -> None:
    drawing.window.regions.editor.use_tool(None)
    action = drawing.actions[f"tool_{tool}"]
    action.trigger()
    assert drawing.window.regions.editor.tool == tool and action.isChecked()
    action.trigger()
    assert drawing.window.regions.editor.tool is None and not action.isChecked()


def test_tools_are_there_only_while_a_region_is_selected(qtbot: QtBot, drawing: Studio) -> None:
    assert drawing.window.regions.tools.isVisible() and drawing.actions["tool_brush"].isEnabled()
    click_chip(qtbot, drawing, "")
    assert not drawing.window.regions.tools.isVisible() and not drawing.actions["tool_brush"].isEnabled()
    assert drawing.window.regions.editor.tool is None and overlay(drawing).values is None


def test_a_region_is_renamed_duplicated_ordered_and_deleted(qtbot: QtBot, drawing: Studio) -> None:
    actions, artwork = drawing.actions, drawing.session.artwork
    drawing.region_actions.rename("Sky")
    assert selected(drawing) == "Sky"
    actions["region_duplicate"].trigger()
    assert [region.name for region in artwork.regions] == ["Sky", "Sky 2"] and selected(drawing) == "Sky 2"
    assert not actions["region_up"].isEnabled()
    actions["region_down"].trigger()
    assert [region.name for region in artwork.regions] == ["Sky 2", "Sky"] and selected(drawing) == "Sky 2"
    chip = drawing.window.regions.bar.chips["Sky 2"]
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert [region.name for region in artwork.regions] == ["Sky"] and selected(drawing) == ""
    drawing.session.undo()
    assert [region.name for region in artwork.regions] == ["Sky 2", "Sky"]


def test_no_two_regions_have_one_name(drawing: Studio) -> None:
    drawing.region_actions.rename("Subject")
    assert selected(drawing) == "Subject 2"


def test_deleting_what_was_found_brings_it_back_as_a_proposal(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Subject")
    seen.actions["region_protect"].trigger()
    seen.actions["region_delete"].trigger()
    assert seen.session.artwork.regions == () and "Subject" in seen.window.regions.bar.chips
    assert not seen.actions["region_delete"].isEnabled()


def test_a_mask_is_inverted_grown_shrunk_and_feathered(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Subject")
    for name in ("mask_invert", "mask_grow", "mask_grow", "mask_grow", "mask_shrink", "mask_feather"):
        seen.actions[name].trigger()
    mask = mask_of(seen)
    assert mask.is_inverted and mask.growth == pytest.approx(0.01) and mask.feather == pytest.approx(0.01)
    assert seen.window.regions.panel.knobs["grow"].value == pytest.approx(1.0)
    seen.window.regions.panel.knobs["feather"].field.setValue(5.0)
    assert mask_of(seen).feather == pytest.approx(0.05)
    seen.session.undo()
    assert mask_of(seen).feather == pytest.approx(0.01)


def test_what_was_found_lies_below_what_was_drawn_and_faces_over_the_subject(qtbot: QtBot, drawing: Studio) -> None:
    for name in ("Faces", "Subject"):
        click_chip(qtbot, drawing, name)
        drawing.actions["region_protect"].trigger()
    assert [region.name for region in drawing.session.artwork.regions] == ["Subject", "Faces", "Region"]


def test_a_mask_goes_to_a_file_and_comes_back(qtbot: QtBot, drawing: Studio, tmp_path: Path) -> None:
    drag(qtbot, drawing, (0.4, 0.5), (0.6, 0.5))
    values = drawn(qtbot, drawing)
    path = tmp_path / "mask.png"
    with qtbot.waitSignal(drawing.session.message_posted, check_params_cb=lambda message: message is not None):
        drawing.region_actions.save(path)
    with Image.open(path) as image:
        assert image.mode == "L" and image.size == (64, 48)
    click_chip(qtbot, drawing, "")
    drawing.region_actions.load(path)
    qtbot.waitUntil(lambda: selected(drawing) == "mask")
    shape = mask_of(drawing).steps[0].shape
    assert isinstance(shape, Drawn) and np.array_equal(shape.values, values)


def test_a_mask_is_decoded_by_whoever_opens_pictures(
    qtbot: QtBot, drawing: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PictureError("The process that opens pictures said no.")

    Image.new("L", (32, 32), 255).save(tmp_path / "mask.png")
    monkeypatch.setattr(drawing.opener, "open_picture", refuse)
    with qtbot.waitSignal(drawing.session.message_posted) as posted:
        drawing.region_actions.load(tmp_path / "mask.png")
    assert "said no" in posted.args[0].text and not mask_of(drawing).steps


def test_a_lasso_is_as_fine_as_the_window_shows_the_photo(qtbot: QtBot, drawing: Studio) -> None:
    canvas = drawing.window.canvas
    drawing.actions["tool_lasso"].trigger()
    canvas.zoom_to(8.0)
    middle = canvas.rect().center()
    one, left = overlay(drawing), Qt.MouseButton.LeftButton
    steps = (QPoint(0, 0), QPoint(6, 0), QPoint(6, 6), QPoint(0, 6))
    qtbot.mousePress(one, left, pos=middle)
    for step in steps[1:]:
        qtbot.mouseMove(one, middle + step)
    qtbot.mouseRelease(one, left, pos=middle + steps[-1])
    shape = mask_of(drawing).steps[0].shape
    assert isinstance(shape, Polygon) and len(shape.points) == 4


def test_a_lasso_of_a_hundred_thousand_corners_is_thinned(drawing: Studio) -> None:
    angles = np.linspace(0, 40 * np.pi, 100_000)
    points = [(0.5 + 0.3 * math.cos(angle), 0.5 + 0.3 * math.sin(angle)) for angle in angles]
    shape = Outline("lasso", "add", points, (1e6, 1e6)).shape
    assert isinstance(shape, Polygon) and MOST_POINTS / 2 < len(shape.points) <= MOST_POINTS


def test_a_polygon_goes_with_the_photo_it_was_begun_on(
    qtbot: QtBot, drawing: Studio, save_photo: Callable[..., Path]
) -> None:
    drag(qtbot, drawing, (0.4, 0.5), (0.6, 0.5))
    drawing.actions["region_protect"].trigger()
    click_chip(qtbot, drawing, "Faces")
    drawing.actions["tool_polygon"].trigger()
    qtbot.waitUntil(lambda: overlay(drawing).values is not None)
    qtbot.mouseClick(overlay(drawing), Qt.MouseButton.LeftButton, pos=at(drawing, 0.2, 0.2))
    assert overlay(drawing).is_drawing
    with qtbot.waitSignal(drawing.session.content_changed):
        drawing.importer.open_picture(save_photo("other.png", seed=4))
    assert not overlay(drawing).is_drawing


def test_a_region_is_renamed_to_its_own_name_in_other_letters(drawing: Studio) -> None:
    drawing.region_actions.rename("REGION")
    assert selected(drawing) == "REGION"


def test_the_chips_are_walked_by_keyboard(qtbot: QtBot, seen: Studio) -> None:
    chips = seen.window.regions.bar.chips
    chips[""].setFocus()
    qtbot.keyClick(chips[""], Qt.Key.Key_Right)
    assert QApplication.focusWidget() is chips["Subject"]
    qtbot.keyClick(chips["Subject"], Qt.Key.Key_Space)
    assert selected(seen) == "Subject"
    assert all(chip.accessibleName() for chip in chips.values())


def test_an_undone_region_stays_selected_where_it_was_found(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Faces")
    seen.actions["region_protect"].trigger()
    seen.session.undo()
    assert selected(seen) == "Faces" and not seen.actions["region_protect"].isChecked()


def test_undo_says_what_it_takes_back(qtbot: QtBot, drawing: Studio) -> None:
    assert drawing.actions["undo"].text() == "Undo Region"
    drag(qtbot, drawing, (0.4, 0.5), (0.6, 0.5))
    assert drawing.actions["undo"].text() == "Undo Mask"
    drawing.actions["region_protect"].trigger()
    assert drawing.actions["undo"].text() == "Undo Settings of Region"


def test_space_and_the_middle_button_move_the_picture_while_a_tool_is_on(qtbot: QtBot, drawing: Studio) -> None:
    canvas, one = drawing.window.canvas, overlay(drawing)
    canvas.setFocus()
    for button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton):
        if button == Qt.MouseButton.LeftButton:
            qtbot.keyPress(canvas, Qt.Key.Key_Space)
        before, middle = canvas.picture_place.topLeft(), QPoint(canvas.width() // 2, canvas.height() // 2)
        qtbot.mousePress(one, button, pos=middle)
        qtbot.mouseMove(one, middle + QPoint(30, 20))
        qtbot.mouseRelease(one, button, pos=middle + QPoint(30, 20))
        qtbot.keyRelease(canvas, Qt.Key.Key_Space)
        assert not mask_of(drawing).steps
        if button == Qt.MouseButton.LeftButton:
            assert canvas.picture_place.topLeft() != before


def test_settings_in_a_file_bring_regions_with_their_styles(qtbot: QtBot, seen: Studio, tmp_path: Path) -> None:
    click_chip(qtbot, seen, "Background")
    seen.importer.use_style(card_named(seen, "Poppies"))
    qtbot.waitUntil(lambda: bool(seen.session.artwork.regions))
    path, regions = tmp_path / "portrait.recipe.json", seen.session.artwork.regions
    save_recipe(path, seen.session.artwork.recipe, regions)
    seen.session.change_regions(())
    seen.importer.settings_offer.use_file(path)
    qtbot.waitUntil(lambda: bool(seen.session.artwork.regions))
    (found,) = seen.session.artwork.regions
    assert found.mask == regions[0].mask and [style.card.title for style in found.styles] == ["Poppies"]
    seen.session.undo()
    assert seen.session.artwork.regions == ()


def test_a_new_region_lies_below_what_is_protected(qtbot: QtBot, seen: Studio) -> None:
    click_chip(qtbot, seen, "Faces")
    seen.actions["region_protect"].trigger()
    seen.actions["region_new"].trigger()
    assert [region.name for region in seen.session.artwork.regions] == ["Region", "Faces"]
    assert selected(seen) == "Region"
    seen.actions["region_up"].trigger()
    assert [region.name for region in seen.session.artwork.regions] == ["Faces", "Region"]
