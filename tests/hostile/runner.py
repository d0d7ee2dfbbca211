"""Runs hostile cases of every kind, counts what comes of them, and puts the figures into a table.

A new kind is a module with `warm_up` and `run_case`, and one line in KINDS.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.outcome import Report
from tests.hostile.sandbox import Limits, Sandbox

SEEDS_PER_RUN = 10_000_000  # so that two runs with different seeds have no case in common
_SHOWN = 1500  # characters of a finding in a report; the end says most


@dataclass(frozen=True)
class Kind:
    """module: beside this one. what: one case, in the table. small: how many the plain suite runs."""

    module: str
    what: str
    small: int
    limits: Limits


KINDS: Mapping[str, Kind] = {
    "pictures": Kind("pictures", "damaged pictures", 500, Limits(2 << 30, cpu=5, wall=60)),
    "files": Kind("data_files", "damaged files of the studio's own", 200, Limits(2 << 30, cpu=10, wall=60)),
    "kills": Kind("kills", "writers killed", 30, Limits(None, cpu=60, wall=120)),
    "writes": Kind("failing_writes", "calls to the disk that failed", 15, Limits(None, cpu=60, wall=120)),
    "deaths": Kind("engine_deaths", "engines that died, hung, raised or lied", 10, Limits(None, cpu=120, wall=240)),
}


@dataclass
class Tally:
    """What came of the cases of one kind. cpu, seconds: of all; slowest: of one case, of processor. memory: bytes."""

    kind: str
    cases: int = 0
    tries: int = 0
    opened: int = 0
    refused: int = 0
    cpu: float = 0.0
    seconds: float = 0.0
    slowest: float = 0.0
    memory: int = 0
    findings: list[Report] = field(default_factory=list)

    def count(self, report: Report) -> None:
        outcome = report.outcome
        self.cases += 1
        self.tries += outcome.tries
        self.opened += outcome.opened
        self.refused += outcome.refused
        self.cpu += report.cpu
        self.slowest = max(self.slowest, report.cpu)
        self.memory = max(self.memory, report.memory)
        if outcome.findings:
            self.findings.append(report)

    def words(self) -> str:
        """The findings, and how to see each again."""
        return "\n\n".join(f"{report.replay}\n{report.outcome.what}\n{_texts(report)}" for report in self.findings)


def run_kind(
    name: str,
    seeds: Iterable[int],
    root: Path,
    keep: Path | None = None,
    watch: Callable[[Report], object] = lambda _: None,
) -> Tally:
    """Run the cases of these seeds in a sandbox in the empty folder `root`. watch: sees every report."""
    kind, tally = KINDS[name], Tally(name)
    started = time.monotonic()
    with Sandbox(name, kind.module, kind.limits, root, keep) as sandbox:
        for seed in seeds:
            report = sandbox.run(seed)
            tally.count(report)
            watch(report)
    tally.seconds = time.monotonic() - started
    return tally


def run_round(
    counts: Mapping[str, int], first: int, keep: Path | None, watch: Callable[[Report], object]
) -> Iterator[Tally]:
    """So many cases of each kind, with seeds from `first` on; a tally for each."""
    for name, count in counts.items():
        if count:
            with TemporaryDirectory(prefix="hostile-") as root:
                yield run_kind(name, range(first, first + count), Path(root), keep, watch)


def add_up(tallies: Iterable[Tally]) -> list[Tally]:
    """One tally for each kind."""
    sums: dict[str, Tally] = {}
    for tally in tallies:
        whole = sums.setdefault(tally.kind, Tally(tally.kind))
        for name in ("cases", "tries", "opened", "refused", "cpu", "seconds", "findings"):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        whole.slowest, whole.memory = max(whole.slowest, tally.slowest), max(whole.memory, tally.memory)
    return list(sums.values())


def table(tallies: Iterable[Tally]) -> str:
    """The figures in Markdown."""
    rows = [
        f"| {KINDS[tally.kind].what} | {tally.tries:,} | {tally.opened:,} | {tally.refused:,} | {len(tally.findings)} |"
        f" {tally.slowest:.1f} s | {tally.memory >> 20:,} MB | {tally.cpu:.0f} s |"
        for tally in tallies
    ]
    heads = "| what | cases | went well | refused | findings | slowest case, CPU | most memory | CPU in all |"
    return "\n".join([heads, "|---|---|---|---|---|---|---|---|", *rows])


def _texts(report: Report) -> str:
    return "\n".join(text if len(text) <= _SHOWN else f"... {text[-_SHOWN:]}" for text in report.outcome.findings)
