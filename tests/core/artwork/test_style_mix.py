"""The mix of styles: shares that move, styles that come and go."""

from __future__ import annotations

import pytest

from studio.core.artwork.style_mix import StyleMix
from tests.core.artwork.test_artwork import make_style

THREE = StyleMix(tuple(make_style(name) for name in "abc"), (50.0, 30.0, 20.0))
WAVE, TERRACE = make_style("wave"), make_style("terrace")


def test_styles_without_shares_have_equal_ones() -> None:
    assert StyleMix((WAVE, TERRACE)).percents == (50.0, 50.0)
    assert StyleMix().percents == ()


def test_one_share_moves_and_the_others_make_room_in_proportion() -> None:
    assert THREE.with_share(0, 75.0).shares == pytest.approx((75.0, 15.0, 10.0))
    assert THREE.with_share(2, -5.0).shares == pytest.approx((62.5, 37.5, 0.0))
    assert THREE.with_share(1, 300.0).shares == pytest.approx((0.0, 100.0, 0.0))


def test_shares_that_were_nothing_get_an_even_part() -> None:
    mix = StyleMix(THREE.styles, (100.0, 0.0, 0.0)).with_share(0, 40.0)
    assert mix.shares == pytest.approx((40.0, 30.0, 30.0))


def test_a_single_style_has_no_share_to_move() -> None:
    mix = StyleMix((WAVE,))
    assert mix.with_share(0, 10.0) is mix and mix.percents == (100.0,)


def test_a_style_alone_takes_the_place_of_all() -> None:
    assert THREE.only(WAVE) == StyleMix((WAVE,))
    alone = StyleMix((WAVE,), (100.0,))
    assert alone.only(WAVE) == alone, "or one more click on a style would be a change"


def test_a_style_mixed_in_gets_an_even_share_and_the_others_keep_their_proportions() -> None:
    mix = StyleMix((WAVE, TERRACE), (80.0, 20.0)).with_style(make_style("poppies"))
    assert mix.percents == pytest.approx((160 / 3, 40 / 3, 100 / 3))


def test_a_style_already_in_the_mix_is_not_added_twice() -> None:
    assert THREE.with_style(make_style("b")) is THREE


def test_a_removed_style_leaves_its_share_to_the_others() -> None:
    mix = THREE.without(0)
    assert [style.card.id for style in mix.styles] == ["b", "c"]
    assert mix.percents == pytest.approx((60.0, 40.0))


def test_removing_the_only_style_with_a_share_leaves_equal_shares() -> None:
    mix = StyleMix(THREE.styles, (100.0, 0.0, 0.0)).without(0)
    assert mix.percents == (50.0, 50.0)
    assert mix.without(0).without(0) == StyleMix()
