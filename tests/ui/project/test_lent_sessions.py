"""What would end a session waits for those who read in it."""

from __future__ import annotations

from pathlib import Path

from studio.ui.project.lent_sessions import LentSessions

HERE, ELSEWHERE = Path("here"), Path("elsewhere")


def test_the_last_reader_lets_it_end_and_nobody_else_has_a_say() -> None:
    lent, ended = LentSessions(), list[str]()
    first, second = lent.lend(HERE), lent.lend(HERE)
    lent.lend(ELSEWHERE)
    lent.when_free(HERE, lambda: ended.append("here"))
    first()
    first()  # not a second reader's
    assert not ended
    second()
    second()
    assert ended == ["here"]


def test_all_that_wait_come_in_order_and_at_the_latest_when_there_is_no_later() -> None:
    lent, ended = LentSessions(), list[str]()
    give_back = lent.lend(HERE)
    for name in ("closed", "read again"):
        lent.when_free(HERE, lambda name=name: ended.append(name))  # type: ignore[misc]
    lent.end_waiting()
    give_back()
    assert ended == ["closed", "read again"]


def test_where_nobody_reads_it_ends_at_once() -> None:
    lent, ended = LentSessions(), list[str]()
    lent.lend(HERE)()
    lent.when_free(HERE, lambda: ended.append("here"))
    assert ended == ["here"]
