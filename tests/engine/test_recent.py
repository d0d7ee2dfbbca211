"""What was used last stays, what was unused for longest goes."""

from __future__ import annotations

from studio.engine.recent import Recent


def test_it_forgets_what_was_unused_for_longest() -> None:
    recent: Recent[int] = Recent(2)
    recent["a"], recent["b"] = 1, 2
    assert recent["a"] == 1
    recent["c"] = 3
    assert dict(recent) == {"a": 1, "c": 3}


def test_putting_an_item_again_is_using_it() -> None:
    recent: Recent[int] = Recent(2)
    recent["a"], recent["b"], recent["a"], recent["c"] = 1, 2, 4, 3
    assert dict(recent) == {"a": 4, "c": 3}


def test_what_is_not_there_is_none() -> None:
    assert Recent[int](2).get("a") is None
