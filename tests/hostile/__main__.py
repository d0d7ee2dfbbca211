"""The longer form of the hostile tests: python -m tests.hostile --hours 1 --keep findings.

Of formats alone: python -m tests.hostile --family tiff --family png --pictures 20000 --keep findings.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.outcome import Report
from tests.hostile.pictures import FAMILIES, seeds_of
from tests.hostile.runner import KINDS, SEEDS_PER_RUN, Tally, add_up, run_kind, run_round, table

_TELL_EVERY = 5.0  # seconds between two lines of progress
_NAMED = 40  # findings in the list at the end


def main() -> int:
    """Run, tell, print the table. 1 if there were findings, else 0."""
    arguments = _arguments()
    if arguments.replay:
        tallies = list(_replayed(arguments.replay, arguments.keep))
    elif arguments.family:
        first = arguments.seed * SEEDS_PER_RUN
        tallies = list(_families(arguments.family, arguments.pictures, first, arguments.keep))
    else:
        counts = {name: getattr(arguments, name) for name in KINDS}
        tallies = list(_run(counts, arguments.seed * SEEDS_PER_RUN, arguments.hours, arguments.keep))
    tallies = add_up(tallies)
    _say(f"\n{table(tallies)}")
    reports = [report for tally in tallies for report in tally.findings]
    for report in reports[:_NAMED]:
        _say(f"\nFINDING: {report.outcome.what}\n{report.replay}")
    if len(reports) > _NAMED:
        _say(f"\n... and {len(reports) - _NAMED} more.")
    if reports and arguments.keep is not None:
        _say(f"\nTheir inputs, and what came of them, lie in {arguments.keep}.")
    return 1 if reports else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    for name, kind in KINDS.items():
        text = f"how many {kind.what} (default: %(default)s); of each round with --hours"
        parser.add_argument(f"--{name}", type=int, default=kind.small, metavar="N", help=text)
    text = "only pictures of these formats, as many of each as --pictures says"
    parser.add_argument("--family", action="append", choices=list(FAMILIES), help=text)
    parser.add_argument("--hours", type=float, help="go on with round after round for so long")
    parser.add_argument("--seed", type=int, default=0, help="other cases; 0: those of the plain suite")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the inputs of findings here")
    parser.add_argument("--replay", action="append", metavar="KIND:SEED", help="only this case, as a finding names it")
    return parser.parse_args()


def _run(counts: Mapping[str, int], first: int, hours: float | None, keep: Path | None) -> Iterator[Tally]:
    """One round, or as many as the hours allow; no seed comes twice."""
    end = time.monotonic() + 3600 * (hours or 0)
    while True:
        for tally in run_round(counts, first, keep, _Teller()):
            _say(f"{tally.kind}: {tally.cases} cases, {len(tally.findings)} findings, {tally.seconds:.0f} s")
            yield tally
            if hours is not None and time.monotonic() > end:
                return
        if hours is None:
            return
        first += max(counts.values())


def _families(families: list[str], count: int, first: int, keep: Path | None) -> Iterator[Tally]:
    for family in families:
        with TemporaryDirectory(prefix="hostile-") as root:
            tally = run_kind("pictures", islice(seeds_of(family, first), count), Path(root), keep, _Teller())
        _say(f"{family}: {tally.cases} cases, {len(tally.findings)} findings, {tally.seconds:.0f} s")
        yield tally


def _replayed(names: list[str], keep: Path | None) -> Iterator[Tally]:
    for name in names:
        kind, _, seed = name.partition(":")
        with TemporaryDirectory(prefix="hostile-") as root:
            tally = run_kind(kind, [int(seed)], Path(root), keep)
        for text in tally.findings[0].outcome.findings if tally.findings else ["no finding"]:
            _say(f"{name}: {text}")
        yield tally


class _Teller:
    """Tells every finding at once, and now and then how far it is."""

    def __init__(self) -> None:
        self._cases = 0
        self._told = time.monotonic()

    def __call__(self, report: Report) -> None:
        self._cases += 1
        if report.outcome.findings:
            lines = report.outcome.findings[0].strip().splitlines()
            line = lines[-1] if lines[0].startswith("Traceback") else lines[0]
            _say(f"FINDING {report.kind}:{report.seed} {report.outcome.what}: {line:.200}")
        if time.monotonic() - self._told > _TELL_EVERY:
            self._told = time.monotonic()
            _say(f"{report.kind}: {self._cases} ...")


if __name__ == "__main__":
    sys.exit(main())
