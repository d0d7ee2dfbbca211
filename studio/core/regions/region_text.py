"""Regions as plain values for JSON (projects, recipes, batches), read back with every value checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio.core.errors import RecipeError
from studio.core.picture import Pixels
from studio.core.regions.region import MOST_REGIONS, REGION_FIELDS, Region, with_own_names
from studio.core.regions.shapes import Drawn, Everything, Found, Gradient, Grown, Mask, Point, Polygon, Shape, Step
from studio.core.styles.style import Style


def region_values(
    region: Region, save_mask: Callable[[Pixels], str], style_ids: Callable[[tuple[Style, ...]], list[str]]
) -> dict[str, Any]:
    """A region as values that JSON can hold. save_mask, style_ids: keep pixels and styles elsewhere, and name them."""
    return {
        "name": region.name,
        "is_painted": region.is_painted,
        "changes": dict(region.changes),
        "styles": style_ids(region.styles),
        "mask": _mask_values(region.mask, save_mask),
    }


def read_region(
    values: object, open_mask: Callable[[str], Pixels], styles_of: Callable[[list[str]], tuple[Style, ...]]
) -> Region:
    """Inverse of `region_values`. Raises RecipeError if something in it cannot be."""
    known = _object(values, "A region")
    changes = _object(known.get("changes", {}), "Settings of a region")
    if not set(changes) <= set(REGION_FIELDS):
        raise RecipeError("A region has settings this studio does not know.")
    shares = changes.get("style_shares")
    if shares is not None and not isinstance(shares, list | tuple):
        raise RecipeError("The style shares of a region are not a list.")
    if shares is not None:
        changes = {**changes, "style_shares": tuple(shares)}
    return Region(
        name=_text(known.get("name", "")),
        mask=_read_mask(known.get("mask"), open_mask),
        changes=changes,
        styles=styles_of([_text(item) for item in _list(known.get("styles", []))]),
        is_painted=known.get("is_painted", True) is True,
    )


def read_regions(
    values: object, open_mask: Callable[[str], Pixels], styles_of: Callable[[list[str]], tuple[Style, ...]]
) -> tuple[Region, ...]:
    """Several of them, as `read_region`."""
    items = _list(values)
    if len(items) > MOST_REGIONS:
        raise RecipeError(f"There are {len(items):,} regions; an artwork has at most {MOST_REGIONS}.")
    return with_own_names(read_region(item, open_mask, styles_of) for item in items)


def _mask_values(mask: Mask, save_mask: Callable[[Pixels], str]) -> dict[str, Any]:
    steps = [{"operation": step.operation, **_shape_values(step.shape, save_mask)} for step in mask.steps]
    return {"steps": steps, "grow": mask.grow, "feather": mask.feather, "is_inverted": mask.is_inverted}


def _shape_values(shape: Shape, save_mask: Callable[[Pixels], str]) -> dict[str, Any]:
    match shape:
        case Everything():
            return {"shape": "everything"}
        case Found():
            return {"shape": shape.what}
        case Gradient():
            return {"shape": "gradient", "points": [list(shape.start), list(shape.end)]}
        case Polygon():
            return {"shape": "polygon", "points": [list(point) for point in shape.points]}
        case Drawn():
            return {"shape": "drawn", "pixels": save_mask(shape.values)}
        case Grown():
            return {"shape": "grown", "share": shape.share}


def _read_mask(values: object, open_mask: Callable[[str], Pixels]) -> Mask:
    known = _object(values, "A mask")
    steps = []
    for item in _list(known.get("steps", [])):
        step = _object(item, "A shape")
        steps.append(Step(step.get("operation", "add"), _read_shape(step, open_mask)))
    return Mask(
        tuple(steps),
        _number(known.get("grow", 0.0)),
        _number(known.get("feather", 0.0)),
        known.get("is_inverted", False) is True,
    )


def _read_shape(step: Mapping[str, Any], open_mask: Callable[[str], Pixels]) -> Shape:
    kind = step.get("shape")
    if kind == "everything":
        return Everything()
    if kind == "drawn":
        return Drawn(open_mask(_text(step.get("pixels", ""))))
    if kind == "grown":
        return Grown(_number(step.get("share", 0.0)))
    if kind in ("gradient", "polygon"):
        points = tuple(_point(item) for item in _list(step.get("points", [])))
        if kind == "polygon":
            return Polygon(points)
        if len(points) != 2:
            raise RecipeError(f"A gradient has 2 points, not {len(points)}.")
        return Gradient(*points)
    if not isinstance(kind, str):
        raise RecipeError("A shape of a mask has no name.")
    return Found(kind)  # type: ignore[arg-type]


def _object(values: object, what: str) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise RecipeError(f"{what} holds no values.")
    return dict(values)


def _list(values: object) -> list[Any]:
    if not isinstance(values, list):
        raise RecipeError("A list of a region is none.")
    return values


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RecipeError("A name of a region is not text.")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
        raise RecipeError("A number of a mask is none, or far out of range.")
    return float(value)


def _point(value: object) -> Point:
    pair = _list(value)
    if len(pair) != 2:
        raise RecipeError("A point of a mask is not a pair of numbers.")
    return _number(pair[0]), _number(pair[1])
