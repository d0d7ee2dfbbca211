"""Engines that die, hang, raise and lie under the real window: one sentence at most, and what is next is painted."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from functools import cache
from itertools import chain, zip_longest
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

from studio.core.card import bundled_cards
from studio.core.engine_api.contract import EngineSettings
from studio.core.styles.load_style import open_style
from studio.jobs.engine_process.proxy import EngineProcess
from studio.jobs.engine_process.watchdog import Patience
from studio.ui.app import Studio
from studio.ui.session.message import Message
from tests.hostile.outcome import LONGEST_SENTENCE, Outcome
from tests.hostile.sandbox import note
from tests.hostile.unlucky_engine import EVENTS, MISFORTUNES, STUCK, make_unlucky_engine, seed_of
from tests.hostile.windows import Witness, application, open_studio, wait_until
from tests.support.fakes import make_picture

PATIENCE = Patience(stopped=1.0, grace=0.3)  # nothing that is certain need be waited for
_LARGE = (3000, 2000)  # px: far more than a pipe takes at once
_LUCKY = 5  # the seed of a recipe that is painted
_AT_REST = ("killed", "frozen", "frozen, before a large photo")


def warm_up() -> None:
    """The application, and what styles are."""
    application()
    bundled_cards("styles")


def run_case(seed: int, folder: Path) -> Outcome:
    """One misfortune in a window of its own; counting up goes through all of them, one of each kind in turn."""
    activity, name = order_of(seed // case_count())[seed % case_count()]
    step = Random(f"death {seed}").randrange(EVENTS)
    what = note(folder, f"{activity}: {name}" + ("" if activity == "at rest" else f", instead of event {step}"))
    settings = folder / "settings.json"
    settings.write_text(json.dumps({"preferences/is_live": activity == "live", "preferences/auto_refine": "never"}))
    engine_settings = EngineSettings(weights_folder=folder)
    with (
        Witness() as witness,
        open_studio(lambda: EngineProcess(make_unlucky_engine, engine_settings, PATIENCE), settings, folder) as studio,
    ):
        case = _Case(studio, folder)
        if case.begin():
            if activity == "at rest":
                case.disturb_at_rest(name)
            else:
                case.meet(name, activity, seed_of(name, step))
            case.paint_the_next()
    faults = case.faults + witness.faults()
    for child in _engines():
        faults.append(f"the engine's process {child.pid} outlives the window")
        child.kill()
    return Outcome(what, opened=not faults, findings=("\n".join(faults),) if faults else ())


@cache
def order_of(round_: int) -> list[tuple[str, str]]:
    """Activity and name of all cases: one of each kind of misfortune after the other."""
    random = Random(f"deaths {round_}")
    kinds = ("dies", "hangs", "raises", "lies")
    groups = [[("at rest", name) for name in _AT_REST]]
    groups += [
        [(activity, name) for name, it in MISFORTUNES.items() if it.kind == kind for activity in ("finish", "live")]
        for kind in kinds
    ]
    shuffled = [random.sample(group, len(group)) for group in groups]
    return [case for case in chain.from_iterable(zip_longest(*shuffled)) if case is not None]


def case_count() -> int:
    """How many cases there are before they come again, in another order."""
    return len(order_of(0))


class _Case:
    """A window on an unlucky engine, and what is wrong with it."""

    def __init__(self, studio: Studio, folder: Path) -> None:
        self.faults: list[str] = []
        self._studio = studio
        self._session = studio.session
        self._folder = folder
        self._problems: list[Message] = []
        self._session.message_posted.connect(self._hear)

    def begin(self) -> bool:
        """A photo and a style on the table and an engine that is ready."""
        if not wait_until(lambda: self._session.engine.info is not None):
            self.faults.append("the engine was never ready")
            return False
        card = next(card for card in bundled_cards("styles") if card.category != "pattern")
        self._session.change(content=make_picture(64, 48), long_edge=128, seed=_LUCKY)
        self._session.use_style(open_style(card))
        self._session.commit()
        return self._comes("the first picture of Live", lambda: not self._session.has_quick_work)

    def meet(self, name: str, activity: str, seed: int) -> None:
        """Ask for what ends in this misfortune, and stop it where it would hang."""
        kind = MISFORTUNES[name].kind
        session = self._session
        session.change(seed=seed)
        session.commit()
        if activity == "finish":
            session.finish()
        if kind == "hangs":
            self._comes("the misfortune", (self._folder / STUCK).exists)
            if activity == "live":
                session.change(seed=_LUCKY)  # nobody stops Live: the next setting takes its place
                session.commit()
            else:
                session.finishing.stop()
        ended = (
            (lambda: session.finishing.run is None) if activity == "finish" else (lambda: not session.has_quick_work)
        )
        self._comes("the end", ended)
        most, least = 1, 1 if kind in ("dies", "raises") else 0
        if not least <= len(self._problems) <= most:
            self.faults.append(
                f"{len(self._problems)} sentences: {[problem.text for problem in self._problems]!r:.600}"
            )
        for problem in self._problems:
            self._check(problem)

    def disturb_at_rest(self, name: str) -> None:
        """Something befalls the engine's process while nobody asks anything of it."""
        (engine,) = _engines()
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL if name == "killed" else signal.SIGSTOP)
        if name == "killed":
            engine.join()
            return
        content = make_picture(*_LARGE) if "large" in name else self._session.artwork.content
        self._session.change(content=content, seed=_LUCKY + 1)
        self._session.commit()
        self._session.finish()
        wait_until(lambda: False, 0.3)  # it has the request, or as much of it as it takes
        self._session.finishing.stop()
        self._comes("the end", lambda: self._session.finishing.run is None)

    def paint_the_next(self) -> None:
        """The window lives, and what is asked for next is painted; one sentence may come of an engine that is gone."""
        session, heard = self._session, len(self._problems)
        session.change(strength=0.9, seed=_LUCKY + 2)
        session.commit()
        session.finish()
        wait_until(lambda: session.finishing.run is None)
        if not session.artwork.is_finished and session.finishing.run is None and len(self._problems) == heard + 1:
            session.finish()  # the sentence was about the engine of before
            wait_until(lambda: session.finishing.run is None)
        result = session.artwork.result
        if result is None or not session.artwork.is_finished or result.recipe.seed != _LUCKY + 2:
            self.faults.append(f"what came next was not painted; said: {self._said(heard)}")
        elif session.on_canvas.picture is not result.picture:
            self.faults.append("what came next is not what is shown")
        if not self._studio.window.isVisible():
            self.faults.append("the window is gone")

    def _comes(self, what: str, condition: Any) -> bool:
        if wait_until(condition):
            return True
        self.faults.append(f"{what} never came; said: {self._said(0)}")
        return False

    def _said(self, since: int) -> str:
        return f"{[problem.text for problem in self._problems[since:]]!r:.600}"

    def _hear(self, message: Message | None) -> None:
        if message is not None and message.is_problem:
            self._problems.append(message)

    def _check(self, problem: Message) -> None:
        text = f"{problem.text} {problem.remedy}".strip()
        if not text or "\n" in text or len(text) > LONGEST_SENTENCE:
            self.faults.append(f"no sentence, but {len(text)} characters: {text!r:.300}")


def _engines() -> list[BaseProcess]:
    return [child for child in multiprocessing.active_children() if child.name == "studio-engine"]
