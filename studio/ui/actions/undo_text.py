"""What a step of undo changes, in a word or two: "Strength", "Style", "Picture"."""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import QCoreApplication

from studio.core.artwork.artwork_state import ArtworkState, removal_key
from studio.core.artwork.blend import BLEND_KNOBS, Blend
from studio.core.recipe import KNOBS, SHARE_KNOB
from studio.core.regions.region import Region


def change_name(one: ArtworkState, other: ArtworkState) -> str:
    """The name of what differs between two states; the result aside, which follows the settings."""
    if not one.has_content_of(other):
        return _change_of_pictures(one.blend, other.blend, is_same_photo=one.photo is other.photo)
    if one.removed != other.removed and one.has_settings_of(other):
        return _change_of_things(one.removed, other.removed)
    if one.regions != other.regions:
        return _change_of_regions(one.regions, other.regions)
    if one.styles != other.styles:
        is_mixed = len(one.styles) != len(other.styles) and one.styles and other.styles
        return _tr("Mix of styles") if is_mixed else _tr("Style")
    names = [knob.label for knob in KNOBS if getattr(one.recipe, knob.field) != getattr(other.recipe, knob.field)]
    if one.recipe.style_shares != other.recipe.style_shares:
        names.append(SHARE_KNOB.label)
    return names[0] if len(names) == 1 else _tr("Settings")


def _change_of_things(before: Set[str], after: Set[str]) -> str:
    changed, is_less = before ^ after, before < after
    if all(key.startswith(removal_key("style", "")) for key in changed):
        if len(changed) == 1:
            return _tr("Removal of a style") if is_less else _tr("Addition of a style")
        return _tr("Removal of styles") if is_less else _tr("Addition of styles")
    if all(key.startswith(removal_key("preset", "")) for key in changed):
        return _tr("Removal of a preset") if is_less else _tr("Preset")
    return _tr("Deletion")


def _change_of_pictures(one: Blend | None, other: Blend | None, is_same_photo: bool) -> str:
    if one is not None and other is not None:
        names = [knob.label for knob in BLEND_KNOBS if getattr(one, knob.field) != getattr(other, knob.field)]
        if one.pictures == other.pictures and len(names) == 1:
            return names[0]
        if one.swapped() == other:
            return _tr("Swap")
    return _tr("Blend") if is_same_photo else _tr("Picture")


def _change_of_regions(one: tuple[Region, ...], other: tuple[Region, ...]) -> str:
    if len(one) != len(other):
        return _tr("Region")
    if [region.mask for region in one] != [region.mask for region in other]:
        return _tr("Mask")
    changed = [region.name for region, now in zip(one, other, strict=True) if region != now]
    return _tr("Settings of {}").format(changed[0]) if len(changed) == 1 else _tr("Regions")


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChangeNames", text)
