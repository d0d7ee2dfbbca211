"""The probes: each asks once, remembers what it found, and finds better only what is faster and right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from studio.engine.networks import probes as engine_probes
from studio.engine.networks.probes import choose_dtype, choose_winograd, is_bfloat16_better, is_winograd_better

CPU = torch.device("cpu")
NESTED = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
NUMBER = b'{"a": ' + b"9" * 10_000 + b"}"


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[torch.device]:
    """The devices that were probed; each probe finds bfloat16 better."""
    probed: list[torch.device] = []

    def probe(where: torch.device) -> bool:
        probed.append(where)
        return True

    monkeypatch.setattr(engine_probes, "is_bfloat16_better", probe)
    return probed


def test_the_precision_is_probed_once_and_remembered_on_disk(probes: list[torch.device]) -> None:
    assert [choose_dtype(CPU) for _ in range(3)] == [torch.bfloat16] * 3
    assert probes == [CPU]


def test_another_machine_or_torch_is_probed_again(
    probes: list[torch.device], monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    choose_dtype(CPU)
    monkeypatch.setattr(torch, "__version__", "99.0")
    choose_dtype(CPU)
    assert len(probes) == 2
    (remembered,) = cache.iterdir()
    assert len(json.loads(remembered.read_text())) == 2  # the first one is not forgotten


def test_float32_is_remembered_as_well(probes: list[torch.device], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_probes, "is_bfloat16_better", lambda where: False)
    assert choose_dtype(CPU) == torch.float32
    monkeypatch.setattr(engine_probes, "is_bfloat16_better", lambda where: True)
    assert choose_dtype(CPU) == torch.float32


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"3", b'["a"]', b'"bfloat16"', b"\xff\xfe", b"[[1, 2]]", NESTED, NUMBER]
)
def test_a_spoilt_memory_of_the_probe_does_no_harm(content: bytes, probes: list[torch.device], cache: Path) -> None:
    choose_dtype(CPU)
    (remembered,) = cache.iterdir()
    remembered.write_bytes(content)
    assert choose_dtype(CPU) == torch.bfloat16
    assert choose_dtype(CPU) == torch.bfloat16
    assert len(probes) == 2  # once before it was spoilt, once after


def test_a_remembered_precision_that_does_not_exist_is_probed_anew(probes: list[torch.device], cache: Path) -> None:
    choose_dtype(CPU)
    (remembered,) = cache.iterdir()
    remembered.write_text(json.dumps(dict.fromkeys(json.loads(remembered.read_text()), "float3")))
    assert choose_dtype(CPU) == torch.bfloat16
    assert len(probes) == 2


def test_a_folder_in_the_place_of_the_memory_does_no_harm(probes: list[torch.device], cache: Path) -> None:
    choose_dtype(CPU)
    (remembered,) = cache.iterdir()
    remembered.unlink()
    remembered.mkdir()
    assert choose_dtype(CPU) == torch.bfloat16


def test_without_a_place_to_remember_the_probe_still_decides(
    probes: list[torch.device], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STYLE_STUDIO_CACHE", str(tmp_path / "file" / "cache"))
    assert choose_dtype(CPU) == torch.bfloat16


def test_winograds_way_is_asked_for_once_and_only_where_it_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {torch.float32: iter([True]), torch.bfloat16: iter([False])}
    monkeypatch.setattr(engine_probes, "is_winograd_better", lambda dtype: next(answers[dtype]))
    assert not choose_winograd(torch.device("cuda"), torch.float32)
    assert choose_winograd(CPU, torch.float32) and choose_winograd(CPU, torch.float32)
    assert not choose_winograd(CPU, torch.bfloat16) and not choose_winograd(CPU, torch.bfloat16)


def test_what_was_found_of_one_thing_says_nothing_of_another(
    probes: list[torch.device], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_probes, "is_winograd_better", lambda dtype: False)
    assert choose_dtype(CPU) == torch.bfloat16
    assert not choose_winograd(CPU, torch.float32)
    assert choose_dtype(CPU) == torch.bfloat16


PROBES = pytest.mark.parametrize(
    "probe",
    [
        lambda: is_bfloat16_better(CPU),
        lambda: is_winograd_better(torch.float32),
        lambda: is_winograd_better(torch.bfloat16),
    ],
    ids=["bf16", "winograd", "winograd in bf16"],
)


def take(monkeypatch: pytest.MonkeyPatch, seconds: float, sign: float = 1.0) -> None:
    """Let the new way take `seconds` and the old one 1 s; both come to the same, but for the sign."""
    output = torch.linspace(-1, 1, 100)
    monkeypatch.setattr(engine_probes, "timed", lambda new, old: [(seconds, sign * output), (1.0, output)])


@PROBES
@pytest.mark.parametrize(("seconds", "is_better"), [(0.5, True), (1.0, False), (2.0, False)])
def test_another_way_is_better_only_where_it_is_clearly_faster(
    probe: Callable[[], bool], seconds: float, is_better: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(monkeypatch, seconds)
    assert probe() is is_better


@PROBES
def test_another_way_is_not_better_where_it_is_wrong(
    probe: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    take(monkeypatch, 0.1, sign=-1.0)
    assert not probe()


def test_the_ways_take_turns_so_that_a_busy_moment_slows_both() -> None:
    turns: list[str] = []

    def compute(name: str) -> torch.Tensor:
        turns.append(name)
        return torch.ones(1)

    timings = engine_probes.timed(lambda: compute("new"), lambda: compute("old"))
    assert turns == ["new", "old"] * engine_probes.ROUNDS
    assert all(0 < seconds < 60 for seconds, _ in timings)


def test_bfloat16_is_not_better_where_it_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> torch.Tensor:
        raise RuntimeError('"slow_conv2d" not implemented for bfloat16')

    monkeypatch.setattr(functional, "conv2d", refuse)
    assert not is_bfloat16_better(CPU)
