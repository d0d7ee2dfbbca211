"""Artwork: the photo, the styles, the recipe and the results so far, with undo over everything the artist changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from typing import Any, Literal

from studio.core.artwork.artwork_state import ArtworkState, Result, relative_parts
from studio.core.artwork.blend import Blend
from studio.core.artwork.blended_pictures import BlendedPictures
from studio.core.artwork.card_corrections import CardCorrections
from studio.core.artwork.style_mix import StyleMix
from studio.core.artwork.undo_stack import UndoStack
from studio.core.errors import RecipeError
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from studio.core.regions.region import MOST_REGIONS, Region, with_own_names
from studio.core.styles.style import Style

RESULTS_KEPT = 24  # pictures, not settings: they are what fills memory


class Artwork:
    """One artwork in the making: the only mutable object of the core.

    Changes may come in any number (a slider being dragged); `commit` makes one undo step of them. A result belongs to
    the settings it was painted from, so undo brings the picture back together with its sliders, and a new result of
    the same settings replaces the old one without a step of its own. All results stay in `history`.
    """

    def __init__(
        self,
        state: ArtworkState | None = None,
        undo: Sequence[ArtworkState] = (),
        redo: Sequence[ArtworkState] = (),
        history: Sequence[Result] = (),
    ) -> None:
        """As it is at first, or as `state`, `undo_stack`, `redo_stack` and `history` of another were."""
        self._undo = UndoStack(state or ArtworkState(), undo, redo)
        self._history = tuple(history)[-RESULTS_KEPT:]
        self._exported: Result | None = None
        self.forgotten: frozenset[str] = frozenset()  # what was deleted for good since
        self._blended = BlendedPictures((self.state, *self._history))
        self.cards = CardCorrections()

    def become(self, other: Artwork) -> bool:
        """Be another artwork from now on, with its undo and its history; returns whether the state differs.

        What is known of styles stays known.
        """
        before, cards = self.state, self.cards
        self.__dict__.update(other.__dict__)
        self.cards = cards
        return self.state != before

    @property
    def state(self) -> ArtworkState:
        """The present state, uncommitted changes included."""
        return self._undo.present

    @property
    def content(self) -> Picture | None:
        """The picture to be painted: the photo, or two of them blended."""
        return self.state.content

    @property
    def blend(self) -> Blend | None:
        """The double exposure that `content` is, or None."""
        return self.state.blend

    @property
    def awaited_blend(self) -> Blend | None:
        """The blend that `content` only stands in for: hand what `blend_pictures` makes of it to `take_blended`."""
        return None if self._blended.is_made(self.state) else self.state.blend

    @property
    def missing(self) -> Literal["picture", "blend", "style"] | None:
        """What has to come before it can be painted; "blend": the picture of the awaited one."""
        if self.recipe.method != "pattern" and self.content is None:
            return "picture"
        if self.recipe.method != "pattern" and self.awaited_blend is not None:
            return "blend"
        return None if self.styles else "style"

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles in the mix, in the order of `recipe.style_shares`."""
        return self.state.styles

    @property
    def recipe(self) -> StyleRecipe:
        """The present settings."""
        return self.state.recipe

    @property
    def regions(self) -> tuple[Region, ...]:
        """Where it is painted otherwise; a later one lies over earlier ones."""
        return self.state.regions

    @property
    def result(self) -> Result | None:
        """The newest result of this photo, perhaps painted from settings that have changed since."""
        return self.state.result

    @property
    def history(self) -> tuple[Result, ...]:
        """All results, oldest first, at most RESULTS_KEPT."""
        return self._history

    @property
    def is_finished(self) -> bool:
        """Whether the result is complete and painted from the present settings."""
        result = self.result
        return result is not None and result.is_complete and not result.is_draft and self._is_up_to_date(result)

    @property
    def is_half_painted(self) -> bool:
        """Whether the result was painted from the present settings, but not to its end: one can go on from it."""
        result = self.result
        return result is not None and not (result.is_complete or result.is_draft) and self._is_up_to_date(result)

    @property
    def has_unsaved_result(self) -> bool:
        """Whether there is a result that was not exported."""
        return self.result is not None and self.result is not self._exported

    @property
    def mix(self) -> StyleMix:
        """The styles with their shares."""
        return StyleMix.of(self.styles, self.recipe)

    @property
    def committed_mix(self) -> StyleMix:
        """The same with the shares of the last commit, where there were as many styles."""
        committed = self._undo.committed
        return StyleMix.of(self.styles, committed.recipe if len(committed.styles) == len(self.styles) else self.recipe)

    def change(self, **fields: Any) -> bool:
        """Set `content`, `blend`, `styles` (then shares are equal unless given too), `regions` or fields of the recipe.

        Another content ends a blend, and what was brushed on the one before; a blend of None leaves the first of its
        two pictures. Returns whether anything differs now. Raises RecipeError, changing nothing, if a value is out of
        its range.
        """
        state = self.state
        photo = fields.pop("content", state.photo)
        blend = fields.pop("blend", state.blend if photo is state.photo else None)
        content = photo if blend is None else self._blended.content_of(blend, state)
        styles = tuple(fields.pop("styles", state.styles))
        kept = state.regions if photo is state.photo else relative_parts(state.regions)
        regions = with_own_names(fields.pop("regions", kept))
        if len(regions) > MOST_REGIONS:
            raise RecipeError(f"An artwork has at most {MOST_REGIONS} regions.", "Remove one, or add to it.")
        if len(styles) != len(state.styles):
            fields.setdefault("style_shares", ())
        recipe = state.recipe.change(**fields)
        changed = ArtworkState(content, styles, recipe, state.result, blend, state.removed, regions)
        if changed.has_settings_of(state) and changed.recipe.size_rule == state.recipe.size_rule:
            return False
        if not changed.has_content_of(state):
            changed = replace(changed, result=None)  # one of another photo would be shown over the wrong picture
        changed.recipe.shares_of(len(styles) or len(changed.recipe.style_shares))
        self._undo.present = changed
        return True

    def change_mix(self, mix: StyleMix) -> bool:
        """Paint in these styles, with these shares."""
        return self.change(styles=mix.styles, style_shares=mix.shares)

    def resize(self, long_edge: int) -> bool:
        """Have another size that follows from the present rule, which is no undo step; returns whether it differs.

        So do all steps of this photo and method that nothing was painted of, where the rule had given the same size:
        undo never brings the old one back. Raises RecipeError, changing nothing, if it is out of its range.
        """
        now = self.state
        size = now.recipe.change(long_edge=long_edge, size_rule=now.recipe.size_rule).long_edge

        def resized(state: ArtworkState) -> ArtworkState:
            old, new = state.recipe, now.recipe
            is_alike = (old.size_rule, old.long_edge, old.method) == (new.size_rule, new.long_edge, new.method)
            if not is_alike or state.photo is not now.photo or state.result is not None:
                return state
            return replace(state, recipe=old.change(long_edge=size, size_rule=old.size_rule))

        self._undo.map(resized)
        return self.recipe.long_edge != now.recipe.long_edge

    def add_region(self, region: Region, place: int | None = None) -> bool:
        """Put a region over the others, or at a place among them."""
        place = len(self.regions) if place is None else place
        return self.change(regions=(*self.regions[:place], region, *self.regions[place:]))

    def change_region(self, index: int, region: Region) -> bool:
        """Have another region in the place of one."""
        return self.change(regions=(*self.regions[:index], region, *self.regions[index + 1 :]))

    def take_blended(self, blend: Blend, picture: Picture) -> bool:
        """Take the picture of a blend, which is no undo step; False if these two are not blended any more.

        It becomes the content; if another blend of the two is awaited by now, it stands in for that one.
        """
        if self.state.blend is None or self.state.blend.pictures != blend.pictures or self.awaited_blend is None:
            return False
        self._blended.note(blend, picture)
        self._undo.replace(content=picture)
        return True

    def commit(self) -> bool:
        """Make one undo step of all changes since the last; returns whether there were any."""
        return self._undo.commit()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self.undo_states is not None

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back that can be done again."""
        return self.redo_states is not None

    @property
    def undo_states(self) -> tuple[ArtworkState, ArtworkState] | None:
        """The states before and after the step that `undo` would take back, or None."""
        return self._undo.undo_states

    @property
    def redo_states(self) -> tuple[ArtworkState, ArtworkState] | None:
        """The states before and after the step that `redo` would do again, or None."""
        return self._undo.redo_states

    @property
    def undo_stack(self) -> tuple[ArtworkState, ...]:
        """The states that can be gone back to, oldest first; those with a blend have no content."""
        return self._undo.back

    @property
    def redo_stack(self) -> tuple[ArtworkState, ...]:
        """The states that can be gone forward to, the next one last; those with a blend have no content."""
        return self._undo.forward

    def undo(self) -> bool:
        """Back by one step, the picture included; False at the beginning."""
        return self._undo.undo(self._complete)

    def redo(self) -> bool:
        """Forward by one undone step; False at the end."""
        return self._undo.redo(self._complete)

    def add_result(self, result: Result) -> None:
        """Keep it in the history, and make it the present result if it is one of the photo on the table.

        Where it was painted from the settings before the last step, undo brings it back with them.
        """
        self.keep_result(result)
        if self._is_of_content(result):
            self._undo.replace(result=result)

    def keep_result(self, result: Result) -> None:
        """As `add_result`, but what is present stays."""
        self._history = (*self._history[1 - RESULTS_KEPT :], result)
        self._undo.put_result(result)

    def remove(self, *keys: str) -> bool:
        """Throw things away, until that is undone; see `removal_key`. Returns whether any of them was there."""
        return self._undo.change_removed(self.state.removed | set(keys))

    def bring_back(self, *keys: str) -> bool:
        """Have things again that were thrown away, whatever was done since."""
        return self._undo.change_removed(self.state.removed - set(keys))

    def note_added(self, *keys: str, gone: Iterable[str] = ()) -> bool:
        """Make a step of things that have come, `gone` for them: before it, they are as if they were thrown away.

        Where a style came to be used at once, that is the step. Returns whether there is another one.
        """
        return self._undo.note_added(keys, gone)

    @property
    def out_of_reach(self) -> frozenset[str]:
        """What was thrown away and no undo, nor redo, brings back any more: it can be deleted for good."""
        return self._undo.out_of_reach

    def forget(self, keys: Set[str], results: Iterable[Result] = ()) -> None:
        """Keep no account any more of things that were deleted for good, nor of results that were among them."""
        self.forgotten = self.forgotten | keys
        gone = {id(result) for result in results}
        self._history = tuple(result for result in self._history if id(result) not in gone)
        self._undo.forget_removed(keys)

    def restore(self, result: Result) -> bool:
        """Bring back a result with everything it was painted from."""
        removed = self.state.removed
        changed = ArtworkState(
            result.content, result.styles, result.recipe, result, result.blend, removed, result.regions
        )
        if changed == self.state:
            return False
        if changed.has_settings_of(self.state):
            self._undo.replace(result=result)
        else:
            self._undo.present = changed
        return True

    def recolor_result(self, picture: Picture, keep_color: float, regions: Sequence[Region] = ()) -> None:
        """Replace the present result by itself with other colours kept; nothing happens if it keeps as much already.

        regions: those of the result, which may keep other shares than the rest.
        So an engine may tell a colour twice, and a result that was exported in between stays exported.
        """
        old = self.result
        if old is None or (old.recipe.keep_color == keep_color and old.regions == tuple(regions)):
            return
        recipe = old.recipe.change(keep_color=keep_color)
        new = replace(old, picture=picture, uncolored=old.painted, recipe=recipe, regions=tuple(regions))
        self._history = tuple(new if result is old else result for result in self._history)
        self._undo.replace(result=new)

    def mark_exported(self, result: Result) -> None:
        """Remember that this result lies in a file now."""
        self._exported = result

    def _is_up_to_date(self, result: Result) -> bool:
        is_alike = result.styles == self.styles and result.recipe == self.recipe and result.regions == self.regions
        return self._is_of_content(result) and is_alike

    def _is_of_content(self, result: Result) -> bool:
        return result.content is self.content and self.awaited_blend is None

    def _complete(self, state: ArtworkState) -> ArtworkState:
        return self._blended.completed(state, self.state)
