"""What a classifier looked at in its most confident answers, right ones and errors, of works it had not learnt."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np

from studio.core.classifier.measures import Classes
from studio.core.classifier.results import Look
from studio.core.curator.fitting import HeldOut
from studio.core.engine_api.learning import ClassifierRequest
from studio.engine.curator.grad_cam import class_activation, heat_picture
from studio.engine.curator.stages import Places
from studio.engine.curator.tuned_network import TunedNetwork
from studio.engine.curator.views import View

EACH = 6  # right ones, and errors


def looks_of(
    request: ClassifierRequest,
    names: Sequence[str],
    classes: Classes,
    places: Places,
    held: HeldOut,
    whole: Sequence[View],
    network_of: Callable[[int], Generator[None, None, TunedNetwork]],
) -> Generator[None, None, tuple[Look, ...]]:
    """places: (M,) of the pictures that were judged, held: of these. network_of: what has judged a part."""
    found = []
    for place in confident(held, classes[places], [request.works[place] for place in places]):
        picture = int(places[place])
        network = yield from network_of(int(held.folds[place]))
        guess = int(held.scores[place].argmax())
        heat = class_activation(network, whole[picture], guess)
        yield
        shown = heat_picture(request.pictures[picture], heat)
        certainty = float(held.probabilities[place].max())
        found.append(Look(str(request.paths[picture]), request.labels[picture], names[guess], certainty, shown))
        yield
    return tuple(found)


def confident(held: HeldOut, classes: Classes, works: Sequence[str]) -> list[int]:
    """The most confident right ones, one of each class, then the most confident errors, one of each work."""
    guesses, sure = held.scores.argmax(1), held.probabilities.max(1)
    right: dict[int, int] = {}
    wrong: dict[str, int] = {}
    for place in np.argsort(-sure, kind="stable").tolist():
        if guesses[place] == classes[place]:
            right.setdefault(int(guesses[place]), place)
        else:
            wrong.setdefault(works[place], place)
    return [*list(right.values())[:EACH], *list(wrong.values())[:EACH]]
