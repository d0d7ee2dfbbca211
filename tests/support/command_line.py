"""The command line in a folder of its own, with a fake engine behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from studio.cli import main
from studio.core.engine_api.contract import Engine, EngineSettings, MakeEngine, StyleRequest
from studio.core.training.training_plan import Train
from tests.support.fakes import FakeEngine

STYLE = "hokusai-the-great-wave-off-kanagawa"


def in_this_process(make_engine: MakeEngine, settings: EngineSettings) -> Engine:
    """For a batch: an engine that needs no second process."""
    return make_engine(settings)


@dataclass
class Studio:
    """The command line in a folder of its own; `engine` is what it gets."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    engine: FakeEngine = field(default_factory=FakeEngine)
    settings: list[EngineSettings] = field(default_factory=list)
    train: Train | None = None
    out: str = ""
    err: str = ""

    def __call__(self, *arguments: str | Path) -> int:
        code = main([str(argument) for argument in arguments], self.make_engine, in_this_process, self.train)
        self.out, self.err = self.capture.readouterr()
        return code

    def make_engine(self, settings: EngineSettings) -> FakeEngine:
        self.settings.append(settings)
        return self.engine

    @property
    def request(self) -> StyleRequest:
        (request,) = self.engine.requests
        assert isinstance(request, StyleRequest)
        return request

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def is_untouched(self) -> bool:
        """Whether no engine was even asked for."""
        return not self.settings
