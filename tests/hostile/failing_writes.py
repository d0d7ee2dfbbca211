"""Disks that refuse: each call of each writer fails in turn, once or for good, and costs one sentence and no file."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from shutil import rmtree

from tests.hostile.outcome import Outcome, judge
from tests.hostile.sandbox import note
from tests.hostile.system_calls import watched, without_flushing
from tests.hostile.writers import WRITERS, Writer, leftovers

CODES = (errno.ENOSPC, errno.EIO, errno.EACCES)
_HARMLESS = ("unlink", "rmdir")  # a disk that is full or may not be written to: what is there cannot even be removed
_ENOUGH = 500  # calls of one writer
CASES = len(WRITERS) * len(CODES)  # that many in a row are every writer with every code


def warm_up() -> None:
    """Nothing here needs a disk that really flushes."""
    without_flushing()


def run_case(seed: int, folder: Path) -> Outcome:
    """All calls of one writer, with one error number. In the first CASES every other one lasts, then the rest."""
    writer = WRITERS[seed % len(WRITERS)]
    code = CODES[seed // len(WRITERS) % len(CODES)]
    lasts = bool((seed + seed // CASES) % 2)
    name = f"{writer.name}: {errno.errorcode[code]} {'from call' if lasts else 'at call'}"
    opened = refused = 0
    findings: list[str] = []
    for number in range(1, _ENOUGH):
        work = folder / "work"
        work.mkdir()
        outcome, failed = _try(writer, work, number, code, lasts, f"{name} {number}")
        rmtree(work)
        if not failed:
            break
        opened, refused = opened + outcome.opened, refused + outcome.refused
        findings += [f"{outcome.what}: {finding}" for finding in outcome.findings]
    note(folder, name)
    return Outcome(name, opened, refused, tuple(findings))


def _try(writer: Writer, folder: Path, number: int, code: int, lasts: bool, what: str) -> tuple[Outcome, list[str]]:
    """What comes of the work when call `number` fails, and which calls did."""
    failed: list[str] = []

    def fail(now: int, name: str) -> None:
        if name not in _HARMLESS and (now == number or (lasts and now > number)):
            failed.append(name)
            raise OSError(code, os.strerror(code))

    writer.prepare(folder)
    note(folder.parent, what)
    with watched(folder, fail):
        outcome = judge(what, lambda: writer.work(folder))
    if not failed:
        return outcome, failed
    what = f"{what} ({failed[0]})"
    faults = [*writer.faults(folder), *(f"{path.name} was left" for path in leftovers(folder))]
    if not outcome.findings and outcome.opened:
        faults += writer.finished(folder)
    again = judge(what, lambda: writer.work(folder))
    if not again.opened:
        faults.append(f"the same again fails: {again.findings or 'refused'}")
    else:
        faults += [f"after the same again, {lack}" for lack in writer.finished(folder)]
    return Outcome(what, outcome.opened, outcome.refused, (*outcome.findings, *faults)), failed
