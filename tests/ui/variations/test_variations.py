"""Variations: a grid of what differs, painted behind the artist's work, taken as one step, kept in the history."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.core.artwork.artwork_state import ArtworkState
from studio.core.engine_api.contract import LiveRequest, StyleRequest
from studio.core.recipe import AUTO_NETWORK, KNOBS, QUICK_NETWORK, StyleRecipe
from studio.core.styles.style import Style
from studio.ui.app import Studio
from studio.ui.variations.axes import AXES, grid_of, possible_axes, shows_live, spread, variation_of
from tests.support.fakes import FakeEngine, Gate, make_card, make_picture
from tests.ui.conftest import card_named


def state_of(styles: int = 1, **recipe: object) -> ArtworkState:
    mix = tuple(Style(make_picture(seed=n), make_card(f"style {n}")) for n in range(styles))
    return ArtworkState(make_picture(), mix, StyleRecipe().change(**recipe))


def open_grid(qtbot: QtBot, studio: Studio) -> None:
    studio.actions["variations"].trigger()
    qtbot.waitUntil(lambda: bool(studio.variations.tiles) and not studio.variations.is_running)


def labels(studio: Studio) -> list[str]:
    return [tile.variation.label for tile in studio.variations.tiles]


@pytest.mark.parametrize("present", [0.05, 0.31, 0.6, 1.0])
def test_a_spread_rises_from_end_to_end_and_has_the_present_value_in_it(present: float) -> None:
    knob = next(knob for knob in KNOBS if knob.field == "strength")
    values = spread(knob, 0.2, 1.0, 9, present)
    assert len(set(values)) == 9 and values == sorted(values) and present in values


def test_sizes_of_strokes_are_spread_by_ratio() -> None:
    knob = next(knob for knob in KNOBS if knob.field == "stroke_size")
    assert spread(knob, 0.4, 2.5, 3, 1.1) == [0.4, 1.1, 2.5]


@pytest.mark.parametrize("count", [4, 6, 9])
@pytest.mark.parametrize("axis", AXES)
def test_every_axis_makes_different_pictures_one_of_which_is_the_present(axis: str, count: int) -> None:
    state = state_of(styles=2)
    cards = [make_card(f"card {n}") for n in range(20)]
    grid = grid_of(state, axis, None, count, cards)
    variations = [variation_of(state, changes, lambda card: Style(make_picture(), card)) for changes in grid]
    assert len({variation.label for variation in variations}) == count
    assert len({(one.state.recipe, one.state.styles) for one in variations}) == count
    (present,) = [one for one in variations if one.is_present]
    assert present.state.has_settings_of(state) or axis == "mix"


def test_two_axes_cross() -> None:
    grid = grid_of(state_of(), "strength", "stroke_size", 9)
    assert [change.label for change in grid[0]] == ["Strength 0.3", "Stroke size 0.4\N{MULTIPLICATION SIGN}"]
    assert [change.label for change in grid[5]] == ["Strength 1", "Stroke size 1\N{MULTIPLICATION SIGN}"]
    assert [change.short for change in grid[5]] == ["1", "1\N{MULTIPLICATION SIGN}"]  # where there is little room
    assert sum(all(change.is_present for change in changes) for changes in grid) == 1


def test_another_draw_brings_other_seeds_and_the_same_draw_the_same() -> None:
    first, again, other = (grid_of(state_of(), "seed", None, 9, draw=draw) for draw in (0, 0, 1))
    assert first == again != other


def test_mixes_of_three_styles_share_out_everything() -> None:
    for changes in grid_of(state_of(styles=3), "mix", None, 9):
        shares = changes[0].settings.get("style_shares", (100, 0, 0))
        assert sum(shares) == 100 and len(shares) == 3


def test_only_what_has_an_effect_is_offered() -> None:
    assert "freedom" in possible_axes(state_of()) and "mix" not in possible_axes(state_of())
    assert "mix" in possible_axes(state_of(styles=2))
    assert possible_axes(state_of(method="pattern")) == ("stroke_size", "freedom", "smoothness", "seed", "styles")
    assert "seed" not in possible_axes(state_of(method="live"))


def test_live_shows_only_what_it_can_tell_apart() -> None:
    assert shows_live(("strength", "styles"), state_of())
    assert not shows_live(("strength", "seed"), state_of())
    assert not shows_live(("stroke_size", None), state_of(method="pattern"))


def test_one_click_makes_nine_first_at_once_then_as_drafts(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    open_grid(qtbot, loaded)
    kinds = [type(request) for request in engine.requests]
    assert kinds == 9 * [LiveRequest] + 9 * [StyleRequest]
    assert all(request.recipe.quality == "draft" for request in engine.requests[9:])
    assert all(tile.stage == "draft" and tile.picture is not None for tile in loaded.variations.tiles)
    assert loaded.variations_view.isVisible() and len(loaded.variations_view.tiles) == 9
    assert "Strength 0.6 \N{MIDDLE DOT} Stroke size 1\N{MULTIPLICATION SIGN}" in labels(loaded)


def test_the_large_photo_is_made_small_once(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    loaded.session.change(content=make_picture(1000, 500))
    open_grid(qtbot, loaded)
    assert len({id(request.content) for request in engine.requests}) == 1
    assert engine.requests[0].content.long_edge == 384


def test_the_photo_stands_in_for_pictures_to_come_but_for_those_of_a_pattern(qtbot: QtBot, loaded: Studio) -> None:
    open_grid(qtbot, loaded)
    assert all(tile._photo is not None for tile in loaded.variations_view.tiles)
    loaded.session.change(method="pattern")
    loaded.session.commit()
    qtbot.waitUntil(lambda: {tile.variation.state.recipe.method for tile in loaded.variations.tiles} == {"pattern"})
    assert all(tile._photo is None for tile in loaded.variations_view.tiles)


def test_a_click_takes_the_settings_as_one_step(qtbot: QtBot, loaded: Studio) -> None:
    before = loaded.session.artwork.state
    open_grid(qtbot, loaded)
    wanted = loaded.variations.tiles[2].variation.state.recipe
    qtbot.mouseClick(loaded.variations_view.tiles[2], Qt.MouseButton.LeftButton)
    assert loaded.session.artwork.recipe == wanted != before.recipe
    assert loaded.variations_view.isHidden() and not loaded.actions["variations"].isChecked()
    loaded.actions["undo"].trigger()
    assert loaded.session.artwork.state == before


def test_another_style_is_taken_with_its_card(qtbot: QtBot, loaded: Studio) -> None:
    loaded.variations.choose("styles", None, 4)
    open_grid(qtbot, loaded)
    title = labels(loaded)[3]
    loaded.variations_view.tiles[3].click()
    assert [style.card.title for style in loaded.session.artwork.styles] == [title]


def test_several_are_kept_in_the_history_and_come_back_with_their_settings(qtbot: QtBot, loaded: Studio) -> None:
    before = loaded.session.artwork.state
    open_grid(qtbot, loaded)
    for number in (1, 1, 4):
        qtbot.keyClick(loaded.variations_view.tiles[number], Qt.Key.Key_Space)
    kept = [tile.variation.state.recipe for tile in loaded.variations.tiles if tile.is_kept]
    assert [result.recipe for result in loaded.session.artwork.history] == kept and len(kept) == 2
    assert loaded.session.artwork.state == before and loaded.session.artwork.result is None
    loaded.session.show_result(loaded.session.artwork.history[0])
    assert loaded.session.artwork.recipe == kept[0]
    assert not (loaded.session.artwork.is_half_painted or loaded.session.artwork.is_finished)  # it is to be painted


def test_the_grid_is_walked_by_keyboard_and_left_by_escape(qtbot: QtBot, loaded: Studio) -> None:
    before = loaded.session.artwork.state
    open_grid(qtbot, loaded)
    tiles = loaded.variations_view.tiles
    qtbot.waitUntil(lambda: any(tile.hasFocus() for tile in tiles))
    present = next(n for n, tile in enumerate(loaded.variations.tiles) if tile.variation.is_present)
    assert tiles[present].hasFocus()
    tiles[0].setFocus()
    for key, place in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 4), (Qt.Key.Key_Left, 3), (Qt.Key.Key_Up, 0)):
        qtbot.keyClick(loaded.window.focusWidget(), key)
        assert tiles[place].hasFocus()
    qtbot.keyClick(tiles[0], Qt.Key.Key_Left)
    assert tiles[0].hasFocus()
    qtbot.keyClick(tiles[0], Qt.Key.Key_Escape)
    assert loaded.variations_view.isHidden() and loaded.window.canvas.hasFocus()
    assert loaded.session.artwork.state == before


def test_the_grid_has_the_room_of_the_regions(qtbot: QtBot, loaded: Studio) -> None:
    bar = loaded.window.regions.bar
    assert bar.isVisible()
    open_grid(qtbot, loaded)
    assert bar.isHidden()
    loaded.actions["variations"].trigger()
    assert bar.isVisible()


def test_enter_takes_the_one_in_focus(qtbot: QtBot, loaded: Studio) -> None:
    open_grid(qtbot, loaded)
    wanted = loaded.variations.tiles[8].variation.state.recipe
    qtbot.keyClick(loaded.variations_view.tiles[8], Qt.Key.Key_Return)
    assert loaded.session.artwork.recipe == wanted


class TestWithAGate:
    """While the engine stands in the middle of a draft."""

    @pytest.fixture
    def engine(self) -> FakeEngine:
        return FakeEngine(gate=Gate())

    def open_half(self, qtbot: QtBot, studio: Studio, engine: FakeEngine) -> None:
        studio.actions["variations"].trigger()
        tiles = studio.variations
        qtbot.waitUntil(lambda: bool(tiles.tiles) and all(tile.stage == "live" for tile in tiles.tiles))
        engine.gate.wait_until_reached()

    def test_a_stop_keeps_what_there_is_and_going_on_paints_the_rest(
        self, qtbot: QtBot, loaded: Studio, engine: FakeEngine
    ) -> None:
        self.open_half(qtbot, loaded, engine)
        loaded.variations_view.stop.click()
        engine.gate.open()
        assert not loaded.variations.is_running and all(tile.picture for tile in loaded.variations.tiles)
        assert loaded.variations_view.stop.text() == "Go on"
        loaded.variations_view.stop.click()
        qtbot.waitUntil(lambda: loaded.variations.done == 9)
        assert not loaded.variations_view.stop.isEnabled()

    def test_a_finish_goes_first_and_the_grid_is_painted_afterwards(
        self, qtbot: QtBot, loaded: Studio, engine: FakeEngine
    ) -> None:
        self.open_half(qtbot, loaded, engine)
        loaded.session.finish()
        engine.gate.open()
        qtbot.waitUntil(lambda: loaded.session.artwork.is_finished)
        qtbot.waitUntil(lambda: loaded.variations.done == 9)

    def test_other_settings_make_the_grid_anew_and_nothing_flickers(
        self, qtbot: QtBot, loaded: Studio, engine: FakeEngine
    ) -> None:
        self.open_half(qtbot, loaded, engine)
        with qtbot.waitSignal(loaded.variations.planned):
            loaded.session.change(detail=0.9)
        tiles = loaded.variations.tiles
        assert all(tile.picture is not None and tile.is_stale for tile in tiles)
        loaded.variations.keep(0)
        assert not loaded.session.artwork.history  # that was the picture of other settings
        engine.gate.open()
        qtbot.waitUntil(lambda: loaded.variations.done == 9)
        assert all(tile.variation.state.recipe.detail == 0.9 and not tile.is_stale for tile in tiles)


def test_without_a_style_it_says_what_is_missing(studio: Studio) -> None:
    studio.actions["variations"].trigger()
    message = studio.window.messages.message
    assert message is not None and message.text == "Open a picture first."
    assert studio.variations_view.isHidden() and not studio.actions["variations"].isChecked()


def test_what_takes_the_photo_away_closes_it(qtbot: QtBot, loaded: Studio) -> None:
    open_grid(qtbot, loaded)
    loaded.session.remove_style(0)
    assert loaded.variations_view.isHidden()


def test_a_method_without_the_axis_varies_another(qtbot: QtBot, loaded: Studio) -> None:
    loaded.variations.choose("freedom", "seed", 4)
    loaded.session.change(method="live")
    open_grid(qtbot, loaded)
    assert (loaded.variations.across, loaded.variations.down) == ("strength", None)
    assert all(tile.stage == "live" for tile in loaded.variations.tiles)


def test_one_of_live_is_kept_with_the_network_that_painted_it(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    engine.is_quick = True  # the larger network takes over on the canvas, not here
    loaded.session.change(method="live")
    open_grid(qtbot, loaded)
    loaded.variations.keep(0)
    (kept,) = loaded.session.artwork.history
    assert kept.recipe.network == QUICK_NETWORK
    assert loaded.session.artwork.recipe.network == AUTO_NETWORK


def test_one_that_fails_leaves_the_others(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    engine.error, engine.error_at = ValueError("No paint."), 2
    open_grid(qtbot, loaded)
    assert {tile.stage for tile in loaded.variations.tiles} == {"failed"}
    assert all(tile.picture is not None for tile in loaded.variations.tiles)  # Live's


def test_the_live_picture_is_not_refined_behind_the_grid(qtbot: QtBot, loaded: Studio, engine: FakeEngine) -> None:
    open_grid(qtbot, loaded)
    live = loaded.session.live
    live.refine()
    assert live.progress is None
    card = card_named(loaded, "Poppies")
    assert card is not None
    loaded.variations.close()
    assert not loaded.variations.is_open


def test_where_one_tile_has_no_room_for_names_none_has_them_and_no_value_is_cut(qtbot: QtBot, loaded: Studio) -> None:
    open_grid(qtbot, loaded)
    tiles = loaded.variations_view.tiles
    for tile in tiles:
        tile.resize(400, tile.height())
    loaded.variations_view._choose_labels()
    assert not any(tile._is_brief for tile in tiles)
    room = QFontMetrics(tiles[0]._font_of(tiles[0]._tile)).horizontalAdvance(tiles[0]._tile.variation.label)
    tiles[0].resize(room // 2, tiles[0].height())
    loaded.variations_view._choose_labels()
    assert all(tile._is_brief for tile in tiles)


def test_tab_goes_past_the_canvas_while_variations_cover_it(qtbot: QtBot, loaded: Studio) -> None:
    open_grid(qtbot, loaded)
    view, canvas = loaded.variations_view, loaded.window.canvas
    start = QApplication.focusWidget()
    met = list[QWidget | None]()
    while not met or (met[-1] is not start and len(met) < 200):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        met.append(QApplication.focusWidget())
    assert met[-1] is start and set(view.tiles) <= set(met)
    assert [widget for widget in met if widget is canvas or canvas.isAncestorOf(widget)] == [
        widget for widget in met if widget is view or view.isAncestorOf(widget)
    ]
    qtbot.keyClick(view.tiles[0], Qt.Key.Key_Escape)
    assert view.isHidden() and canvas.hasFocus() and canvas.focusPolicy() == Qt.FocusPolicy.StrongFocus
