"""KnownDrafts: the drafts that were painted last, so that whoever comes back to their settings sees them at once."""

from __future__ import annotations

from dataclasses import replace

from studio.core.artwork.artwork_state import ArtworkState, Result

MOST_BYTES = 128 << 20  # of their pictures: some fifty of 768 px, or seven of 2048 px


class KnownDrafts:
    """Drafts and the settings they were painted of; the oldest go where their pictures take too much memory."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._drafts: list[tuple[ArtworkState, Result, int]] = []  # the newest last, with the bytes of its pictures

    def note(self, state: ArtworkState, draft: Result) -> None:
        """Keep the draft of a state's settings, in place of another one of the same."""
        kept = [one for one in self._drafts if not one[0].has_settings_of(state)]
        size = sum(picture.nbytes for picture in (draft.picture, draft.uncolored) if picture is not None)
        self._drafts = [*kept, (replace(state, result=None), draft, size)]
        while len(self._drafts) > 1 and sum(one[2] for one in self._drafts) > self._most_bytes:
            del self._drafts[0]

    def of(self, state: ArtworkState) -> Result | None:
        """The draft of these settings, or None; nor one whose pictures rest on the disk by now, as those kept may."""
        for known, draft, _ in self._drafts:
            if known.has_settings_of(state) and draft.picture.is_in_memory:
                # two that are blended may have been blended anew since
                return draft if draft.content is state.content else replace(draft, content=state.content)
        return None

    def clear(self) -> None:
        """Forget all."""
        self._drafts.clear()
