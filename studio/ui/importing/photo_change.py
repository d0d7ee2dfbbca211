"""Another photo on the table, as one step, and what becomes of the regions of the one before."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from studio.core.artwork.artwork_state import parts_without_outlines, relative_parts
from studio.core.regions.region import Region
from studio.ui.session.message import Message
from studio.ui.session.session import Session


def change_photo(session: Session, **fields: Any) -> None:
    """Have another photo, or two of them blended, as one step; if it is not the first one, say what came along.

    fields: "content", "blend", as `Session.change` takes them.
    """
    artwork, before = session.artwork, session.artwork.state
    session.change(**fields)
    session.commit()
    if artwork.state.photo is not before.photo:
        message = _about_regions(before.regions, artwork.regions)
        if message is not None:
            session.post_message(message)


def _about_regions(before: tuple[Region, ...], kept: tuple[Region, ...]) -> Message | None:
    """Outlines are painted in the photo that comes, too; what was brushed belongs to the one that goes."""
    has_outlines = parts_without_outlines(kept) != kept
    has_strokes = relative_parts(before) != before
    outlines = QCoreApplication.translate(
        "PhotoChange", "Regions that you drew on the photo before are painted in this one, too."
    )
    strokes = QCoreApplication.translate(
        "PhotoChange", "What you brushed on the photo before was left out; undo brings both back."
    )
    if has_outlines and has_strokes:
        return Message(f"{outlines} {strokes}", action="leave_out_outlines", more=("take_strokes_along",))
    if has_outlines:
        return Message(outlines, action="leave_out_outlines")
    return Message(strokes, action="take_strokes_along") if has_strokes else None
