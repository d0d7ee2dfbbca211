"""Calls to the system that it refuses."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any


def failing(code: int) -> Callable[..., Any]:
    """What to put in the place of one: it fails with this number of an error, whatever it is given."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail
