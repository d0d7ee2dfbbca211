"""The badge on the canvas: a word on the state of the picture, such as "Finishing 62 %", and what it means."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.core.displayable import displayable, shortened
from studio.ui.session.live_preview import LivePreview
from studio.ui.session.session import Session
from studio.ui.session.shown_picture import percent

translate = QCoreApplication.translate
_LONGEST_NAME = 40  # characters of a profile's


def badge_text(session: Session, profile: str) -> str:
    """What is said of the picture on the canvas; "" for nothing. profile: which it is proofed for, "" for none."""
    badge = _state(session)
    if profile and session.on_canvas.picture is not None:
        printed = translate("Badge", "as {} prints it").format(shortened(displayable(profile), _LONGEST_NAME))
        badge = ", ".join(filter(None, [badge, printed]))
    return badge


def badge_tip(session: Session) -> str:
    """What the badge means, where it is one of Live's."""
    live = session.live
    if session.on_canvas.looked_at is not None or session.finishing.run is not None or live.picture is None:
        return ""
    if live.progress == 1:
        return translate(
            "Badge", "A quick painting without the finest detail. Finish paints it in full quality and size."
        )
    if live.progress is not None:
        return translate(
            "Badge", "The Live picture is being painted with more detail while you rest. A change ends that."
        )
    if live.is_fine:
        return translate(
            "Badge", "Painted by the larger network while you rest: nearer to the style. It follows every change."
        )
    return translate(
        "Badge", "Painted at once, and again with every change. Finish paints it in full quality and size."
    )


def _state(session: Session) -> str:
    artwork, run = session.artwork, session.finishing.run
    if session.on_canvas.looked_at is not None:
        return translate("Badge", "From the history")
    if run is not None:
        return translate("Badge", "Finishing {}").format(percent(run.progress))
    if session.live.picture is not None:
        return _state_of_live(session.live)
    if artwork.is_half_painted and artwork.result is not None:
        progress = artwork.result.progress
        if progress:
            return translate("Badge", "Stopped at {}").format(percent(progress))
        return translate("Badge", "Stopped early")
    return translate("Badge", "Finished") if artwork.is_finished else ""


def _state_of_live(live: LivePreview) -> str:
    if live.progress == 1:
        return translate("Badge", "Draft")
    painted = translate("Badge", "Live, fine") if live.is_fine else translate("Badge", "Live")
    if live.progress is None:
        return painted
    return translate("Badge", "{}, refining {}").format(painted, percent(live.progress))
