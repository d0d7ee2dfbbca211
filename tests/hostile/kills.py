"""Writers killed at any moment: each file is the old one or the new one, and the same work again comes to its end.

Half of them are killed at a call to the disk, drawn by the seed, and half at a moment, where the clock has its say;
each eleventh is the real command line with its engine's process, which must not outlive it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random
from typing import NoReturn

from studio.core.engine_api.contract import EngineSettings
from tests.hostile.outcome import Outcome, judge
from tests.hostile.sandbox import CHECKOUT, note
from tests.hostile.system_calls import LastCall, watched, without_flushing
from tests.hostile.writers import WRITERS, Writer, leftovers
from tests.support.fakes import FakeEngine

COMMAND_EVERY = 11
LONGEST = 60.0  # seconds that any of them may take
_COMMAND = """
import sys
from studio.cli import main
from tests.hostile.kills import make_engine
sys.exit(main(sys.argv[1:], make_engine))
"""

_calls: dict[str, int] = {}  # of each writer, when nobody kills it
_seconds: dict[str, float] = {}


def warm_up() -> None:
    """Learn how many calls each writer makes, and how long it takes."""
    without_flushing()
    for writer in WRITERS:
        for _ in range(2):  # the second time all is loaded
            with tempfile.TemporaryDirectory() as folder:
                writer.prepare(Path(folder))
                started = time.perf_counter()
                with watched(Path(folder), lambda *_: None) as watch:
                    writer.work(Path(folder))
                _seconds[writer.name], _calls[writer.name] = time.perf_counter() - started, watch.calls


def run_case(seed: int, folder: Path) -> Outcome:
    """Kill a writer once; counting up goes through all of them, by calls and by the clock."""
    random = Random(f"kill {seed}")
    work = folder / "work"
    work.mkdir()
    if seed % COMMAND_EVERY == COMMAND_EVERY - 1:
        return _kill_command(random, work)
    writer = WRITERS[seed % len(WRITERS)]
    writer.prepare(work)
    if random.random() < 0.5:
        call = random.randint(1, _calls[writer.name])
        what = note(folder, f"{writer.name}, killed in call {call} of {_calls[writer.name]}")
        end = _fork_and_kill(writer, work, call=call)
    else:
        share = random.random()
        what = note(folder, f"{writer.name}, killed after {share:.0%} of its time")
        end = _fork_and_kill(writer, work, seconds=share * _seconds[writer.name])
    return _judged(what, end, writer, work, lambda: writer.work(work))


def _judged(what: str, end: str, writer: Writer, work: Path, do_again: Callable[[], object]) -> Outcome:
    """end: "" or what is wrong with it."""
    faults = [*filter(None, [end]), *writer.faults(work)]
    again = judge(what, do_again)
    if again.opened:
        faults += [f"after the same again, {fault}" for fault in (*writer.faults(work), *writer.finished(work))]
        faults += [f"after the same again, {path.name} is left" for path in leftovers(work)]
    else:
        faults.append(f"the same again fails: {again.findings or 'refused'}")
    return Outcome(what, opened=not faults, findings=tuple(faults))


def _fork_and_kill(writer: Writer, work: Path, *, call: int = 0, seconds: float = LONGEST) -> str:
    """Have a copy of this process do the work, and kill it at a call or after so many seconds."""
    ours, theirs = os.pipe()  # the end of their life is the end of the pipe
    child = os.fork()
    if child == 0:
        os.close(ours)
        _work_and_exit(writer, work, call)
    os.close(theirs)
    try:
        if not select.select([ours], [], [], seconds)[0]:
            os.kill(child, signal.SIGKILL)
    finally:
        os.close(ours)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return "" if number == signal.SIGKILL else f"It was ended by {signal.Signals(number).name}."
    return "" if os.WEXITSTATUS(status) == 0 else "It failed before it was killed."


def _work_and_exit(writer: Writer, work: Path, last_call: int) -> NoReturn:
    def act(now: int, _: str) -> None:
        if now == last_call:
            raise LastCall

    code = 70
    try:
        with watched(work, act):
            writer.work(work)
        code = 0
    except BaseException as error:  # noqa: BLE001 - it must not come back into the sandbox
        with suppress(OSError):
            os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
    os._exit(code)


# The real command, in a process of its own, with the engine in another one.


def make_engine(settings: EngineSettings) -> FakeEngine:
    """Leaves its process id."""
    assert settings.weights_folder is not None
    (settings.weights_folder / f"{os.getpid()}.engine").touch()
    return FakeEngine()


def _kill_command(random: Random, work: Path) -> Outcome:
    writer = next(writer for writer in WRITERS if writer.name == "batch")
    writer.prepare(work)
    line, delay = random.randint(1, 12), random.uniform(0.0, 0.02)
    what = note(work.parent, f"style-studio batch, killed after line {line} of what it tells")
    words = ["batch", "photos", "--style", "style.png", "--size", "128", "-o", "out", "--overwrite", "--json"]
    command = [sys.executable, "-c", _COMMAND, *words, "--weights-folder", "."]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        for _ in islice(program.stdout, line):
            pass
        select.select([], [], [], delay)
        program.kill()
    faults = [f"the engine's process {engine} is still there" for engine in _engines(work) if not _ends(engine)]

    def do_again() -> None:
        again = subprocess.run(command, cwd=work, env=environment, capture_output=True, timeout=LONGEST, check=False)
        assert again.returncode == 0, again.stderr.decode(errors="replace")[-2000:]

    return _judged(what, "; ".join(faults), writer, work, do_again)


def _engines(work: Path) -> list[int]:
    return [int(path.stem) for path in work.glob("*.engine")]


def _ends(process: int, seconds: float = 20.0) -> bool:
    """Whether it ends by itself in time; if not, it is ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _lives(process):
            return True
        select.select([], [], [], 0.02)
    with suppress(OSError):
        os.kill(process, signal.SIGKILL)
    return False


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # dead, and nobody has asked yet what of
