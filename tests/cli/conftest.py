"""What every test of the command line gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.support.command_line import Studio
from tests.support.fakes import make_picture


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Studio:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(make_picture(64, 48).pixels).save(tmp_path / "photo.png")
    return Studio(tmp_path, capsys)
