"""The hostile tests can fail: every kind of fault, planted on purpose, is found, named and survived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.hostile import json_mutations
from tests.hostile.byte_mutations import MUTATIONS, mutate
from tests.hostile.chunks import chunks_of
from tests.hostile.engine_deaths import case_count, order_of
from tests.hostile.guard import nothing_outside
from tests.hostile.pictures import FAMILIES, SAMPLES, damaged, samples, seeds_of
from tests.hostile.planted import FAULTS
from tests.hostile.sandbox import Limits, Sandbox
from tests.hostile.unlucky_engine import MISFORTUNES

LIMITS = Limits(256 << 20, cpu=1, wall=60.0)
TREE = {"card": '{"title": "Wave", "file": "wave.webp"}', "steps": [1, 2.5], "name": "x", "is_deep": True}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    root = tmp_path_factory.mktemp("sandbox")
    (root / "kept").mkdir()
    with Sandbox("planted", "planted", LIMITS, root, root / "kept") as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        ("raises", "KeyError: 'planted'"),
        ("panics", "planted panic"),
        ("spins", "planted.py"),
        ("waits", "It hung for 1 s"),
        ("crashes", "SIGSEGV"),
        ("devours", "MemoryError"),
        ("leaves", "It ended with code 0"),
        ("tears", "the file is torn"),
        ("lets errors out", "No space left on device"),
        ("hides errors", "the file is torn"),
    ],
)
def test_a_planted_fault_is_found_and_the_next_case_is_run(
    sandbox: Sandbox, fault: str, sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = list(FAULTS).index(fault)
    with monkeypatch.context() as patched:
        if fault == "waits":  # no other case may end for want of time: a busy machine takes its own
            patched.setattr(sandbox, "_limits", replace(LIMITS, wall=1.0))
        report = sandbox.run(number)
    assert any(sign in finding for finding in report.outcome.findings), report.outcome
    assert report.replay == f"python -m tests.hostile --replay planted:{number}"
    assert sandbox.run(0).outcome.opened == 1


def test_the_inputs_of_a_finding_are_kept_with_what_came_of_it(tmp_path: Path) -> None:
    keep = tmp_path / "kept"
    root = tmp_path / "root"
    root.mkdir()
    with Sandbox("planted", "planted", Limits(None, cpu=9, wall=30), root, keep) as sandbox:
        sandbox.run(list(FAULTS).index("lets errors out"))
    (kept,) = keep.iterdir()
    assert "No space left on device" in (kept / "finding.txt").read_text()


def test_what_is_touched_outside_a_folder_is_seen(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    other.write_text("old")
    with nothing_outside(home, tmp_path) as seen:
        (home / "file").write_text("mine")
        other.read_text()
    assert seen == []
    with nothing_outside(home, tmp_path) as seen:
        (home / "../other").write_text("new")
    assert len(seen) == 2  # the call, and what it left
    with nothing_outside(home, tmp_path) as seen:
        other.unlink()
    assert any("is gone" in line for line in seen)


def test_every_format_is_walked_and_every_mutation_changes_it() -> None:
    for name, data in samples().items():
        assert len(chunks_of(data)) >= 2, name
        changed = [mutate(data, mutation, Random(1), samples())[0] != data for mutation in MUTATIONS]
        assert sum(changed) >= len(MUTATIONS) - 2, name


def test_a_seed_makes_the_same_picture_again() -> None:
    assert damaged(1234) == damaged(1234)
    assert damaged(1234) != damaged(1235)


def test_every_way_changes_json_and_the_same_seed_changes_it_alike() -> None:
    sound = json_mutations.dumps(TREE)
    for way in json_mutations.WAYS:
        texts = [json_mutations.dumps(way(TREE, Random(seed), "/bait")) for seed in range(20)]
        assert sum(text != sound for text in texts) >= 10, way.__name__
        assert texts == [json_mutations.dumps(way(TREE, Random(seed), "/bait")) for seed in range(20)]


def test_counting_up_meets_every_misfortune_of_an_engine() -> None:
    assert {name for _, name in order_of(0)} >= set(MISFORTUNES)
    assert order_of(0) != order_of(1)
    kinds = {MISFORTUNES[name].kind for activity, name in order_of(0)[:10] if activity != "at rest"}
    assert kinds == {"dies", "hangs", "raises", "lies"}
    assert case_count() == len(set(order_of(3)))


def test_every_sample_of_a_picture_belongs_to_one_family_of_formats() -> None:
    for name in SAMPLES:
        assert [family for family, ends in FAMILIES.items() if name.endswith(ends)], name
    for family, ends in FAMILIES.items():
        seeds = list(islice(seeds_of(family, 1000), 40))
        assert len(set(seeds)) == 40
        assert all(damaged(seed)[0].endswith(ends) for seed in seeds)
