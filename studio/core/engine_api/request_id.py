"""Numbers that tell requests apart."""

from __future__ import annotations

from itertools import count

_ids = count(1)


def new_request_id() -> int:
    """A number no earlier request of this process had."""
    return next(_ids)
