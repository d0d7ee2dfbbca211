"""How good a style is on photos, and where there are enough on a reference, that it is not learnt from.

`Validator` measures the losses that are learnt by; `Exam` what is not learnt by, as tests/benchmarks/picture_quality.py
does, so that a lesson cannot praise itself.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from torch import Tensor
from torch.nn import functional

from studio.engine.finetune.dataset import Paint, Photos, References, StyleTarget, blend_targets
from studio.engine.losses.painting_loss import LossResult, PaintingLoss
from studio.engine.losses.statistics import Moments, moments
from studio.engine.networks.vgg import Encoder
from studio.engine.runtime.tensors import resize_to

EXAM_STYLE_LAYERS = ("relu2_2", "relu3_2", "relu4_2")  # no loss of the studio looks at moments there
EXAM_CONTENT_LAYER = "relu4_2"
EXAM_EDGE = 512  # px of the longer edge of photos and works
CELLS = 24  # along each edge, of which all pairs are compared


class Exam:
    """Measures painters on whole photos, against works learnt from and others. To be used as a Validator.

    seen, unseen: relative distance of mean and covariance of features to those of all the works together. content: 1 -
    correlation of what is alike within photo and picture. style, total: the mean of seen, once for each work that is
    learnt from, and of unseen: works by one hand differ, and from a single one a lesson may well lead away. The photo
    has to be kept and that is all; how well is a condition (`tuner.py`).
    """

    def __init__(
        self, encoder: Encoder, photos: Sequence[Tensor], works: Sequence[Tensor], unseen: Sequence[Tensor]
    ) -> None:
        """Photos and works are (1, 3, H, W) in [0, 1]; unseen may be none."""
        self._encoder = encoder
        self._photos = [_at_edge(photo) for photo in photos]
        self._works, self._others = works, unseen
        self._targets: tuple[StyleTarget, StyleTarget | None] | None = None
        self._alike: list[Tensor] = []

    def validate(self, paint: Paint) -> Generator[None, None, dict[str, float]]:
        """The mean errors of what it makes of the photos; yields between pieces of the work."""
        if self._targets is None:
            seen = yield from self._together(self._works)
            unseen = (yield from self._together(self._others)) if self._others else None
            for photo in self._photos:
                trace = yield from self._encoder.trace(photo, [EXAM_CONTENT_LAYER], with_gradient=False)
                self._alike.append(similarity(trace[EXAM_CONTENT_LAYER]))
            self._targets = seen, unseen
        seen_counts = len(self._works)
        found: list[dict[str, float]] = []
        for photo, alike in zip(self._photos, self._alike, strict=True):
            painted = paint(photo).clamp(0, 1)
            yield
            trace = yield from self._encoder.trace(painted, EXAM_STYLE_LAYERS, with_gradient=False)
            own = {layer: moments(trace[layer]) for layer in EXAM_STYLE_LAYERS}
            errors = [style_error(own, target) for target in self._targets if target is not None]
            content = 1 - correlation(similarity(trace[EXAM_CONTENT_LAYER]), alike)
            style = (seen_counts * errors[0] + sum(errors[1:])) / (seen_counts + len(errors) - 1)
            measured = {"style": style, "content": content, "total": style, "seen": errors[0]}
            found.append(measured | ({"unseen": errors[1]} if len(errors) == 2 else {}))
        return {name: sum(errors[name] for errors in found) / len(found) for name in found[0]}

    def _together(self, works: Sequence[Tensor]) -> Generator[None, None, StyleTarget]:
        targets: list[StyleTarget] = []
        for work in works:
            trace = yield from self._encoder.trace(_at_edge(work), EXAM_STYLE_LAYERS, with_gradient=False)
            targets.append({layer: moments(trace[layer]) for layer in EXAM_STYLE_LAYERS})
        return blend_targets(targets)


def style_error(found: StyleTarget, target: StyleTarget) -> float:
    """Relative distance of mean and of covariance, the mean over both and over all layers."""
    errors = [_relative_distance(found[layer], target[layer]) for layer in target]
    return sum(errors) / len(errors)


def _at_edge(image: Tensor) -> Tensor:
    """The image, EXAM_EDGE px large at most."""
    return resize_to(image, min(EXAM_EDGE, max(image.shape[2:])))


def _relative_distance(found: Moments, target: Moments) -> float:
    by_mean = (found.mean - target.mean).norm() / target.mean.norm()
    by_covariance = (found.covariance - target.covariance).norm() / target.covariance.norm()
    return float(by_mean + by_covariance) / 2


def similarity(features: Tensor) -> Tensor:
    """Cosines of all pairs of places of a grid. Shapes: (1, C, H, W) -> (N,)."""
    rows = functional.adaptive_avg_pool2d(features.float(), CELLS)[0].flatten(1).T
    rows = functional.normalize(rows, dim=1)
    return (rows @ rows.T).flatten()


def correlation(one: Tensor, other: Tensor) -> float:
    """Of two rows of numbers, -1 to 1."""
    one, other = (functional.normalize(each - each.mean(), dim=0) for each in (one, other))
    return float(one @ other)


class Validator:
    """Measures painters on the same crops every time."""

    def __init__(self, loss: PaintingLoss, references: References, validation_set: Photos) -> None:
        self._loss, self._references, self._validation_set = loss, references, validation_set

    def validate(self, paint: Paint) -> Generator[None, None, dict[str, float]]:
        """The mean losses: "style", "content", "total", "seen" and, with a reference held out, "unseen".

        seen, unseen: the style loss against the references learnt from and against the one held out; style is their
        mean.
        """
        found: list[dict[str, float]] = []
        for number in range(len(self._validation_set)):
            crop, content = yield from self._validation_set.take([number])
            painted = paint(crop)
            references = self._references
            losses = means((yield from self._loss.compute(painted, references.mean, content, False, references.unseen)))
            losses["seen"] = losses["style"]
            if "unseen" in losses:
                losses["style"] = (losses["seen"] + losses["unseen"]) / 2
                losses["total"] += losses["style"] - losses["seen"]
            found.append(losses)
        return {name: sum(losses[name] for losses in found) / len(found) for name in found[0]}


def means(result: LossResult) -> dict[str, float]:
    """The losses of a batch, each as its mean."""
    return {name: float(losses.mean()) for name, losses in result.losses.items()}
