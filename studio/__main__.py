"""Opens the window or runs a command: the only place where the engine meets them."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from studio.core.displayable import displayable
from studio.core.engine_api.contract import Engine, EngineSettings
from studio.core.errors import TRACEBACK_SWITCH, EngineError, StudioError
from studio.core.standard_streams import StandardStreams
from studio.core.training.ablation import ComparisonNews, ComparisonPlan
from studio.core.training.training_plan import TrainingNews, TrainingPlan

# In the environment:
WEIGHTS_FOLDER = "STYLE_STUDIO_WEIGHTS"  # where the window looks for networks before it downloads them
DEVICE = "STYLE_STUDIO_DEVICE"  # what the window paints on, such as cpu or cuda:1; the best there is if not set


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 a fault of ours or the machine's, 2 a user's mistake, 130 interrupted.

    No arguments, or pictures: the window opens (with them). Everything else is for the command line.
    """
    multiprocessing.freeze_support()
    _find_home()
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    with StandardStreams() as streams:
        code = _run(arguments)
        problem = streams.failure()
        if problem:
            _say(f"standard output did not take everything that was said ({problem}).")
            code = code or 1
    return code


def _run(arguments: Sequence[str]) -> int:
    try:
        if opens_window(arguments):
            return _open_window(arguments)
        return _run_command(arguments)
    except KeyboardInterrupt:
        _say("interrupted.")
        return 130
    except StudioError as error:
        _say(str(error))
        return 2
    except Exception as error:
        if os.environ.get(TRACEBACK_SWITCH):
            raise
        _say(f"this is a fault of the studio ({type(error).__name__}: {error}); {TRACEBACK_SWITCH}=1 shows where.")
        return 1


def make_torch_engine(settings: EngineSettings) -> Engine:
    """The real engine. At module level, so that a child process can be told to call it; torch loads only here."""
    _load_torch()
    from studio.engine.torch_engine import TorchEngine

    return TorchEngine(settings)


def train_base(plan: TrainingPlan) -> Generator[TrainingNews, None, None]:
    """Train a Live network; torch loads only here."""
    _load_torch()
    from studio.engine.train.train_base import train_base

    yield from train_base(plan)


def compare_tuning(plan: ComparisonPlan) -> Generator[ComparisonNews, None, None]:
    """Run the experiment behind Tune; torch loads only here."""
    _load_torch()
    from studio.engine.finetune.ablation import compare_tuning

    yield from compare_tuning(plan)


def _load_torch() -> None:
    """Raises EngineError if it is not installed, or not as a whole."""
    # Read by GNU's OpenMP as it is loaded. Threads that wait by spinning for long lose nearly all their speed as soon
    # as another program wants the same cores; those that sleep at once lose a third of it on an idle machine.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    try:
        importlib.import_module("torch")
    except (ImportError, OSError) as error:  # OSError: a library of its own that cannot be loaded
        raise EngineError(
            f"PyTorch cannot start: {error}.", "Start with packaging/run.py, which installs it."
        ) from error


def _find_home() -> None:
    """Give a user without a home one among the temporary files: everybody asks the environment for it.

    Some containers run programs as a user that the system does not know, and some services with an empty HOME.
    """
    if os.name != "posix" or os.environ.get("HOME"):
        return
    os.environ.pop("HOME", None)
    try:
        os.environ["HOME"] = str(Path.home())
    except RuntimeError:
        with suppress(OSError):
            home = Path(tempfile.gettempdir(), f"style-studio-home-{os.getuid()}")
            home.mkdir(mode=0o700, exist_ok=True)
            if home.stat().st_uid != os.getuid():  # somebody else was there before
                home = Path(tempfile.mkdtemp(prefix="style-studio-home-"))
            os.environ["HOME"] = str(home)


def opens_window(arguments: Sequence[str]) -> bool:
    """Whether these arguments are for the window: none at all, or pictures."""
    if not arguments:
        return True
    from studio.cli import COMMANDS

    first = arguments[0]
    return bool(first) and not first.startswith("-") and first not in COMMANDS and ("." in first or _is_there(first))


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # longer than the system allows, in a folder that may not be read, with a zero byte
        return False


def window_settings(environment: Mapping[str, str]) -> EngineSettings:
    """How the window sets its engine up. Raises StudioError if the folder of weights is none.

    The command line has options for the same: there, one call is one picture.
    """
    named = environment.get(WEIGHTS_FOLDER, "")
    folder = Path(os.path.expanduser(named)) if named else None  # noqa: PTH111 - Path raises where there is no such user
    if folder is not None and not folder.is_dir():
        raise StudioError(f"{WEIGHTS_FOLDER} names {folder}, which is not a folder.", "Correct or unset it.")
    return EngineSettings(environment.get(DEVICE) or None, folder)


# Either is imported when it is asked for: the window need not wait for the command line, nor the reverse.


def _run_command(arguments: Sequence[str]) -> int:
    from studio.cli import main as run_command
    from studio.jobs.decoding.decode_process import DecodeProcess

    return run_command(arguments, make_torch_engine, train=train_base, compare=compare_tuning, opener=DecodeProcess())


def _open_window(arguments: Sequence[str]) -> int:
    _check_screen()
    try:
        from studio.ui import app
    except ImportError as error:
        if "PySide6" in str(error) or ".so" in str(error):
            raise StudioError(
                f"Qt cannot start: {error}.", "Start with packaging/run.py, which installs it."
            ) from error
        raise
    from studio.jobs.engine_process.proxy import EngineProcess

    settings = window_settings(os.environ)
    return app.run(lambda: EngineProcess(make_torch_engine, settings), arguments)


def _check_screen() -> None:
    """Raise StudioError where Qt would only abort: on a system without a screen, unless it was told to do without."""
    needs_one = sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM")
    if needs_one and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise StudioError(
            "There is no screen here, so the window cannot open.",
            "Paint from the command line: style-studio render PHOTO --style STYLE -o OUT.png",
        )


def _say(sentence: str) -> None:
    sys.stderr.write(f"style-studio: {displayable(sentence)}\n")


if __name__ == "__main__":
    # Under its real name: as `__main__.make_torch_engine` the maker could not be found in the engine's process.
    from studio.__main__ import main as main_by_name

    sys.exit(main_by_name())
