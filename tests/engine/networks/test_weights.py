"""Weights: whole or refused, found before downloaded, never executed, and nothing half is left behind."""

from __future__ import annotations

import hashlib
import http.client
import os
import pickle
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from studio.core.card import bundled_cards
from studio.core.errors import WeightsError
from studio.core.generators import run_to_end
from studio.core.recipe import ENCODERS
from studio.core.storage.atomic_write import part_beside
from studio.engine.networks import torchvision_weights, weights
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights

NAME = "vgg19-torchvision"
STATE = {"features.0.weight": torch.ones(2, 3), "features.0.bias": torch.zeros(2), "classifier.0.bias": torch.ones(9)}


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.write_text, (self.path, "executed")


@pytest.fixture
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Torch's own cache, empty."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str, timeout: float) -> None:
        raise AssertionError(f"asked the network for {url}")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


def publish(content: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make `content` torchvision's weights of NAME; returns the name of its file."""
    name = f"tiny-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    files = {NAME: (torchvision_weights.WeightsFile(f"https://weights.example/{name}"),)}
    for module in (weights, torchvision_weights):
        monkeypatch.setattr(module, "FILES", files)
    return name


def answer_with(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the network send `content`."""

    class Answer(BytesIO):
        headers = {"Content-Length": str(len(content))}

    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: Answer(content))


def saved(state: object) -> bytes:
    file = BytesIO()
    torch.save(state, file)
    return file.getvalue()


def load(folder: Path | None = None) -> dict[str, Tensor]:
    return run_to_end(load_encoder_weights(NAME, folder))


def is_the_state(found: dict[str, Tensor]) -> bool:
    return found.keys() == {"features.0.weight", "features.0.bias"} and all(
        torch.equal(found[key], STATE[key]) for key in found
    )


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_every_encoder_of_the_recipe_has_a_layout() -> None:
    assert set(LAYOUTS) == set(ENCODERS)


def test_the_bundled_weights_are_whole_and_need_no_network() -> None:
    found = run_to_end(load_encoder_weights("vgg16", None))
    for layer, index in LAYOUTS["vgg16"].layers:
        assert torch.isfinite(found[f"features.{index}.weight"]).all(), layer
        assert found[f"features.{index}.weight"].shape[0] == found[f"features.{index}.bias"].shape[0]


@pytest.mark.parametrize("damage", ["flipped", "short", "missing"])
def test_damaged_bundled_weights_are_refused(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (card,) = (card for card in bundled_cards("models") if card.id == weights.BUNDLED_CARD)
    copy = tmp_path / card.file.name
    if damage != "missing":
        shutil.copyfile(card.file, copy)
        with copy.open("r+b") as file:
            if damage == "short":
                file.truncate(1_000_000)
            else:
                file.seek(5_000_000)
                byte = file.read(1)[0]
                file.seek(5_000_000)
                file.write(bytes([byte ^ 1]))
    monkeypatch.setattr(weights, "bundled_cards", lambda kind: (replace(card, file=copy),))
    with pytest.raises(WeightsError, match="is missing" if damage == "missing" else "damaged") as refused:
        run_to_end(load_encoder_weights("vgg16", None))
    assert "Install" in refused.value.remedy


def test_weights_are_found_in_the_users_folder(
    tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = saved(STATE)
    (tmp_path / publish(content, monkeypatch)).write_bytes(content)
    assert is_the_state(load(tmp_path))
    assert not checkpoints.exists()


def test_weights_are_found_in_torchs_cache(tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(STATE)
    checkpoints.mkdir(parents=True)
    (checkpoints / publish(content, monkeypatch)).write_bytes(content)
    assert is_the_state(load())
    assert is_the_state(load(tmp_path / "no such folder"))


def test_weights_are_downloaded_once_with_their_progress(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(STATE | {"classifier.0.weight": torch.zeros(800_000)})  # more than one block
    name = publish(content, monkeypatch)
    answer_with(content, monkeypatch)
    job, shares = load_encoder_weights(NAME, None), []
    with pytest.raises(StopIteration) as stop:
        while True:
            shares.append(next(job))
    assert is_the_state(stop.value.value)
    assert shares == sorted(set(shares))
    assert len(shares) > 2
    assert shares[-1] == 1
    assert files_below(checkpoints) == [checkpoints / name]
    monkeypatch.setattr(urllib.request, "urlopen", None)
    assert is_the_state(load())


@pytest.mark.parametrize(
    "trouble",
    [
        urllib.error.URLError("Name or service not known"),
        urllib.error.HTTPError("https://weights.example", 404, "Not Found", None, None),  # type: ignore[arg-type]
        TimeoutError("timed out"),
        ConnectionResetError(),
        http.client.BadStatusLine(""),
    ],
    ids=["offline", "gone", "slow", "cut off", "garbled"],
)
def test_without_network_the_user_is_told_what_can_be_done(
    trouble: Exception, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fail(url: str, timeout: float) -> None:
        asked.append(timeout)
        raise trouble

    name = publish(saved(STATE), monkeypatch)
    monkeypatch.setattr(urllib.request, "urlopen", fail)
    with pytest.raises(WeightsError, match=f"{name} is not on this computer and could not be downloaded") as refused:
        load()
    assert "vgg16" in refused.value.remedy
    assert len(asked) == 1  # no long row of tries
    assert 0 < asked[0] <= 30
    assert files_below(checkpoints) == []


def test_a_damaged_download_is_refused_and_leaves_nothing_behind(
    checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = publish(saved(STATE), monkeypatch)
    answer_with(saved(STATE)[:-7], monkeypatch)
    with pytest.raises(WeightsError, match=f"^{name} is damaged or incomplete. Try again"):
        load()
    assert files_below(checkpoints) == []


def test_a_download_without_an_end_is_broken_off_and_leaves_nothing_behind(
    checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = publish(saved(STATE), monkeypatch)

    class Endless(BytesIO):
        headers: ClassVar[dict[str, str]] = {}

        def read(self, size: int | None = -1) -> bytes:
            return bytes(1000)

    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: Endless())
    monkeypatch.setattr(torchvision_weights, "LARGEST", 100_000)
    with pytest.raises(WeightsError, match=f"^{name} is larger than any"):
        load()
    assert files_below(checkpoints) == []


def test_a_download_that_breaks_off_leaves_nothing_behind(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer(BytesIO):
        headers = {"Content-Length": "9999999"}

        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(100)

    content = saved(STATE)
    publish(content, monkeypatch)
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: Answer(content))
    with pytest.raises(WeightsError, match="could not be downloaded"):
        load()
    assert files_below(checkpoints) == []


def test_what_a_killed_download_has_left_goes_with_the_next_one(
    checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    checkpoints.mkdir(parents=True)
    with monkeypatch.context() as killed:
        killed.setattr(os, "getpid", lambda: process.pid)
        part_beside(checkpoints / "tiny.pth").write_bytes(b"half")
    content = saved(STATE)
    name = publish(content, monkeypatch)
    answer_with(content, monkeypatch)
    assert is_the_state(load())
    assert files_below(checkpoints) == [checkpoints / name]


def test_a_download_that_is_stopped_leaves_nothing_behind(checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(STATE)
    publish(content, monkeypatch)
    answer_with(content, monkeypatch)
    job = load_encoder_weights(NAME, None)
    next(job)
    assert files_below(checkpoints) != []
    job.close()
    assert files_below(checkpoints) == []


def test_damaged_weights_on_disk_are_refused_with_their_place(
    tmp_path: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = saved(STATE)
    path = tmp_path / publish(content, monkeypatch)
    path.write_bytes(content[:-1] + b"?")
    with pytest.raises(WeightsError, match="damaged") as refused:
        load(tmp_path)
    assert str(path) in refused.value.remedy


@pytest.mark.parametrize("wrap", [saved, partial(pickle.dumps, protocol=2)], ids=["torch", "pickle"])
@pytest.mark.parametrize("has_right_name", [True, False], ids=["right hash", "wrong hash"])
def test_code_hidden_in_weights_is_refused_and_never_executed(
    has_right_name: bool,
    wrap: Callable[[object], bytes],
    tmp_path: Path,
    checkpoints: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    canary = tmp_path / "canary"
    content = wrap({"features.0.weight": Canary(canary)})
    name = publish(content if has_right_name else saved(STATE), monkeypatch)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeightsError, match="does not hold weights" if has_right_name else "damaged"):
        load(tmp_path)
    assert not canary.exists()
    pickle.loads(pickle.dumps(Canary(canary)))
    assert canary.exists()  # it would have sung
