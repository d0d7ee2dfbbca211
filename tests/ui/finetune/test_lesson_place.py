"""Where a style lies while it is learnt: one studio at a time, and one computer where the disk knows no locks."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.ui.finetune.lesson_place import LessonPlace
from tests.support.disk_without_locks import refuse_locks_in


def test_one_studio_at_a_time_has_it(tmp_path: Path) -> None:
    first, second = LessonPlace(tmp_path / "learning"), LessonPlace(tmp_path / "learning")
    assert first.take() and first.take() and not second.take()
    assert first.output == second.output == tmp_path / "learning" / "style.safetensors"
    first.release()
    assert second.take()
    second.release()


def test_where_the_disk_knows_no_locks_each_computer_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_locks_in(tmp_path, monkeypatch)
    places = []
    for computer in ("1111aaaa", "2222bbbb", "1111aaaa"):
        be_on(computer, monkeypatch)
        place = LessonPlace(tmp_path / "learning")
        assert place.take()
        place.release()
        assert place.take()
        place.release()
        places.append(place.output)
    here, there, again = places
    assert here == again != there


def test_where_the_disk_knows_no_locks_two_windows_of_a_computer_see_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_locks_in(tmp_path, monkeypatch)
    first, second = LessonPlace(tmp_path / "learning"), LessonPlace(tmp_path / "learning")
    assert first.take() and not second.take() and not second.take()
    first.release()
    assert second.take() and second.output == first.output
    second.release()


def be_on(computer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.ui.finetune.lesson_place.machine", lambda: computer)
