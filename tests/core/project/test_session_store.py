"""The session on disk: the last state, written cheaply, kept in bounds, safe from other studios and full disks."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any

import numpy as np
import pytest

from studio.core.artwork.artwork_state import ArtworkState, Result
from studio.core.errors import PictureError, ProjectError, StudioError, WriteError
from studio.core.image_io import open_picture
from studio.core.picture import Picture
from studio.core.project import session_files
from studio.core.project.archive import ArchiveReader
from studio.core.project.picture_bytes import release
from studio.core.project.project import HistoryEntry, Project, ProjectFile, project_of
from studio.core.project.project_file import load_project, save_project
from studio.core.project.session_store import SessionStore, open_session, peek
from studio.core.project.waiting_sessions import (
    DOCUMENT,
    discard_session,
    sessions_folder,
    sweep_sessions,
    waiting_sessions,
)
from studio.core.recipe import StyleRecipe
from studio.core.storage.folder_lock import FolderLock
from tests.core.project.projects import assert_alike, make_project
from tests.support.disk_without_locks import refuse_locks_in
from tests.support.fakes import make_picture
from tests.support.killed_session import act, number_of
from tests.support.picture_files import encoded, noise
from tests.support.refused_calls import failing

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "sittings"


@pytest.fixture
def store(root: Path) -> Iterator[SessionStore]:
    with closing(open_session(root)) as store:
        yield store


def reopened(store: SessionStore) -> Project:
    """What the next start shows."""
    store.close()
    with closing(open_session(store.folder.parent)) as again:
        assert again.folder == store.folder
        found = again.recover()
    assert found is not None
    return found


def pictures_in(store: SessionStore) -> set[str]:
    return {path.name for path in (store.folder / "pictures").iterdir()}


def make_shelf(count: int, pinned: tuple[int, ...] = ()) -> Project:
    """A history of so many paintings, the last one on the canvas, with undo through all of them."""
    results = [Result(make_picture(40, 40, seed=n), None, (), StyleRecipe(seed=n)) for n in range(count)]
    history = tuple(HistoryEntry(result, float(n), str(n), n in pinned) for n, result in enumerate(results))
    states = [ArtworkState(recipe=result.recipe, result=result) for result in results]
    return Project(states[-1], undo=tuple(states[:-1]), history=history, shown=count - 1)


def test_an_evening_is_there_again_as_one_left_it(store: SessionStore) -> None:
    project = make_project()
    recorded = store.record(project)
    assert recorded.dropped == () and recorded.size == sum(
        path.stat().st_size for path in store.folder.rglob("*/*") if path.is_file()
    )
    found = reopened(store)
    assert_alike(project, found)
    assert found.problems == () and found.artwork().can_undo


def test_it_lies_in_the_users_data_folder(own_data_folder: Path) -> None:
    with closing(open_session()) as store:
        assert store.folder.parent == sessions_folder() == own_data_folder / "sittings"


def test_a_new_session_has_nothing_to_recover_and_leaves_nothing_behind(root: Path) -> None:
    store = open_session(root)
    assert store.recover() is None
    store.close()
    store.close()
    assert list(root.iterdir()) == []


def test_a_photo_is_kept_as_its_file_with_the_place_it_came_from(store: SessionStore, tmp_path: Path) -> None:
    place = tmp_path / "boat.jpg"
    place.write_bytes(encoded("JPEG", noise()))
    photo = open_picture(place)
    store.record(make_project(photo))
    (kept,) = (store.folder / "pictures").glob("*.jpg")
    assert kept.read_bytes() == place.read_bytes()
    place.unlink()
    found = reopened(store).state.photo
    assert found is not None and found.fingerprint == photo.fingerprint and found.source == place


def test_only_what_is_new_is_written_and_what_no_longer_counts_is_removed(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    true_replace = session_files.replace_file

    def replace_file(path: Path, data: bytes) -> None:
        written.append(path.name)
        true_replace(path, data)

    monkeypatch.setattr(session_files, "replace_file", replace_file)
    project = make_shelf(3)
    store.record(project)
    assert len(written) == 7 and written[-1] == DOCUMENT, "the document is the last, since it names the others"
    written.clear()
    store.record(replace(project, state=replace(project.state, recipe=StyleRecipe(strength=0.1))))
    assert written == [DOCUMENT]
    written.clear()
    store.record(replace(project.without_entry(0), undo=project.undo[1:]))
    assert written == [DOCUMENT] and len(pictures_in(store)) == 2
    store.record(project)
    assert len(pictures_in(store)) == 3, "what was undone is there again"


def test_a_project_is_saved_whatever_is_recorded_while_its_files_are_read(store: SessionStore, tmp_path: Path) -> None:
    project = make_shelf(2)
    store.record(project)
    kept, give_back = store.lend_files()
    store.record(make_shelf(1))
    save_project(tmp_path / "evening.studio", project, kept=kept)
    assert_alike(load_project(tmp_path / "evening.studio"), project)
    give_back()
    store.record(make_shelf(1))
    assert len(pictures_in(store)) == 1


def test_what_was_lent_can_be_removed_without_another_state(store: SessionStore) -> None:
    store.prune()
    store.record(make_shelf(2))
    _, give_back = store.lend_files()
    store.record(make_shelf(1))
    store.prune()
    assert len(pictures_in(store)) == 2
    give_back()
    store.prune()
    assert len(pictures_in(store)) == 1
    store.close()
    store.prune()
    assert len(reopened(store).history) == 1


def test_what_is_lent_costs_no_session_before_its_place(root: Path) -> None:
    with closing(open_session(root)) as before:
        before.record(make_shelf(1))
    with closing(open_session(root, start_empty=True)) as store:
        size = store.record(make_shelf(6)).size
        _, give_back = store.lend_files()
        store.cap = size
        assert store.record(make_shelf(1)).size == size, "it is told of all there is"
        assert {session.folder for session in waiting_sessions(root)} == {before.folder, store.folder}
        give_back()


def test_the_oldest_paintings_that_are_neither_pinned_nor_shown_go_above_the_cap(store: SessionStore) -> None:
    project = make_shelf(6, pinned=(1,))
    size = store.record(project).size
    store.cap = size // 2
    recorded = store.record(project)
    assert [entry.note for entry in recorded.dropped] == ["0", "2", "3"] and recorded.size <= store.cap
    found = reopened(store)
    assert [entry.note for entry in found.history] == ["1", "4", "5"] and found.shown == 2
    assert [state.result is not None for state in found.undo] == [False, True, False, False, True]
    assert [state.recipe.seed for state in found.undo] == [0, 1, 2, 3, 4], "settings cost nothing"


def test_what_the_cap_has_dropped_is_not_written_again_until_the_cap_is_raised(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_shelf(4)
    size = store.record(project).size
    store.cap = size // 2
    store.record(project)
    packed: list[str] = []
    true_add = session_files.SessionFiles.add
    monkeypatch.setattr(
        session_files.SessionFiles, "add", lambda self, files: packed.extend(files) or true_add(self, files)
    )
    assert len(store.record(project).dropped) == 3 and len(packed) == 2
    store.cap = size
    assert store.record(project).dropped == () and len(pictures_in(store)) == 4


def test_of_what_is_there_again_only_the_picture_on_the_canvas_is_read_at_once(store: SessionStore) -> None:
    project = make_shelf(4)
    store.record(project)
    found = reopened(store)
    assert [entry.result.picture.is_in_memory for entry in found.history] == [False, False, False, True]
    for entry, before in zip(found.history, project.history, strict=True):
        assert (entry.result.picture.width, entry.id) == (40, before.id)
        assert np.array_equal(entry.result.picture.pixels, before.result.picture.pixels)


def test_pictures_that_are_on_disk_can_leave_the_memory_and_come_back(store: SessionStore) -> None:
    project = make_shelf(3)
    picture = project.history[0].result.picture
    pixels = picture.pixels.copy()
    assert not release(picture), "it lies nowhere else"
    store.record(project)
    assert release(picture) and not picture.is_in_memory and picture.width == 40
    store.record(project)
    assert not picture.is_in_memory, "it is not read to be written again"
    assert np.array_equal(picture.pixels, pixels) and picture.is_in_memory


def test_the_file_of_a_picture_that_only_rests_there_stays_though_no_state_names_it(store: SessionStore) -> None:
    project = make_shelf(3)
    store.record(project)
    pictures = [entry.result.picture for entry in project.history[:2]]
    assert release(pictures[0])
    lean = replace(project.without_entry(0).without_entry(0), undo=())
    store.record(lean)
    assert len(pictures_in(store)) == 2
    pictures[0].load()
    store.record(lean)
    assert len(pictures_in(store)) == 1
    assert not release(pictures[0]), "it would be lost"
    store.record(project)
    assert len(pictures_in(store)) == 3


def test_a_picture_that_is_gone_from_the_disk_is_told_when_it_is_asked_for(store: SessionStore) -> None:
    project = make_shelf(2)
    store.record(project)
    found = reopened(store)
    damaged_picture(store, project.history[0].result.picture)
    with pytest.raises(PictureError):
        found.history[0].result.picture.load()


def test_what_was_thrown_away_is_there_again_to_be_brought_back(store: SessionStore) -> None:
    project = make_shelf(3)
    artwork = project.artwork()
    key = project.history[0].key
    artwork.remove(key)
    artwork.commit()
    store.record(project_of(artwork, project.history))
    again = reopened(store)
    assert len(again.history) == 3 and again.state.removed == {key}
    back = again.artwork()
    assert back.undo() and back.state.removed == frozenset()
    assert [entry.id for entry in again.without_undo().history] == [entry.id for entry in project.history[1:]]


def test_what_was_thrown_away_goes_first_above_the_cap_pinned_or_not(store: SessionStore) -> None:
    project = make_shelf(4, pinned=(2,))
    thrown = replace(project, state=replace(project.state, removed=frozenset([project.history[2].key])))
    store.cap = store.record(thrown).size - 1
    assert [entry.note for entry in store.record(thrown).dropped] == ["2"]


def test_the_small_copy_of_a_painting_is_there_without_reading_the_large_one(store: SessionStore) -> None:
    large = Result(make_picture(600, 300), None, (), StyleRecipe())
    assert store.thumbnail(large.picture) is None
    store.record(Project(history=(HistoryEntry(large, 1.0),)))
    small = store.thumbnail(large.picture)
    assert small is not None and (small.width, small.height) == (256, 128)


def test_sessions_before_go_the_oldest_first_where_the_room_is_for_less(root: Path) -> None:
    stores = [open_session(root, start_empty=True) for _ in range(4)]
    for number, store in enumerate(stores):
        store.record(make_shelf(2, pinned=(0,) if number == 1 else ()))
        os.utime(store.folder / DOCUMENT, (1.7e9 + number, 1.7e9 + number))
    for store in stores[:3]:
        store.close()
    last = stores[3]
    size = last.record(make_shelf(2)).size
    last.cap = size + 2 * waiting_sessions(root)[0].size
    recorded = last.record(make_shelf(3))
    left = {session.folder for session in waiting_sessions(root)}
    assert left == {stores[1].folder, last.folder}, "what is pinned stays, and so does the present one"
    assert 0 < recorded.others < last.cap
    last.close()


def test_what_is_done_after_the_clock_was_set_back_comes_last_and_goes_last(root: Path) -> None:
    before = open_session(root)
    before.record(make_shelf(1))
    before.close()
    ahead = time.time() + 1e6
    os.utime(before.folder / DOCUMENT, (ahead, ahead))
    with closing(open_session(root, start_empty=True)) as evening:
        evening.record(make_shelf(2))
    with closing(open_session(root)) as found:
        assert found.folder == evening.folder
    (newest, oldest) = waiting_sessions(root)
    assert oldest.folder == before.folder and newest.modified < ahead - 9e5  # the time that is shown is the clock's
    assert sweep_sessions(root, newest.size, root / "elsewhere") == newest.size
    assert [session.folder for session in waiting_sessions(root)] == [evening.folder]


def test_a_session_that_is_written_again_comes_last_however_the_clock_was_set_meanwhile(root: Path) -> None:
    stores = [open_session(root, start_empty=True) for _ in range(3)]
    for number, store in enumerate(stores):
        store.record(make_shelf(1))
        os.utime(store.folder / DOCUMENT, (1e10 - number, 1e10 - number))  # each was written after a step back
    for store in (stores[1], stores[0], stores[2]):
        store.record(make_shelf(2))
        assert waiting_sessions(root)[0].folder == store.folder
        store.record(make_shelf(3))
        assert waiting_sessions(root)[0].folder == store.folder
    for store in stores:
        store.close()


@pytest.mark.parametrize("told", [b"", b"x", b"nan", b"inf", b"1e300", b"9" * 100], ids=repr)
def test_an_order_that_makes_no_sense_is_passed_over(root: Path, told: bytes) -> None:
    with closing(open_session(root)) as store:
        store.record(make_shelf(1))
        (store.folder / "order.txt").write_bytes(told)
        (session,) = waiting_sessions(root)
        assert session.order == session.modified


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_disk_that_lets_no_session_go_keeps_them_all_whole(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    before = open_session(root)
    before.record(make_shelf(2))
    before.close()
    last = open_session(root, start_empty=True)
    last.cap = 1
    with monkeypatch.context() as patched:
        for name in ("unlink", "rmdir"):
            patched.setattr(os, name, failing(code))
            patched.setattr(Path, name, failing(code))
        last.record(make_shelf(1))
    assert before.folder in {session.folder for session in waiting_sessions(root)}
    last.cap = 0  # it is looked after again
    last.record(make_shelf(1))
    assert [session.folder for session in waiting_sessions(root)] == [last.folder], "and when it does, they go"
    last.close()


def test_what_is_pinned_stays_even_above_the_cap(store: SessionStore) -> None:
    store.cap = 1
    project = make_shelf(3, pinned=(0, 1))
    assert store.record(project).dropped == ()
    assert len(reopened(store).history) == 3


class Line:
    """Where those wait who want to write; each until it is called up."""

    def __init__(self) -> None:
        self.waiting: list[Event] = []
        self.arrivals = Semaphore(0)

    def __enter__(self) -> None:
        turn = Event()
        self.waiting.append(turn)
        self.arrivals.release()
        assert turn.wait(60)

    def __exit__(self, *_: object) -> None:
        pass


def test_states_count_in_the_order_of_the_calls_whoever_comes_to_write_first(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line()
    with monkeypatch.context() as patched:
        patched.setattr(store, "_writing", line)
        threads = [Thread(target=store.record, args=(make_shelf(count),)) for count in (1, 3, 2)]
        for thread in threads:
            thread.start()
            assert line.arrivals.acquire(timeout=60)
        for turn, thread in reversed(list(zip(line.waiting, threads, strict=True))):
            turn.set()
            thread.join()
    assert len(reopened(store).history) == 2


def test_after_it_is_closed_nothing_is_written(store: SessionStore) -> None:
    store.record(make_shelf(1))
    store.close()
    with pytest.raises(ProjectError, match="closed"):
        store.record(make_shelf(2))
    assert len(reopened(store).history) == 1


HOLDER = """
import sys
from pathlib import Path
from studio.core.project.session_store import open_session
from tests.support.killed_session import act
from studio.core.project.project import Project

store = open_session(Path(sys.argv[1]))
store.record(act(Project(), 1))
print(store.folder, flush=True)
sys.stdin.read()
"""


def test_a_running_studio_keeps_its_session_and_a_killed_one_leaves_it_to_the_next(root: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT
    ) as holder:
        assert holder.stdout is not None
        theirs = Path(holder.stdout.readline().decode().strip())
        with closing(open_session(root)) as store:
            assert store.folder != theirs and store.recover() is None
        assert not discard_session(theirs) and (theirs / DOCUMENT).exists()
        holder.kill()
    with closing(open_session(root)) as store:
        assert store.folder == theirs and number_of(store.recover()) == 1


def test_who_starts_empty_keeps_the_sessions_before_and_can_discard_them(root: Path, store: SessionStore) -> None:
    store.record(make_shelf(1))
    store.close()
    with closing(open_session(root, start_empty=True)) as empty:
        assert empty.recover() is None
    (waiting,) = waiting_sessions(root)
    assert waiting.folder == store.folder and waiting.size > 1000 and waiting.modified > 1.7e9
    assert discard_session(store.folder)
    assert waiting_sessions(root) == []
    with pytest.raises(ProjectError, match="not a session"):
        discard_session(root)
    assert root.exists()


def other_studio(root: Path, found: list[SessionStore]) -> Callable[..., None]:
    """What a studio does that is started just now, with an empty table."""

    def start(*_: object, **__: object) -> None:
        if not found:
            found.append(open_session(root, start_empty=True))

    return start


def test_a_studio_that_starts_while_a_session_is_discarded_takes_another_folder(
    root: Path, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record(make_shelf(2))
    store.close()
    found: list[SessionStore] = []
    start, rmtree = other_studio(root, found), shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", lambda *words, **options: (start(), rmtree(*words, **options)))
    assert discard_session(store.folder) and not store.folder.exists()
    (other,) = found
    assert other.folder != store.folder
    other.close()


def test_a_studio_that_takes_a_folder_just_given_free_keeps_it_and_its_lock(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = open_session(root)
    found: list[SessionStore] = []
    start, release = other_studio(root, found), FolderLock.release
    monkeypatch.setattr(FolderLock, "release", lambda lock: (release(lock), start()))
    empty.close()
    (other,) = found
    assert other.folder == empty.folder and not FolderLock(other.folder).take_if_free(0.0)
    other.record(make_shelf(1))
    assert len(reopened(other).history) == 1


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """All disks are such as know no locks."""
    if sys.platform == "win32":
        pytest.skip("flock is POSIX")
    monkeypatch.setattr("fcntl.flock", failing(errno.ENOLCK))


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


@pytest.mark.usefixtures("no_locks")
def test_without_locks_no_session_is_discarded_that_a_studio_may_work_in(root: Path) -> None:
    with closing(open_session(root)) as theirs, closing(open_session(root, cap=1)) as ours:
        theirs.record(make_shelf(3))
        before = files_in(theirs.folder)
        assert not discard_session(theirs.folder)
        assert ours.record(make_shelf(2)).others > 1
        assert files_in(theirs.folder) == before
        theirs.record(make_shelf(2))
    assert ours.has_state and discard_session(ours.folder, is_ours=True) and not ours.folder.exists()


def test_without_locks_on_that_disk_a_studio_goes_on_with_what_its_computer_began_and_keeps_to_the_cap(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root.mkdir()
    refuse_locks_in(root, monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with closing(open_session(root)) as theirs, closing(open_session(root)) as left:
        theirs.record(make_shelf(3))
        left.record(make_shelf(2))
        assert len(reopened(left).history) == 2
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr("studio.core.project.waiting_sessions.machine", lambda: "0123abcd")
            with closing(open_session(root, start_empty=True)) as distant:
                distant.record(make_shelf(1))
        before = files_in(theirs.folder) | files_in(distant.folder)
        with closing(open_session(root, cap=1, start_empty=True)) as ours:
            ours.record(make_shelf(1))
        assert not left.folder.exists()
        assert files_in(theirs.folder) | files_in(distant.folder) == before


@pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX")
def test_a_lock_that_the_disk_no_longer_gives_free_does_no_harm(
    root: Path, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record(make_shelf(1))
    with monkeypatch.context() as patched:
        patched.setattr("fcntl.flock", failing(errno.EIO))
        store.close()
    assert len(reopened(store).history) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX")
@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE])
def test_a_disk_that_fails_while_a_session_is_discarded_costs_nothing(
    code: int, root: Path, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record(make_shelf(1))
    store.close()
    before = files_in(store.folder)
    with monkeypatch.context() as patched:
        patched.setattr("fcntl.flock", failing(code))
        with pytest.raises(StudioError):
            discard_session(store.folder)
        with pytest.raises(StudioError):
            open_session(root, cap=0)
    assert files_in(store.folder) == before


def test_the_newest_session_is_taken_first_and_then_the_one_before(root: Path) -> None:
    stores = [open_session(root) for _ in range(2)]
    for number, store in enumerate(stores):
        store.record(make_shelf(number + 1))
        os.utime(store.folder / DOCUMENT, (1.7e9 + number, 1.7e9 + number))
    for store in stores:
        store.close()
    again = [open_session(root) for _ in range(2)]
    assert [store.folder for store in again] == [store.folder for store in reversed(stores)]
    for store in again:
        store.close()


def test_links_and_strangers_among_the_sessions_are_not_touched(
    root: Path, store: SessionStore, tmp_path: Path
) -> None:
    store.record(make_shelf(1))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / DOCUMENT).write_bytes((store.folder / DOCUMENT).read_bytes())
    (root / "20260101-000000-00000000").symlink_to(elsewhere)
    (root / "notes.txt").write_text("mine")
    with closing(open_session(root)) as other:
        assert other.folder not in (store.folder, root / "20260101-000000-00000000")
    assert [path.name for path in elsewhere.iterdir()] == [DOCUMENT]


def fail_every(name: str, nth: int, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every n-th call of a function of the system fail."""
    true_call, count = getattr(os, name), 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return failing(code)() if count % nth == 0 else true_call(*arguments, **named)

    monkeypatch.setattr(os, name, call)


class FullDisk:
    """Files on a disk that has room for so many bytes more."""

    def __init__(self, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room = room
        true_fdopen = os.fdopen
        monkeypatch.setattr(os, "fdopen", lambda file, mode: FullDiskFile(true_fdopen(file, mode), self))


class FullDiskFile:
    def __init__(self, file: Any, disk: FullDisk) -> None:
        self._file, self._disk = file, disk

    def __enter__(self) -> FullDiskFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> None:
        taken = min(self._disk.room, len(data))
        self._disk.room -= taken
        self._file.write(data[:taken])
        if taken < len(data):
            failing(errno.ENOSPC)()


@pytest.mark.parametrize("nth", [1, 2, 3, 5])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("fsync", errno.EIO),
        ("fsync", errno.ENOSPC),
        ("replace", errno.EIO),
        ("open", errno.EMFILE),
        ("unlink", errno.EIO),
    ],
)
def test_whatever_fails_the_last_state_stays_and_the_next_call_tries_again(
    store: SessionStore, name: str, code: int, nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = act(Project(), 1)
    store.record(project)
    safe = 1
    with monkeypatch.context() as patched:
        fail_every(name, nth, code, patched)
        for number in range(2, 12):
            project = act(project, number)
            try:
                store.record(project)
            except StudioError as error:
                assert error.message.endswith(".")
            else:
                safe = number
    kept = json.loads((store.folder / DOCUMENT).read_bytes())["window"]["number"]
    assert safe <= kept <= 11
    assert number_of(SessionStore(store.folder, store._lock).recover()) == kept
    store.record(project)
    assert number_of(reopened(store)) == 11
    assert not list(store.folder.rglob("*.part"))


@pytest.mark.parametrize("room", range(0, 40_000, 3_300))
def test_on_a_full_disk_the_last_state_stays_until_there_is_room_again(
    store: SessionStore, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, project = 1, act(Project(), 1)
    store.record(project)
    with monkeypatch.context() as patched:
        FullDisk(room, patched)
        with pytest.raises(StudioError, match=r"disk of .* is full") as caught:
            for number in range(2, 99):
                project = act(project, number)
                store.record(project)
    told = caught.value.message + caught.value.remedy
    assert not any(path.name in told for path in store.folder.rglob("*")), "nobody has named these files"
    assert number_of(SessionStore(store.folder, store._lock).recover()) == number - 1
    store.record(project)
    assert number_of(reopened(store)) == number
    assert not list(store.folder.rglob("*.part"))


def test_a_folder_that_takes_nothing_is_told_in_a_sentence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", failing(errno.EROFS))
    with pytest.raises(StudioError, match="Nothing can be written to") as told:
        open_session(root)
    assert str(root) in str(told.value)


def test_what_lies_in_a_folder_that_takes_nothing_can_be_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project()
    with closing(open_session(root)) as store:
        store.record(project)
    with monkeypatch.context() as patched:
        patched.setattr(FolderLock, "take_if_free", refusing)
        found = peek(root=root)
    assert found is not None
    assert_alike(project, found)
    with closing(open_session(root)):
        assert peek(root=root) is None, "a studio works in it"


def refusing(*_: object) -> bool:
    raise WriteError("It may not be written there.")


def test_a_session_knows_the_file_it_belongs_to_and_a_project_tells_nobody(root: Path, tmp_path: Path) -> None:
    file = ProjectFile(tmp_path / "evening.studio", "linked", "0" * 32, is_saved=False)
    project = replace(make_project(), file=file)
    with closing(open_session(root)) as store:
        store.record(project)
        found = store.recover()
        document = store.folder / "sitting.json"
        assert found is not None and found.file == file
        values = json.loads(document.read_text())
        values["file"]["path"] = "not/absolute.studio"
        document.write_text(json.dumps(values))
        found = store.recover()
    assert found is not None and found.file is None and found.problems and found.history
    save_project(file.path, project)
    with ArchiveReader(file.path) as archive:
        assert b"evening.studio" not in archive.read("project.json")


def damaged_picture(store: SessionStore, picture: Picture) -> Path:
    (path,) = (store.folder / "pictures").glob(f"{picture.fingerprint}*")
    path.write_bytes(path.read_bytes()[:30])
    return path


def test_what_is_damaged_costs_itself_alone_and_its_files_stay(store: SessionStore) -> None:
    project = make_shelf(3)
    store.record(project)
    path = damaged_picture(store, project.history[1].result.picture)
    store.close()
    store = open_session(store.folder.parent)
    found = store.recover()
    assert found is not None and [entry.note for entry in found.history] == ["0", "2"] and found.shown == 1
    assert len(found.problems) == 1 and found.state.result is found.history[1].result
    assert [state.recipe.seed for state in found.undo] == [0]
    for _ in range(2):  # also at the next start
        store.record(found)
        assert path.exists() and (store.folder / "sitting.before.json").exists()
        store.close()
        store = open_session(store.folder.parent)
    store.close()


@pytest.mark.parametrize("which", ["content", "style", "result"])
def test_settings_come_back_whatever_is_damaged(store: SessionStore, which: str) -> None:
    project = make_project()
    project = replace(project, undo=(), redo=(), history=(), shown=None)
    state = project.state
    assert state.blend is not None and state.result is not None
    store.record(project)
    picture = {"content": state.blend.over, "style": state.styles[0].picture, "result": state.result.picture}[which]
    damaged_picture(store, picture)
    found = reopened(store)
    assert found.problems and found.state.result is None
    assert found.state.recipe == (replace(state.recipe, style_shares=()) if which == "style" else state.recipe)
    assert (found.state.content is None) == (which != "result")
    assert len(found.state.styles) == (0 if which == "style" else 2)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"format": "style-studio-project", "version": 99}'])
def test_a_document_that_cannot_be_read_is_an_error_and_is_set_aside(store: SessionStore, data: bytes) -> None:
    project = make_shelf(2)
    store.record(project)
    (store.folder / DOCUMENT).write_bytes(data)
    with pytest.raises(ProjectError):
        store.recover()
    store.record(make_shelf(1))
    assert (store.folder / "sitting.before.json").read_bytes() == data
    assert len(pictures_in(store)) == 2, "somebody may still want them"
    assert len(reopened(store).history) == 1


def _rewrite(store: SessionStore, change: Callable[[dict[str, Any]], None]) -> None:
    document = store.folder / DOCUMENT
    values = json.loads(document.read_text())
    change(values)
    document.write_text(json.dumps(values))


@pytest.mark.parametrize("fingerprint", ["../../../taken over", "", "x" * 32, "0" * 31, "A" * 32, "0" * 32 + "\n"])
def test_a_session_that_somebody_has_rewritten_makes_no_file_elsewhere(
    store: SessionStore, tmp_path: Path, fingerprint: str
) -> None:
    store.record(make_shelf(1))

    def forge(values: dict[str, Any]) -> None:
        for row in values["pictures"]:
            row["fingerprint"] = fingerprint

    _rewrite(store, forge)
    store.close()
    before = set(tmp_path.rglob("*"))
    with closing(open_session(store.folder.parent)) as again:
        found = again.recover()
        assert found is not None
        assert found.problems
        again.record(found)
    new = {path for path in set(tmp_path.rglob("*")) - before if path.parent != store.folder}
    assert not new


def test_a_link_that_leads_nowhere_costs_no_picture(store: SessionStore) -> None:
    store.record(make_shelf(3))
    for number in range(20):  # in whatever order a folder tells of them
        (store.folder / "pictures" / f"{number:032x}.png").symlink_to("nowhere")
    found = reopened(store)
    assert len(found.history) == 3
    assert not found.problems


def test_rows_that_are_none_cost_themselves_alone(store: SessionStore) -> None:
    store.record(make_shelf(3))

    def spoil(values: dict[str, Any]) -> None:
        values["pictures"][0] = "none"
        values["pictures"].append(7)

    _rewrite(store, spoil)
    assert len(reopened(store).history) == 2
