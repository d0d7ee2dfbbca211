"""Work before is fetched so that no other studio loses any, also where the disk knows no locks."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from studio.core.project.session_store import HISTORY_BYTES, open_session
from studio.ui.project.session_opening import fetch_session
from tests.core.project.projects import assert_alike, make_project


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX")
@pytest.mark.parametrize("knows_locks", [True, False])
def test_without_locks_work_is_brought_back_into_a_session_of_its_own(
    knows_locks: bool, own_data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    if not knows_locks:
        monkeypatch.setattr("fcntl.flock", refuse)
    left = make_project()
    with closing(open_session()) as theirs:
        theirs.record(left)
        if knows_locks:  # else they go on with it
            theirs.close()
        before = files_in(theirs.folder)
        store, project = fetch_session(theirs.folder, HISTORY_BYTES, ())
        with closing(store):
            assert store.is_locked is (store.folder == theirs.folder) is knows_locks
            assert_alike(left, project)
            if not knows_locks:
                store.record(make_project())
                assert files_in(theirs.folder) == before
                theirs.record(make_project())
