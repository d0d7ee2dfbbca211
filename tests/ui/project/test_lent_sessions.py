"""What would end a session waits for those who read in it."""

from __future__ import annotations

from pathlib import Path

from studio.ui.project.lent_sessions import LentSessions

HERE, ELSEWHERE = Path("here"), Path("elsewhere")


def test_the_last_reader_lets_it_end_and_nobody_else_has_a_say() -> None:
    lent, ended = LentSessions(), list[str]()
    first, second = (lent.lend(HERE, lambda name=name: ended.append(name)) for name in ("first", "second"))  # type: ignore[misc]
    lent.lend(ELSEWHERE, lambda: ended.append("elsewhere"))
    lent.when_free(HERE, lambda: ended.append("here"))
    first()
    first()  # not a second reader's
    assert ended == ["first"]
    second()
    second()
    assert ended == ["first", "second", "here"]


def test_all_that_wait_come_in_order_and_at_the_latest_when_all_readers_have_ended() -> None:
    lent, ended = LentSessions(), list[str]()
    give_back = lent.lend(HERE, lambda: ended.append("read"))
    for name in ("closed", "read again"):
        lent.when_free(HERE, lambda name=name: ended.append(name))  # type: ignore[misc]
    lent.end_all()
    give_back()
    assert ended == ["read", "closed", "read again"]


def test_where_nobody_reads_it_ends_at_once() -> None:
    lent, ended = LentSessions(), list[str]()
    lent.lend(HERE, lambda: None)()
    lent.when_free(HERE, lambda: ended.append("here"))
    assert ended == ["here"]
