"""A child process in which hostile cases run: a crash, a hang or a hunger for memory is a finding and not the end.

The parent (`Sandbox`) hands over one seed at a time; the child runs `run_case(seed, folder)` of a module beside this
one. The child may use so much memory and processor time and no more; its home, its data and its settings lie in the
sandbox's folder; what its libraries say, and where it was when it died, is in the finding.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import resource
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from shutil import copytree, rmtree

from tests.hostile.outcome import Outcome, Report

CHECKOUT = Path(__file__).parents[2]
CASE = "case"  # the folder of the case under way, in that of the sandbox
WORDS_KEPT = 6000  # characters of what a dead child said
_START_SECONDS = 120.0
_READY = "ready"


@dataclass(frozen=True)
class Limits:
    """What a case may use. memory: bytes more than at rest, None for no bound. cpu, wall: seconds."""

    memory: int | None
    cpu: int
    wall: float


class Sandbox:
    """Runs cases of one kind in a child process, which is started again when it died. A context manager.

    kind: what reports call it. module: its name, beside this one. root: an empty folder. keep: where the inputs of
    findings are copied to.
    """

    def __init__(self, kind: str, module: str, limits: Limits, root: Path, keep: Path | None = None) -> None:
        self._kind = kind
        self._module = module
        self._limits = limits
        self._root = root
        self._keep = keep
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._log = root / "log.txt"

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_child()

    def run(self, seed: int) -> Report:
        """What comes of a case."""
        case = self._root / CASE
        case.mkdir(parents=True)
        try:
            report = self._ask(seed, case)
            if report.outcome.findings and self._keep is not None:
                self._keep_inputs(report, case)
            return report
        finally:
            _remove(case)

    def _ask(self, seed: int, case: Path) -> Report:
        if self._child is None:
            self._start_child()
        assert self._connection is not None
        try:
            self._connection.send((seed, str(case)))
            if self._connection.poll(self._limits.wall):
                outcome, cpu, memory = self._connection.recv()
                return Report(self._kind, seed, outcome, cpu, memory)
            end = f"It hung for {self._limits.wall:g} s."
        except (EOFError, OSError):
            end = ""
        return Report(self._kind, seed, Outcome(self._what(case), findings=(f"{self._death(end)}",)))

    def _start_child(self) -> None:
        self._connection, theirs = Pipe()
        words = [sys.executable, "-m", "tests.hostile.sandbox", self._module, str(theirs.fileno())]
        memory = -1 if self._limits.memory is None else self._limits.memory
        words += [str(memory), str(self._limits.cpu)]
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | environment(self._root),
                cwd=CHECKOUT,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # so that what it started can be ended with it
            )
        theirs.close()
        is_ready = False
        with suppress(EOFError, OSError):
            is_ready = self._connection.poll(_START_SECONDS) and self._connection.recv() == _READY
        if not is_ready:  # no finding, but no test either
            raise RuntimeError(f"The sandbox of {self._module} does not start.\n{self._death('It never began.')}")

    def _death(self, end: str) -> str:
        """How the child died, with its last words; a child that hangs is asked first where it stands."""
        child = self._child
        assert child is not None
        if end:
            child.send_signal(signal.SIGABRT)  # faulthandler writes the stack
        with suppress(subprocess.TimeoutExpired):
            code = child.wait(10)
            end = end or (
                f"It was ended by {signal.Signals(-code).name}." if code < 0 else f"It ended with code {code}."
            )
        self._end_child()
        words = self._log.read_bytes().decode("utf-8", "replace")
        return f"{end or 'It no longer answered.'}\n{words[-WORDS_KEPT:]}"

    def _what(self, case: Path) -> str:
        with suppress(OSError):
            return (case / "what.txt").read_text(encoding="utf-8")
        return "?"

    def _keep_inputs(self, report: Report, case: Path) -> None:
        assert self._keep is not None
        kept = self._keep / f"{report.kind}-{report.seed}"
        rmtree(kept, ignore_errors=True)
        copytree(case, kept, symlinks=True, ignore_dangling_symlinks=True)
        text = f"{report.replay}\n{report.outcome.what}\n\n" + "\n\n".join(report.outcome.findings)
        (kept / "finding.txt").write_text(text, encoding="utf-8")

    def _end_child(self) -> None:
        if self._child is not None:
            assert self._connection is not None
            self._connection.close()
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)  # its own group: see start_new_session
            self._child.wait()
        self._child = self._connection = None


def environment(root: Path) -> dict[str, str]:
    """The variables that keep a child within `root`, and its libraries to one thread."""
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "STYLE_STUDIO_CACHE", "TMPDIR")
    for name in folders:
        (root / name).mkdir(exist_ok=True)
    return {name: str(root / name) for name in folders} | {
        "STYLE_STUDIO_DATA": str(root / "data"),
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(CHECKOUT),
    }


def note(folder: Path, what: str) -> str:
    """Write down what a case is, for the case that nobody lives to tell; returns it."""
    (folder / "what.txt").write_text(what, encoding="utf-8")
    return what


def _remove(folder: Path) -> None:
    """Remove a folder of a case, which may have taken the right to write from folders of its own."""
    for place, folders, _ in os.walk(folder):
        for name in folders:
            if not Path(place, name).is_symlink():
                Path(place, name).chmod(0o700)
    rmtree(folder)


def _serve(module: str, connection: Connection, memory: int, cpu: int) -> None:
    """The child: cases one by one, until the parent closes its end."""
    faulthandler.enable()
    faulthandler.register(signal.SIGXCPU, chain=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind = import_module(f"tests.hostile.{module}")
    kind.warm_up()
    gc.freeze()  # windows are collected after each case: what is there by now need not be looked through again
    if memory >= 0:
        _limit_memory(memory)
    connection.send(_READY)
    while True:
        try:
            seed, case = connection.recv()
        except EOFError:
            return
        at_rest, before = _memory("VmRSS"), _used()
        _limit_cpu(cpu)
        with suppress(OSError):
            os.ftruncate(2, 0)  # what was said about other cases
            os.lseek(2, 0, os.SEEK_SET)
            Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew from here
        try:
            outcome = kind.run_case(seed, Path(case))
        except BaseException as error:  # noqa: BLE001 - a panic of a library is no Exception
            outcome = Outcome("?", findings=("".join(traceback.format_exception(error)),))
        connection.send((outcome, _used() - before, max(0, _memory("VmHWM") - at_rest)))


def _limit_memory(more: int) -> None:
    now = _memory("VmSize")
    if now:
        with suppress(OSError, ValueError):  # not every system bounds it
            resource.setrlimit(resource.RLIMIT_AS, (now + more, resource.RLIM_INFINITY))


def _limit_cpu(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (int(_used()) + seconds + 1, resource.RLIM_INFINITY))


def _used() -> float:
    times = os.times()
    return times.user + times.system


def _memory(name: str) -> int:
    """A line of /proc/self/status in bytes, 0 where the system has none."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1], Connection(int(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4]))
