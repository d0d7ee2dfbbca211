"""Masks are where their shapes are, at any size; regions change what they may and survive being written."""

from __future__ import annotations

import json
import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from studio.core.errors import RecipeError
from studio.core.picture import Pixels
from studio.core.recipe import StyleRecipe
from studio.core.regions.faces import Face, face_mask
from studio.core.regions.rasterize import LONGEST, mask_size, rasterize, share_out
from studio.core.regions.region import MOST_REGIONS, PROTECTION, Region
from studio.core.regions.region_text import read_region, read_regions, region_values
from studio.core.regions.shapes import (
    Drawn,
    Everything,
    Found,
    Gradient,
    Mask,
    Polygon,
    Step,
    rectangle,
    upper_part,
)

SIZE = (60, 40)


def half(values: int = 255) -> Pixels:
    mask = np.zeros((40, 60), np.uint8)
    mask[:, 30:] = values
    return mask


def test_a_rectangle_covers_its_share_of_any_picture() -> None:
    for size in (SIZE, (600, 400), (33, 21)):
        values = rasterize(Mask.of(rectangle(0.25, 0.0, 0.75, 0.5)), size, {})
        assert values.shape == (size[1], size[0])
        assert values.mean() / 255 == pytest.approx(0.25, abs=0.03)
        assert values[0, size[0] // 2] == 255
        assert values[-1, size[0] // 2] == 0


def test_a_gradient_fades_evenly_from_its_start_to_its_end() -> None:
    column = rasterize(upper_part(0.5, fade=1.0), (10, 100), {})[:, 5].astype(int)
    assert column[0] > 250
    assert column[-1] < 5
    assert all(later <= earlier for earlier, later in pairwise(column))
    assert column[50] == pytest.approx(127, abs=3)
    assert (rasterize(Mask.of(Gradient((0.3, 0.3), (0.3, 0.3))), SIZE, {}) == 255).all()


def test_shapes_are_added_taken_away_and_crossed_in_order() -> None:
    left, top = rectangle(0, 0, 0.5, 1), rectangle(0, 0, 1, 0.5)
    mask = Mask.of(left)
    assert rasterize(mask.then("add", top), SIZE, {}).mean() / 255 == pytest.approx(0.75, abs=0.02)
    assert rasterize(mask.then("subtract", top), SIZE, {}).mean() / 255 == pytest.approx(0.25, abs=0.02)
    assert rasterize(mask.then("intersect", top), SIZE, {}).mean() / 255 == pytest.approx(0.25, abs=0.02)
    assert rasterize(mask.then("subtract", top).then("add", Everything()), SIZE, {}).min() == 255
    assert rasterize(Mask(), SIZE, {}).max() == 0


def test_a_mask_grows_shrinks_fades_and_turns_inside_out() -> None:
    square = Mask.of(rectangle(0.25, 0.25, 0.75, 0.75))
    area = rasterize(square, (400, 400), {}).mean()
    grown = rasterize(Mask(square.steps, grow=0.05), (400, 400), {})
    shrunk = rasterize(Mask(square.steps, grow=-0.05), (400, 400), {})
    assert grown.mean() / area == pytest.approx((0.6 / 0.5) ** 2, rel=0.03)
    assert shrunk.mean() / area == pytest.approx((0.4 / 0.5) ** 2, rel=0.03)
    faded = rasterize(Mask(square.steps, feather=0.1), (400, 400), {})
    assert faded.mean() == pytest.approx(area, rel=0.02)
    assert 100 < faded[200, 100] < 155
    inverted = rasterize(Mask(square.steps, is_inverted=True), (400, 400), {})
    assert (inverted == 255 - rasterize(square, (400, 400), {})).all()


def test_what_is_found_is_drawn_and_background_is_the_rest() -> None:
    found: dict[Any, Pixels] = {"subject": half(200), "faces": half(9)}
    assert (rasterize(Mask.of(Found("subject")), SIZE, found) == half(200)).all()
    assert (rasterize(Mask.of(Found("background")), SIZE, found) == 255 - half(200)).all()
    assert Mask.of(Found("background")).then("subtract", Found("faces")).found == {"subject", "faces"}
    with pytest.raises(RecipeError, match="subject of this photo was not looked for"):
        rasterize(Mask.of(Found("background")), SIZE, {})


def test_shares_of_overlapping_regions_sum_to_one_and_the_later_lies_on_top() -> None:
    shares = share_out([np.full((4, 5), 255, np.uint8), np.full((4, 5), 51, np.uint8)])
    assert np.allclose(sum(shares), 1)
    assert np.allclose(shares[0], 0.8)
    assert np.allclose(shares[1], 0.2)
    assert np.allclose(shares[2], 0)


def test_a_mask_of_a_hundred_megapixels_is_kept_smaller() -> None:
    assert mask_size(12_000, 8_000) == (LONGEST, 2731)
    assert mask_size(300, 200) == (300, 200)


def test_drawn_masks_are_equal_by_their_pixels_and_stay_read_only() -> None:
    drawn = Drawn(half())
    assert drawn == Drawn(half())
    assert drawn != Drawn(half(254))
    again = pickle.loads(pickle.dumps(drawn))
    assert again == drawn
    assert not again.values.flags.writeable


@pytest.mark.parametrize(
    "make",
    [
        lambda: Found("moustache"),  # type: ignore[arg-type]
        lambda: Polygon(((0, 0), (1, 1))),
        lambda: Polygon(((0, 0), (1, 1), (float("nan"), 0))),
        lambda: Gradient((0, 0), (float("inf"), 0)),
        lambda: Mask(grow=2),
        lambda: Mask(feather=-0.1),
        lambda: Mask(feather=float("nan")),
        lambda: Mask((Step("add", Everything()),) * 1001),
        lambda: Step("xor", Everything()),  # type: ignore[arg-type]
        lambda: Drawn(np.zeros((3, 3, 3), np.uint8)),
        lambda: Drawn(np.zeros((0, 3), np.uint8)),
        lambda: Region("a", Mask(), {"long_edge": 500}),
        lambda: Region("a", Mask(), {"strength": 7}),
        lambda: share_out([]),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(make: Any) -> None:
    with pytest.raises(RecipeError):
        make()


def test_a_region_changes_only_what_it_was_told_to() -> None:
    recipe = StyleRecipe(strength=0.9, detail=0.2, style_shares=(1, 2))
    region = Region("Sky", upper_part(), {"strength": 0.3})
    assert region.recipe_of(recipe) == recipe.change(strength=0.3)
    assert region.change(strength=None).recipe_of(recipe) == recipe
    protected = region.protect()
    assert protected.is_protected
    assert not region.is_protected
    assert protected.recipe_of(recipe) == recipe.change(**PROTECTION)


def test_regions_survive_being_written_and_read() -> None:
    kept: dict[str, Pixels] = {}

    def save(values: Pixels) -> str:
        kept[name := f"mask-{len(kept)}"] = values
        return name

    masks = [
        Mask.of(Found("faces")).then("add", Drawn(half())),
        Mask(upper_part().steps, 0.1, 0.2, True),
        Mask.of(rectangle(0, 0, 1, 0.25)).then("subtract", Everything()),
        Mask.of(Found("subject")).with_growth(-0.1).settled().then("add", Drawn(half())),
    ]
    regions = [Region(f"Region {n}", mask, {"strength": 0.25, "detail": 1.0}) for n, mask in enumerate(masks)]
    written = json.dumps([region_values(region, save, lambda styles: []) for region in regions])
    assert read_regions(json.loads(written), kept.__getitem__, lambda names: ()) == tuple(regions)


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "{}",
        '{"mask": []}',
        '{"mask": {"steps": 3}}',
        '{"mask": {"steps": [{"shape": "polygon", "points": [[0, "a"], [1, 1], [1, 0]]}]}}',
        '{"mask": {"steps": [{"shape": "gradient", "points": [[0, 0]]}]}}',
        '{"mask": {"steps": [{"shape": {}}]}}',
        '{"mask": {"steps": [{"shape": "subject", "operation": []}]}}',
        '{"mask": {"grow": 1e999}}',
        '{"mask": {"steps": [{"shape": "grown", "share": 1e999}]}}',
        '{"mask": {"steps": [{"shape": "grown", "share": 0.6}]}}',
        '{"mask": {"steps": [{"shape": "grown", "share": "a"}]}}',
        '{"mask": {}, "changes": {"method": "live"}}',
        '{"mask": {}, "changes": {"style_shares": 5}}',
        '{"mask": {}, "changes": 5}',
        '{"mask": {}, "name": 5}',
        '{"mask": {}, "styles": "x"}',
    ],
)
def test_a_hostile_region_raises_one_clear_error(text: str) -> None:
    with pytest.raises(RecipeError):
        read_region(json.loads(text), lambda name: half(), lambda names: ())


def test_too_many_regions_are_refused() -> None:
    with pytest.raises(RecipeError, match="17 regions"):
        read_regions([{"mask": {}}] * (MOST_REGIONS + 1), lambda name: half(), lambda names: ())


def test_masks_of_faces_are_soft_ellipses() -> None:
    mask = face_mask([Face(0.25, 0.25, 0.5, 0.5)], (400, 200))
    assert mask.shape == (200, 400)
    assert mask[72, 150] == 255
    assert mask[10, 150] == 0
    assert mask[:, :80].max() == 0
    row = mask[72, 150:].astype(int)
    assert all(later <= earlier for earlier, later in pairwise(row))
    assert max(earlier - later for earlier, later in pairwise(row)) < 30


def test_a_region_is_protected_by_what_keeps_it_recognisable() -> None:
    face = Region("Face", Mask.of(Found("faces")))
    assert face.protect().is_protected and face.change(strength=0.3, detail=1.0).is_protected
    assert not face.is_protected and not face.change(strength=0.4, detail=1.0).is_protected


def test_faces_at_the_border_of_a_photo_have_a_mask() -> None:
    assert face_mask([Face(0.0, 0.0, 0.1, 0.1)], (100, 100)).max() == 255
    assert face_mask([Face(1.0, 1.0, 1.0, 1.0)], (100, 100)).shape == (100, 100)
    assert face_mask([], (100, 100)).max() == 0
