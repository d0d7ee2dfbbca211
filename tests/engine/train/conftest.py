"""What tests of training have in common."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def short_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A texture descriptor of few numbers, which few pictures are enough to fit."""
    monkeypatch.setattr("studio.engine.train.train_base.LENGTH", 8)
