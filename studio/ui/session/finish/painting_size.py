"""How large the artwork is to be: after the photo, a print, or as far as this machine is quick; and that in words."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from studio.core.artwork.artwork import Artwork
from studio.core.artwork.artwork_state import ArtworkState
from studio.core.durations import rough_bytes, rough_time
from studio.core.print_size import CM_PER_INCH, parse_print_size
from studio.core.recipe import LONGEST_EDGE, StyleRecipe
from studio.ui.session.finish.time_estimate import TimeEstimate

translate = QCoreApplication.translate
QUICK = 60.0  # s that the size chosen by itself may take
LEAST_EDGE = 768  # px; a smaller photo leaves strokes no room
LEAST_QUICK_EDGE = 512  # px, however slow the machine is, or busy just now: below it is no picture any more
_UNKNOWN_EDGE = {"live": 4096}  # px, where nobody knows how long anything takes ...
_UNKNOWN_EDGE_ELSE = 1024


def sized(state: ArtworkState, estimate: TimeEstimate) -> StyleRecipe:
    """The recipe of the state with the longer edge that its rule gives it here and now."""
    recipe, content = state.recipe, state.content
    is_square = recipe.method == "pattern"
    shape = (1, 1) if is_square or content is None else (content.width, content.height)
    if recipe.size_rule == "pixels" or (content is None and recipe.size_rule == "photo"):
        return recipe
    if recipe.size_rule != "auto":
        photo = (content.width, content.height) if content is not None and recipe.size_rule == "photo" else shape
        return recipe.sized_for(*photo)
    if content is None or is_square:
        return recipe
    wanted = min(max(max(shape), LEAST_EDGE), LONGEST_EDGE)
    scale = wanted / max(shape)
    unknown = _UNKNOWN_EDGE.get(recipe.method, _UNKNOWN_EDGE_ELSE)
    width, height = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    edge = estimate.largest_edge(width, height, recipe, QUICK, unknown)
    return recipe.change(long_edge=max(edge, min(LEAST_QUICK_EDGE, wanted)), size_rule="auto")


def change_sized(artwork: Artwork, estimate: TimeEstimate, fields: dict[str, Any]) -> bool:
    """Change the artwork as `Artwork.change`; its size follows another photo, method or rule."""
    before = artwork.state
    is_changed = artwork.change(**fields)
    now = artwork.state
    if not now.has_content_of(before) or fields.keys() & {"method", "size_rule"}:
        recipe = sized(now, estimate)
        is_changed |= artwork.change(long_edge=recipe.long_edge, size_rule=recipe.size_rule)
    return is_changed


def size_in_words(state: ArtworkState, estimate: TimeEstimate) -> str:
    """What will be painted, why so large, and what it takes: "1024 × 683 px, about a minute here ..."."""
    size, recipe, photo = state.size, state.recipe, state.content
    if size is None:
        as_photo = translate("PaintingSize", "As large as the photo, more if that is small, less if slow")
        return as_photo if recipe.size_rule == "auto" else ""
    seconds, memory = estimate.seconds(*size, recipe), estimate.bytes(*size, recipe)
    parts = [f"{size[0]} \N{MULTIPLICATION SIGN} {size[1]} px"]
    parts += _reason(recipe, size, photo.long_edge if photo else None, seconds)
    if seconds is not None:
        parts.append(translate("PaintingSize", "about {}").format(rough_time(seconds)))
        if memory is not None:
            parts.append(rough_bytes(memory))
    return ", ".join(parts)


def _reason(recipe: StyleRecipe, size: tuple[int, int], photo: int | None, seconds: float | None) -> list[str]:
    edge, rule = max(size), recipe.size_rule
    if rule == "pixels":
        return []
    if recipe.dpi is not None:
        wanted = parse_print_size(rule).long_edge(*size)
        if wanted <= LONGEST_EDGE:
            text = translate("PaintingSize", "for {:.1f} cm at {} dpi")
            return [text.format(edge * CM_PER_INCH / recipe.dpi, recipe.dpi)]
        dpi = round(recipe.dpi * LONGEST_EDGE / wanted)
        return [translate("PaintingSize", "the most there is, for {} dpi").format(dpi)]
    if recipe.method == "pattern" and rule != "photo":  # nothing of the photo is in it
        return []
    if photo == edge:
        return [translate("PaintingSize", "as large as the photo")]
    if photo is not None and photo > edge:
        if edge == LONGEST_EDGE:
            return [translate("PaintingSize", "the most there is; the photo has {} px").format(photo)]
        if seconds is None:
            text = translate("PaintingSize", "until the pace of this machine is known; the photo has {} px")
        elif seconds <= QUICK:
            text = translate("PaintingSize", "more would take over a minute; the photo has {} px")
        else:  # at the least size, or busy with something else since the size was chosen
            text = translate("PaintingSize", "smaller, to be quicker; the photo has {} px")
        return [text.format(photo)]
    if photo is not None and recipe.method != "pattern":  # whose edge is rounded
        return [translate("PaintingSize", "enlarged to give strokes room; the photo has {} px").format(photo)]
    return []
