"""How sessions are opened: work for the thread of the session, since all of it waits for the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from studio.core.card import Card
from studio.core.errors import StudioError
from studio.core.project.project import Project
from studio.core.project.session_store import Recorded, SessionStore, open_session, peek, take_session


@dataclass(frozen=True)
class FoundWork:
    """What was there at the last start.

    store: None if nothing can be kept, of which `error` tells. project: None if there is nothing to show. usage: of the
    disk.
    """

    store: SessionStore | None = None
    project: Project | None = None
    usage: Recorded | None = None
    error: StudioError | None = None


def find_work(cards: Iterable[Card], cap: int, on_found: Callable[[], None], *, starts_empty: bool) -> FoundWork:
    """Open the newest session and read it, or a new one if it `starts_empty`; on_found: called before that is read."""
    try:
        store = open_session(cap=cap, start_empty=starts_empty)
    except StudioError as error:  # what is there is shown nevertheless
        return FoundWork(project=None if starts_empty else peek(cards), error=error)
    if store.has_state:
        on_found()
    try:
        return FoundWork(store, store.recover(cards), store.usage())
    except StudioError as error:
        return FoundWork(store, None, store.usage(), error)


def begin_with(project: Project, cap: int) -> tuple[SessionStore, StudioError | None]:
    """A new session with a project in it, or the reason why that is not written yet. Raises StudioError without one."""
    store = open_session(cap=cap, start_empty=True)
    try:
        store.record(project)
    except StudioError as error:
        return store, error
    return store, None


def fetch_session(folder: Path, cap: int, cards: Iterable[Card]) -> tuple[SessionStore, Project]:
    """A session before, and what it holds. Raises StudioError if it is gone, in use or cannot be read.

    Where no lock tells whether another studio works in it, it is a new one with the same in it.
    """
    store = take_session(folder, cap)
    try:
        project = store.recover(cards) or Project()
        if not store.is_locked:
            store.close()
            store = open_session(cap=cap, start_empty=True)
            store.record(project)
    except StudioError:
        store.close()
        raise
    return store, project
