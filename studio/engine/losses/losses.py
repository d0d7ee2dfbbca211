"""The losses of Finish, all relative to their target, and how much each counts for a recipe.

Relative means: 1 is as far off as having nothing of the target at all. One weight then means the same for every layer,
size, picture and encoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from studio.core.recipe import StyleRecipe
from studio.engine.losses.statistics import Moments, positions

STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_3")
MATCHED_LAYERS = ("relu3_1", "relu4_1")
CONTENT_LAYERS = ("relu2_2", "relu3_3", "relu4_2")
STRUCTURE_LAYERS = ("relu3_3", "relu4_2")
# A flat grey style has next to no covariance; dividing by that would make the smallest noise a catastrophe.
FLOOR = 0.02

# Weights with freedom 0 and with freedom 1. Moments of deep layers say how much of everything there must be in the
# whole picture, so that a descent builds the painting's objects into the photo; where it has no freedom, each place is
# told what to become instead. Measured in tests/benchmarks/picture_quality.py.
HELD_MOMENTS = {"relu1_1": 0.3, "relu2_1": 0.3, "relu3_1": 0.45, "relu4_1": 0.35, "relu4_3": 0.0}
FREE_MOMENTS = dict.fromkeys(STYLE_LAYERS, 0.2)
MATCHED = {"relu3_1": 0.3, "relu4_1": 0.45}
STRUCTURE = {"relu3_3": 0.12, "relu4_2": 0.12}
# Of a small picture the features at relu4_1 are so few that their covariance, and what they match, say where everything
# is: a tree of the painting grew into skies. From two positions per channel on they count in full.
ENOUGH_PIXELS = 256 * 256
LEAST_MATCHED = 0.15  # share of the matched features at relu4_1 that the smallest pictures keep
PUSH = 0.75  # by how much the moments' weights grow over the whole of strength, beside what holds on to the photo
COLORS = 1.5
CONTENT = 0.2


@dataclass(frozen=True)
class ObjectiveWeights:
    """How much the losses of a picture count; {} and 0: not at all.

    moments: of mean and covariance, by layer. matched: of the distance to the style's most similar features, by layer.
    content: of the distance to the photo's features, by layer. structure: of what is alike within the photo, by layer.
    colors: of coarse colours as Live shows them. smoothness: of total variation.
    """

    moments: Mapping[str, float]
    matched: Mapping[str, float]
    content: Mapping[str, float]
    structure: Mapping[str, float]
    colors: float
    smoothness: float


def objective_weights(recipe: StyleRecipe, pixels: int = ENOUGH_PIXELS) -> ObjectiveWeights:
    """The weights a recipe asks for when the picture itself is optimised, at a size of so many `pixels`.

    Strength moves what holds on to the photo over two and a half decades: equal travel, equal visible change. Where
    little of that is left, the style would hardly come nearer, so its moments count more as well. The weakest third of
    the slider also holds on to the photo's texture and colours (relu2_2), and at 0 nothing of the style is left.
    Freedom goes from the photo's own layout, where only the strokes change, to moments alone, which let the painting's
    shapes roam; a pattern goes from texture to shapes. Detail moves the content from large shapes (relu4_2) to small
    ones (relu3_3), and holds on to what is alike.
    """
    smoothness, freedom = 0.5 * recipe.smoothness**2, recipe.freedom
    if recipe.method == "pattern":
        return ObjectiveWeights(_moments_at(freedom), {}, {}, {}, 0.0, smoothness)
    style = min(1.0, recipe.strength / 0.1)
    push = style * (1 + (1 - freedom) * PUSH * (recipe.strength - 0.6))
    hold = 10 ** (2.5 * (0.6 - recipe.strength))
    content = CONTENT * hold * (freedom + (1 - freedom) * max(0.0, 1 - recipe.strength / 0.6))
    told = min(1.0, pixels / ENOUGH_PIXELS)
    of_moments = {"relu4_1": told + (1 - told) * freedom}
    of_matched = {"relu4_1": max(LEAST_MATCHED, told)}
    return ObjectiveWeights(
        moments={layer: push * weight * of_moments.get(layer, 1.0) for layer, weight in _moments_at(freedom).items()},
        matched={
            layer: style * (1 - freedom) * weight * of_matched.get(layer, 1.0) for layer, weight in MATCHED.items()
        },
        content={
            "relu4_2": content * (1 - 0.5 * recipe.detail),
            "relu3_3": content * recipe.detail,
            "relu2_2": content * max(0.0, 1 - recipe.strength / 0.35),
        },
        structure={
            layer: weight * hold * (1 - freedom) ** 2 * (0.5 + recipe.detail) for layer, weight in STRUCTURE.items()
        },
        colors=COLORS * (1 - freedom),
        smoothness=smoothness,
    )


def _moments_at(freedom: float) -> dict[str, float]:
    """Weights of moments by layer. The deepest, which takes time of its own, counts from half of the freedom on."""
    shares = {layer: max(0.0, 2 * freedom - 1) if layer == "relu4_3" else freedom for layer in STYLE_LAYERS}
    return {
        layer: HELD_MOMENTS[layer] + share * (FREE_MOMENTS[layer] - HELD_MOMENTS[layer])
        for layer, share in shares.items()
    }


def relative_moments_loss(found: Moments, target: Moments) -> Tensor:
    """Squared distance of mean and of covariance, each as a share of the target's square.

    Shapes: means (C,) and covariances (C, C) -> (), or (B, C) and (B, C, C) on either side -> (B,).
    """
    size = target.mean.square().sum(-1)
    by_mean = (found.mean - target.mean).square().sum(-1) / size
    by_covariance = (found.covariance - target.covariance).square().sum((-2, -1))
    return by_mean + by_covariance / (target.covariance.square().sum((-2, -1)) + (FLOOR * size) ** 2)


def variance_of(target: Tensor, opacity: Tensor | None = None) -> float:
    """Variance over channels and positions, what features (1, C, H, W) are held against; never 0.

    opacity: (1, 1, H, W), of places that count as much as they are seen; None where all are.
    """
    rows = positions(target).float()
    if opacity is None:
        return float(rows.var() + FLOOR * rows.square().mean()) or 1.0
    shares = positions(opacity).float()
    shares = shares / (shares.sum() * rows.shape[1])
    mean, square = (shares * rows).sum(), (shares * rows.square()).sum()
    return float(square - mean.square() + FLOOR * square) or 1.0
