"""What a step of undo changes, in a word or two: "Strength", "Style", "Picture"."""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import QCoreApplication

from studio.core.artwork.artwork_state import ArtworkState, removal_key
from studio.core.artwork.blend import BLEND_KNOBS, Blend
from studio.core.recipe import KNOBS, SHARE_KNOB
from studio.core.regions.region import Region

translate = QCoreApplication.translate


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
        return translate("ChangeNames", "Mix of styles") if is_mixed else translate("ChangeNames", "Style")
    names = [knob.label for knob in KNOBS if getattr(one.recipe, knob.field) != getattr(other.recipe, knob.field)]
    if one.recipe.style_shares != other.recipe.style_shares:
        names.append(SHARE_KNOB.label)
    return names[0] if len(names) == 1 else translate("ChangeNames", "Settings")


def _change_of_things(before: Set[str], after: Set[str]) -> str:
    changed, is_less = before ^ after, before < after
    if all(key.startswith(removal_key("style", "")) for key in changed):
        if len(changed) == 1:
            one, other = translate("ChangeNames", "Removal of a style"), translate("ChangeNames", "Addition of a style")
        else:
            one, other = translate("ChangeNames", "Removal of styles"), translate("ChangeNames", "Addition of styles")
        return one if is_less else other
    if all(key.startswith(removal_key("preset", "")) for key in changed):
        return translate("ChangeNames", "Removal of a preset") if is_less else translate("ChangeNames", "Preset")
    return translate("ChangeNames", "Deletion")


def _change_of_pictures(one: Blend | None, other: Blend | None, is_same_photo: bool) -> str:
    if one is not None and other is not None:
        names = [knob.label for knob in BLEND_KNOBS if getattr(one, knob.field) != getattr(other, knob.field)]
        if one.pictures == other.pictures and len(names) == 1:
            return names[0]
        if one.swapped() == other:
            return translate("ChangeNames", "Swap")
    return translate("ChangeNames", "Blend") if is_same_photo else translate("ChangeNames", "Picture")


def _change_of_regions(one: tuple[Region, ...], other: tuple[Region, ...]) -> str:
    if len(one) != len(other):
        return translate("ChangeNames", "Region")
    if [region.mask for region in one] != [region.mask for region in other]:
        return translate("ChangeNames", "Mask")
    changed = [region.name for region, now in zip(one, other, strict=True) if region != now]
    if len(changed) == 1:
        return translate("ChangeNames", "Settings of {}").format(changed[0])
    return translate("ChangeNames", "Regions")
