"""The artwork: changes, undo over all of them, shares, results and the history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.artwork.artwork import RESULTS_KEPT, Artwork
from studio.core.artwork.artwork_state import Result
from studio.core.artwork.style_mix import StyleMix
from studio.core.artwork.undo_stack import UNDO_STEPS
from studio.core.card import Card
from studio.core.errors import RecipeError
from studio.core.styles.style import Style
from studio.engine.optimization.targets import seamless_size
from tests.support.fakes import make_picture


def make_style(name: str) -> Style:
    card = Card(name, "style", name.title(), "Somebody", "1900", "CC0", "nowhere", Path(f"{name}.png"))
    return Style(make_picture(name=name), card)


def make_result(artwork: Artwork, is_complete: bool = True, **fields: object) -> Result:
    picture = make_picture(8, 8, "painted")
    return Result(picture, artwork.content, artwork.styles, artwork.recipe, is_complete=is_complete, **fields)


@pytest.fixture
def artwork() -> Artwork:
    """An artwork with a photo and two styles, at the beginning of its undo."""
    artwork = Artwork()
    artwork.change(content=make_picture(), styles=(make_style("wave"), make_style("terrace")))
    return Artwork(artwork.state)


def test_a_drag_is_one_undo_step(artwork: Artwork) -> None:
    for percent in range(61, 91):
        artwork.change(strength=percent / 100)
    artwork.commit()
    assert artwork.undo()
    assert artwork.recipe.strength == 0.6
    assert not artwork.can_undo


def test_an_equal_value_is_no_change_and_no_step(artwork: Artwork) -> None:
    assert not artwork.change(strength=0.6)
    assert not artwork.commit()
    assert not artwork.can_undo


def test_undo_and_redo_walk_over_photo_styles_shares_and_settings(artwork: Artwork) -> None:
    states = [artwork.state]
    for change in (
        {"content": make_picture(seed=5)},
        {"styles": (make_style("wave"), make_style("starry"), make_style("poppies"))},
        {"style_shares": (10.0, 20.0, 70.0)},
        {"method": "pattern", "seed": 7},
    ):
        assert artwork.change(**change)
        artwork.commit()
        states.append(artwork.state)
    for state in reversed(states[:-1]):
        assert artwork.undo()
        assert artwork.state == state
    assert not artwork.undo()
    for state in states[1:]:
        assert artwork.redo()
        assert artwork.state == state
    assert not artwork.redo()


def test_undo_takes_an_uncommitted_change_back_first(artwork: Artwork) -> None:
    artwork.change(strength=0.9)
    assert artwork.can_undo
    assert artwork.undo()
    assert artwork.recipe.strength == 0.6


def test_a_new_change_forgets_what_was_undone(artwork: Artwork) -> None:
    artwork.change(strength=0.9)
    artwork.undo()
    artwork.change(detail=0.9)
    artwork.commit()
    assert not artwork.can_redo


def test_undo_remembers_a_bounded_number_of_steps(artwork: Artwork) -> None:
    for seed in range(UNDO_STEPS + 10):
        artwork.change(seed=seed + 1)
        artwork.commit()
    steps = 0
    while artwork.undo():
        steps += 1
    assert steps == UNDO_STEPS


def test_a_refused_value_changes_nothing(artwork: Artwork) -> None:
    before = artwork.state
    with pytest.raises(RecipeError, match="between 0 and 1"):
        artwork.change(strength=1.5, detail=0.1)
    with pytest.raises(RecipeError, match="2 styles but 3 shares"):
        artwork.change(style_shares=(1.0, 1.0, 1.0))
    assert artwork.state is before


def test_undo_brings_the_picture_back_with_its_settings(artwork: Artwork) -> None:
    first = make_result(artwork)
    artwork.add_result(first)
    artwork.change(strength=0.9)
    artwork.commit()
    assert artwork.result is first and not artwork.is_finished
    second = make_result(artwork)
    artwork.add_result(second)
    assert artwork.is_finished
    artwork.undo()
    assert artwork.result is first and artwork.is_finished
    artwork.redo()
    assert artwork.result is second
    assert artwork.history == (first, second)


def test_a_result_is_no_undo_step_of_its_own(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork))
    assert not artwork.can_undo


def test_another_photo_hides_the_result_and_undo_brings_it_back(artwork: Artwork) -> None:
    result = make_result(artwork)
    artwork.add_result(result)
    artwork.change(content=make_picture(seed=9))
    artwork.commit()
    assert artwork.result is None
    artwork.undo()
    assert artwork.result is result


def test_a_result_of_another_photo_goes_to_the_history_only(artwork: Artwork) -> None:
    late = make_result(artwork)
    artwork.change(content=make_picture(seed=9))
    artwork.add_result(late)
    assert artwork.result is None
    assert artwork.history == (late,)


def test_a_stopped_result_is_not_finished(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork, is_complete=False))
    assert not artwork.is_finished


def test_an_earlier_result_comes_back_with_everything_it_was_painted_from(artwork: Artwork) -> None:
    first, before = make_result(artwork), artwork.state
    artwork.add_result(first)
    artwork.change(content=make_picture(seed=9), styles=(make_style("poppies"),), strength=0.1)
    artwork.commit()
    assert artwork.restore(first)
    artwork.commit()
    assert artwork.state.has_settings_of(before)
    assert artwork.result is first
    artwork.undo()
    assert artwork.recipe.strength == 0.1


def test_other_colours_replace_the_result_and_its_entry_in_the_history(artwork: Artwork) -> None:
    result, recolored = make_result(artwork), make_picture(8, 8, seed=3)
    artwork.add_result(result)
    artwork.change(keep_color=0.5)
    artwork.recolor_result(recolored, 0.5)
    assert artwork.result is not None
    assert artwork.result.picture is recolored
    assert artwork.result.painted is result.picture
    assert artwork.history == (artwork.result,)
    assert artwork.is_finished


def test_a_colour_told_twice_leaves_an_exported_result_exported(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork))
    artwork.change(keep_color=0.5)
    recolored = make_picture(8, 8, seed=3)
    artwork.recolor_result(recolored, 0.5)
    assert artwork.result is not None
    artwork.mark_exported(artwork.result)
    artwork.recolor_result(recolored, 0.5)
    assert not artwork.has_unsaved_result


def test_only_an_unfinished_result_of_the_present_settings_is_half_painted(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork, is_complete=False))
    assert artwork.is_half_painted and not artwork.is_finished
    artwork.change(strength=0.9)
    assert not artwork.is_half_painted
    artwork.add_result(make_result(artwork))
    assert artwork.is_finished and not artwork.is_half_painted


def test_the_history_keeps_the_newest_results(artwork: Artwork) -> None:
    results = [make_result(artwork, seconds=float(i)) for i in range(RESULTS_KEPT + 3)]
    for result in results:
        artwork.add_result(result)
    assert artwork.history == tuple(results[3:])


def test_what_was_painted_from_the_settings_before_the_last_step_comes_back_with_them(artwork: Artwork) -> None:
    half = make_result(artwork, is_complete=False)
    artwork.change(strength=0.9)
    artwork.commit()
    artwork.add_result(half)
    assert artwork.result is half and not artwork.is_half_painted
    artwork.undo()
    assert artwork.result is half and artwork.is_half_painted


def test_a_draft_is_looked_at_and_not_gone_on_from(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork, is_complete=False, is_draft=True))
    assert not artwork.is_half_painted and not artwork.is_finished and len(artwork.history) == 1


def test_what_is_thrown_away_is_a_step_that_can_be_undone(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork))
    assert artwork.remove("style:wave", "entry:1") and not artwork.remove("style:wave")
    assert artwork.undo_states is not None and artwork.commit()
    assert artwork.is_finished, "it paints nothing differently"
    artwork.undo()
    assert artwork.state.removed == frozenset() and artwork.can_redo
    artwork.redo()
    assert artwork.state.removed == {"style:wave", "entry:1"}
    assert artwork.bring_back("entry:1") and artwork.state.removed == {"style:wave"}


def test_what_is_added_is_a_step_before_which_it_is_as_if_thrown_away(artwork: Artwork) -> None:
    artwork.change(seed=5)
    artwork.commit()
    assert artwork.note_added("style:mine", gone=["preset:old"])
    assert artwork.state.removed == {"preset:old"} and artwork.recipe.seed == 5
    artwork.undo()
    assert artwork.state.removed == {"style:mine"} and artwork.recipe.seed == 5
    artwork.undo()
    assert artwork.state.removed == {"style:mine"} and artwork.recipe.seed != 5, "it was not there any earlier, either"
    artwork.redo()
    artwork.redo()
    assert artwork.state.removed == {"preset:old"} and artwork.out_of_reach == frozenset()


def test_a_style_that_is_used_as_it_comes_is_added_by_that_step(artwork: Artwork) -> None:
    steps = len(artwork.undo_stack)
    artwork.change_mix(artwork.mix.only(make_style("mine")))
    artwork.commit()
    artwork.change(seed=5)
    artwork.commit()
    assert not artwork.note_added("style:mine")
    assert len(artwork.undo_stack) == steps + 2
    artwork.undo()
    assert artwork.state.removed == frozenset()
    artwork.undo()
    assert artwork.state.removed == {"style:mine"}


def test_what_no_undo_brings_back_any_more_can_be_deleted_for_good(artwork: Artwork) -> None:
    artwork.remove("style:wave")
    artwork.commit()
    for number in range(UNDO_STEPS):
        assert artwork.out_of_reach == frozenset()
        artwork.change(seed=number + 1)
        artwork.commit()
    assert artwork.out_of_reach == {"style:wave"}
    artwork.forget({"style:wave"})
    assert artwork.state.removed == frozenset() == artwork.out_of_reach and artwork.can_undo


def test_a_result_is_unsaved_until_it_is_exported(artwork: Artwork) -> None:
    assert not artwork.has_unsaved_result
    result = make_result(artwork)
    artwork.add_result(result)
    assert artwork.has_unsaved_result
    artwork.mark_exported(result)
    assert not artwork.has_unsaved_result


def test_a_share_dragged_to_the_end_and_back_restores_the_others(artwork: Artwork) -> None:
    artwork.change(styles=[make_style(name) for name in "abc"], style_shares=(50.0, 30.0, 20.0))
    artwork.commit()
    artwork.change_mix(artwork.committed_mix.with_share(0, 100.0))
    assert artwork.mix.percents == pytest.approx((100.0, 0.0, 0.0))
    artwork.change_mix(artwork.committed_mix.with_share(0, 50.0))
    assert artwork.mix.percents == pytest.approx((50.0, 30.0, 20.0))


def test_a_mix_is_not_changed_by_a_style_that_is_in_it(artwork: Artwork) -> None:
    assert not artwork.change_mix(artwork.mix.with_style(make_style("wave")))
    assert len(artwork.styles) == 2


def test_the_last_style_can_be_removed(artwork: Artwork) -> None:
    artwork.change_mix(artwork.mix.without(0))
    artwork.change_mix(artwork.mix.without(0))
    assert artwork.mix == StyleMix()


def test_a_corrected_card_changes_no_picture(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork))
    artwork.cards.note(replace(artwork.styles[0].card, licence="CC BY 4.0"))
    assert artwork.is_finished and not artwork.can_undo
    (result,) = artwork.history
    assert artwork.cards.card_of(result.styles[0]).licence == "CC BY 4.0"


def test_what_will_be_painted_is_as_wide_and_high_as_the_photo_fits_and_a_pattern_is_square() -> None:
    artwork = Artwork()
    assert artwork.state.size is None
    artwork.change(content=make_picture(600, 400), long_edge=768)
    assert artwork.state.size == (768, 512)
    artwork.change(method="pattern")
    assert artwork.state.size == (768, 768)


def test_an_artwork_can_become_another_with_its_undo_and_its_history(artwork: Artwork) -> None:
    artwork.add_result(make_result(artwork))
    artwork.change(strength=0.9)
    artwork.commit()
    table = Artwork()
    assert table.become(artwork)
    assert table.state is artwork.state and table.history == artwork.history and table.undo()
    assert not Artwork().become(Artwork())


@pytest.mark.parametrize(("long_edge", "edge"), [(768, 768), (700, 704), (128, 128), (1001, 1008)])
def test_a_pattern_without_seams_is_as_large_as_its_tiles_allow(long_edge: int, edge: int) -> None:
    artwork = Artwork()
    artwork.change(method="pattern", long_edge=long_edge)
    assert artwork.state.size == (long_edge, long_edge)
    artwork.change(seamless="on")
    assert artwork.state.size == (edge, edge) == seamless_size(long_edge, long_edge)


def test_a_size_that_the_rule_gives_anew_is_no_step_and_undo_never_brings_the_old_one_back(artwork: Artwork) -> None:
    artwork.change(long_edge=1024, size_rule="auto")
    start = Artwork(artwork.state)
    start.change(strength=0.9)
    start.commit()
    start.change(long_edge=300)
    start.commit()
    start.change(long_edge=1024, size_rule="auto")
    start.commit()
    start.change(strength=0.1)
    assert start.resize(512)
    assert (start.recipe.long_edge, start.recipe.size_rule) == (512, "auto")
    assert len(start.undo_stack) == 3
    sizes = []
    while start.undo():
        sizes.append((start.recipe.long_edge, start.recipe.strength))
    assert sizes == [(512, 0.9), (300, 0.9), (512, 0.9), (512, 0.6)]
    assert start.redo() and start.redo() and start.recipe.long_edge == 300


def test_what_was_painted_keeps_its_size(artwork: Artwork) -> None:
    artwork.change(long_edge=1024, size_rule="auto")
    artwork.add_result(make_result(artwork))
    artwork.commit()
    assert not artwork.resize(512)
    assert artwork.is_finished and artwork.recipe.long_edge == 1024


def test_a_size_that_is_none_changes_nothing(artwork: Artwork) -> None:
    before = artwork.state
    with pytest.raises(RecipeError):
        artwork.resize(1)
    assert artwork.state is before
