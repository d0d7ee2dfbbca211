"""A session in processes that are killed at moments drawn from a seed; a program of its own, for test_killed_sessions.

    python -m tests.support.killed_session ROOT SEED KILLS

Each process is forked, takes the session up as it is, and records action after action until it is killed: from outside
after a while, or by itself in the middle of a write or at a call to the system. Prints a line of JSON for each: how it
ended, the action it began with and the last one it was told is safe, and the one that is there afterwards, which is
checked pixel by pixel.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

from studio.core.artwork.artwork_state import ArtworkState, Result, removal_key
from studio.core.picture import Picture
from studio.core.project.project import HistoryEntry, Project
from studio.core.project.session_store import open_session
from studio.core.project.waiting_sessions import DOCUMENT
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from tests.support.fakes import make_card, make_picture
from tests.support.killed_batch import CALLS, Budget, Spent, true_fdopen, true_write

ROOM = 100_000  # bytes for this session and one more, but not for two
KEPT = 5  # entries of the history; older ones are removed, and so are their pictures
LONGEST = 0.06  # seconds until a kill from outside
BYTES_PER_ACTION = 14_000
CALLS_PER_ACTION = 16


def picture_of(number: int) -> Picture:
    """What the action of that number paints."""
    return make_picture(24, 16, f"painted {number}", seed=number)


def photo_of(number: int) -> Picture:
    """The photo at that action; another one at every fourth."""
    return make_picture(20, 20, "photo", seed=10_000 + number // 4)


def removed_at(number: int) -> frozenset[str]:
    """What is thrown away at that action: at every third one of the shelf, which the next action brings back."""
    return frozenset([removal_key("entry", f"{number - 1:016x}")]) if number % 3 == 0 else frozenset()


def act(project: Project, number: int) -> Project:
    """The session after one action more: a slider, a painting, sometimes another photo; undo grows."""
    before = project.state
    content = before.content
    if content is None or number % 4 == 0:
        content = photo_of(number)
    styles = before.styles or (Style(make_picture(16, 16, "style", seed=77), make_card()),)
    recipe = StyleRecipe(seed=number)
    result = Result(picture_of(number), content, styles, recipe, notes=(str(number),))
    entry = HistoryEntry(result, float(number), str(number), is_pinned=number % 5 == 0, id=f"{number:016x}")
    history = (*project.history, entry)[-KEPT:]
    return Project(
        ArtworkState(content, styles, recipe, result, removed=removed_at(number)),
        undo=(*project.undo, before)[-KEPT:],
        history=history,
        shown=len(history) - 1,
        window={"number": number},
    )


def number_of(project: Project | None) -> int:
    """The number of the last action; fails unless all of it is there, and nothing else."""
    if project is None:
        return 0
    number = int(project.window["number"])
    assert project.problems == (), project.problems
    assert project.state.recipe.seed == number
    assert [entry.note for entry in project.history] == [str(n) for n in range(max(1, number - KEPT + 1), number + 1)]
    for entry in project.history:
        assert entry.result.picture.fingerprint == picture_of(int(entry.note)).fingerprint
        assert entry.is_pinned == (int(entry.note) % 5 == 0) and entry.id == f"{int(entry.note):016x}"
    assert project.state.removed == removed_at(number)
    assert project.state.result is project.history[-1].result
    assert project.state.content is not None and project.state.content.fingerprint == photo_of(number).fingerprint
    assert len(project.undo) == min(number, KEPT)
    return number


def leave_another_session(root: Path) -> None:
    """An old session beside the one that is killed, which is to make room for it."""
    with closing(open_session(root, start_empty=True)) as store:
        store.record(Project(ArtworkState(make_picture(200, 200, seed=5))))
    os.utime(store.folder / DOCUMENT, (1.0, 1.0))


def prepare_to_die(draw: random.Random) -> None:
    """Let this process be killed by itself within the next few actions."""
    if draw.random() < 0.5:
        budget = Budget(draw.randrange(BYTES_PER_ACTION * 3))
        os.fdopen = lambda file, *mode: Spent(true_fdopen(file, *mode), budget)  # type: ignore[assignment, misc]
    else:
        budget = Budget(draw.randrange(1, CALLS_PER_ACTION * 3))
        for name in CALLS:
            setattr(os, name, budget.call(getattr(os, name)))


def record_until_killed(root: Path, log: int, draw: random.Random, kills_itself: bool) -> None:
    """Act, record, say so; for ever."""
    store = open_session(root)
    store.cap = ROOM
    project = store.recover() or Project()
    number = number_of(project if project.window else None)
    true_write(log, f"{number}\n".encode())
    if kills_itself:
        prepare_to_die(draw)
    while True:
        number += 1
        project = act(project, number)
        store.record(project)
        true_write(log, f"{number}\n".encode())


def wait_and_kill(process: int, reader: int, seconds: float | None) -> list[int]:
    """What a process says until it is dead: after so many seconds beyond its first word; None: when it wants to."""
    said = os.read(reader, 1 << 16)
    end = None if seconds is None else time.monotonic() + seconds
    while True:
        left = None if end is None else max(0.0, end - time.monotonic())
        if left == 0 or not select.select([reader], [], [], left)[0]:
            os.kill(process, signal.SIGKILL)
            end = None
        part = os.read(reader, 1 << 16)
        if not part:
            return [int(line) for line in said.split(b"\n")[:-1]]
        said += part


def main(root: Path, seed: int, kills: int) -> None:
    """Kill, look, go on."""
    draw = random.Random(seed)
    for kill in range(kills):
        reader, log = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(reader)
            record_until_killed(root, log, draw, kills_itself=kill % 2 == 0)
        os.close(log)
        said = wait_and_kill(process, reader, draw.random() * LONGEST if kill % 2 else None)
        os.close(reader)
        draw.random()  # another child, another draw
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        with closing(open_session(root)) as store:
            found = number_of(store.recover())
        if found and kill % 10 == 0:
            leave_another_session(root)
        line = {
            "status": status,
            "began": said[0] if said else None,
            "safe": said[-1] if said else None,
            "found": found,
        }
        sys.stdout.write(f"{json.dumps(line)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
