"""Blending: the formulas of the W3C by values one can compute by hand, alpha, the fit, and large pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studio.core.artwork import blend as blend_module
from studio.core.artwork.blend import BLEND_KNOBS, BLEND_MODES, Blend, BlendMode, blend_pictures, blend_value, cover
from studio.core.errors import RecipeError
from studio.core.picture import Picture
from tests.support.fakes import make_picture


def plain(value: int, width: int = 20, height: int = 16, alpha: int | None = None) -> Picture:
    opacity = None if alpha is None else np.full((height, width), alpha, np.uint8)
    return Picture(np.full((height, width, 3), value, np.uint8), alpha=opacity)


def blended(below: Picture, above: Picture, mode: BlendMode = "normal", opacity: float = 1.0) -> tuple[int, int]:
    """(value, alpha) of the middle; alpha 255 where there is none."""
    picture = blend_pictures(Blend(below, above, mode, opacity))
    row, column = picture.height // 2, picture.width // 2
    return int(picture.pixels[row, column, 0]), 255 if picture.alpha is None else int(picture.alpha[row, column])


@pytest.mark.parametrize(
    ("mode", "below", "above", "expected"),
    [
        ("normal", 0.25, 0.75, 0.75),
        ("multiply", 0.5, 0.6, 0.3),
        ("screen", 0.5, 0.6, 0.8),
        ("overlay", 0.25, 0.6, 0.3),  # dark below: multiply by twice the lower value
        ("overlay", 0.75, 0.6, 0.8),  # light below: screen with twice the lower value less one
        ("overlay", 0.5, 0.6, 0.6),
        ("soft-light", 0.25, 0.25, 0.25 - 0.5 * 0.25 * 0.75),
        ("soft-light", 0.25, 0.75, 0.25 + 0.5 * (0.5 - 0.25)),  # D(0.25) is 0.5 by both of its formulas
        ("soft-light", 0.125, 1.0, ((16 * 0.125 - 12) * 0.125 + 4) * 0.125),
        ("soft-light", 0.64, 1.0, 0.8),  # the square root
        ("soft-light", 0.37, 0.5, 0.37),
    ],
)
def test_the_formulas_of_the_specification(mode: BlendMode, below: float, above: float, expected: float) -> None:
    value = blend_value(mode, np.array([below]), np.array([above]))
    assert value == pytest.approx([expected])


@pytest.mark.parametrize(
    ("mode", "opacity", "expected"),
    [
        ("normal", 0.0, 51),
        ("normal", 1.0, 204),
        ("normal", 0.5, 128),  # 127.5, to the even neighbour
        ("multiply", 1.0, 41),  # 0.2 x 0.8 = 0.16
        ("multiply", 0.5, 46),  # half-way from 0.2 to 0.16: 0.18
        ("screen", 1.0, 214),  # 0.84
        ("overlay", 1.0, 82),  # 0.32
        ("soft-light", 1.0, 89),  # 0.2 + 0.6 x (0.448 - 0.2) = 0.3488
    ],
)
def test_opaque_pictures_are_blended_by_mode_and_opacity(mode: BlendMode, opacity: float, expected: int) -> None:
    assert blended(plain(51), plain(204), mode, opacity) == (expected, 255)


def test_each_channel_is_blended_by_itself() -> None:
    below = Picture(np.full((16, 16, 3), (255, 128, 0), np.uint8))
    above = Picture(np.full((16, 16, 3), (51, 255, 255), np.uint8))
    assert blend_pictures(Blend(below, above, "multiply", 1.0)).pixels[0, 0].tolist() == [51, 128, 0]


def test_the_second_picture_shows_as_far_as_it_is_opaque() -> None:
    assert blended(plain(0), plain(200, alpha=255)) == (200, 255)
    assert blended(plain(0), plain(200, alpha=0)) == (0, 255)
    assert blended(plain(0), plain(200, alpha=51)) == (40, 255)  # a fifth of 200
    assert blended(plain(0), plain(200, alpha=51), opacity=0.5) == (20, 255)


def test_where_the_first_is_transparent_the_second_shows_unblended() -> None:
    assert blended(plain(10, alpha=0), plain(200), "multiply") == (200, 255)
    assert blended(plain(10, alpha=0), plain(200), "multiply", 0.4) == (200, 102)


def test_two_half_transparent_pictures_cover_together_what_each_leaves() -> None:
    # as = 102/255 = 0.4, ab = 0.6: union 0.4 + 0.6 x 0.6 = 0.76. Multiply: B = 0.2 x 0.8 = 0.16,
    # Cs' = 0.4 x 0.8 + 0.6 x 0.16 = 0.416, premultiplied 0.4 x 0.416 + 0.6 x 0.2 x 0.6 = 0.2384, by 0.76: 0.3137.
    assert blended(plain(51, alpha=153), plain(204, alpha=102), "multiply") == (80, 194)


def test_nothing_on_nothing_stays_nothing() -> None:
    assert blended(plain(10, alpha=0), plain(200, alpha=0)) == (0, 0)


@pytest.mark.parametrize("mode", BLEND_MODES)
def test_an_alpha_channel_that_hides_nothing_changes_nothing(mode: BlendMode) -> None:
    below, above = make_picture(40, 30), make_picture(40, 30, seed=1)
    opaque = np.full((30, 40), 255, np.uint8)
    expected = blend_pictures(Blend(below, above, mode, 0.3)).pixels
    both = blend_pictures(Blend(Picture(below.pixels, alpha=opaque), Picture(above.pixels, alpha=opaque), mode, 0.3))
    assert np.abs(both.pixels.astype(int) - expected).max() <= 1
    assert both.alpha is not None and both.alpha.min() == 255


def test_the_first_picture_keeps_size_name_source_and_metadata() -> None:
    below, above = make_picture(40, 30, "harbour.jpg"), make_picture(64, 64, "sky.jpg")
    picture = blend_pictures(Blend(below, above))
    assert (picture.width, picture.height, picture.name) == (40, 30, "harbour.jpg")
    assert picture.metadata is below.metadata and picture.alpha is None


@pytest.mark.parametrize(("width", "height"), [(60, 20), (20, 60), (7, 7), (30, 20), (300, 100)])
def test_the_second_picture_covers_the_first_from_its_middle(width: int, height: int) -> None:
    # Red grows to the right and green downwards, so every pixel says where in the picture it lies.
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = np.linspace(0, 255, width), np.linspace(0, 255, height)[:, None]
    fitted = cover(Picture(pixels), 30, 20).pixels.astype(int)
    assert fitted.shape == (20, 30, 3)
    assert fitted[9:11, 14:16, :2].mean((0, 1)) == pytest.approx([127.5, 127.5], abs=4)  # the middle stays there
    scale = max(30 / width, 20 / height)
    seen = 255 * min(1.0, 30 / (width * scale)), 255 * min(1.0, 20 / (height * scale))
    assert fitted[10, -1, 0] - fitted[10, 0, 0] == pytest.approx(seen[0], abs=45)  # up to a pixel of seven
    assert fitted[-1, 15, 1] - fitted[0, 15, 1] == pytest.approx(seen[1], abs=45)


@pytest.mark.parametrize("with_alpha", [False, True])
@pytest.mark.parametrize(("width", "height"), [(90, 70), (31, 47), (640, 500)])
def test_strips_join_without_a_seam(monkeypatch: pytest.MonkeyPatch, width: int, height: int, with_alpha: bool) -> None:
    alpha = make_picture(width, height, seed=7).pixels[..., 0] if with_alpha else None
    picture = Picture(make_picture(width, height).pixels, alpha=alpha)
    whole = cover(picture, 100, 80)
    monkeypatch.setattr(blend_module, "_STRIP", 700)
    strips = cover(picture, 100, 80)
    assert np.abs(strips.pixels.astype(int) - whole.pixels).max() <= 1
    assert (strips.alpha is None) == (not with_alpha)


def test_large_pictures_are_never_worked_on_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    take = np.take

    def spy(table: Any, pairs: Any, **options: Any) -> Any:
        sizes.append(pairs.size)
        return take(table, pairs, **options)

    monkeypatch.setattr(np, "take", spy)
    below = plain(51, 3000, 2000)
    assert (blend_pictures(Blend(below, below, "screen", 1.0)).pixels == 92).all()  # 0.2 + 0.2 - 0.04 = 0.36
    assert sum(sizes) == 3 * 3000 * 2000
    assert max(sizes) <= 3 * 1_000_000


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"opacity": 1.5}, "Opacity is 1.5; it must be between 0 and 1."),
        ({"opacity": float("nan")}, "Opacity is nan; it must be a number."),
        ({"mode": "dodge"}, "Blend is 'dodge'; it must be one of normal, multiply, screen, overlay, soft-light."),
    ],
)
def test_a_setting_out_of_range_is_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        Blend(plain(0), plain(0), **settings)


def test_the_table_describes_every_setting() -> None:
    fresh = Blend(plain(0), plain(0))
    assert {knob.field: knob.default for knob in BLEND_KNOBS} == {"mode": fresh.mode, "opacity": fresh.opacity}
    assert all(knob.help and knob.label for knob in BLEND_KNOBS)


def test_swapping_puts_the_upper_below() -> None:
    below, above = plain(0), plain(255)
    swapped = Blend(below, above, "screen", 0.3).swapped()
    assert swapped == Blend(above, below, "screen", 0.3)
