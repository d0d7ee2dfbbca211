"""Limited-memory BFGS for a picture whose pixels stay in [0, 1], one step at a time.

Source: Nocedal & Wright 2006, algorithms 7.4 and 16.7's idea of projection. torch.optim.LBFGS knows no bounds and
asks for the loss inside a closure, which could not be interrupted. Clamping only once at the end costs the picture
several per cent of loss; clamping every step is free as long as the pairs describe the step that was really taken.
"""

from __future__ import annotations

from torch import Tensor

from studio.engine.optimization.preconditioner import Preconditioner

FIRST_STEP = 0.01  # of the range of a pixel
LARGEST_STEP = 0.1  # mean change of a pixel in any step: farther, the quadratic model no longer holds
LEAST_CURVATURE = 1e-10


class BoundedLBFGS:
    """Remembers the last `history` steps and proposes the next picture in [0, 1].

    guess: the inverse curvature to start from, None for the same everywhere. relaxation: factor of every step.
    first_step: mean change of a pixel in a step without history.
    """

    def __init__(
        self,
        history: int = 10,
        guess: Preconditioner | None = None,
        relaxation: float = 1.0,
        first_step: float = FIRST_STEP,
    ) -> None:
        self.first_step = first_step
        self._history = history
        self._pairs: list[tuple[Tensor, Tensor]] = []
        self._last: tuple[Tensor, Tensor] | None = None
        self._guess, self._relaxation = guess, relaxation

    def forget(self) -> None:
        """Start afresh, after a blow-up or at another size."""
        self._pairs.clear()
        self._last = None

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """The next image after `image` with `gradient`. Shapes: (1, 3, H, W). Inputs are kept: do not change them."""
        if self._last is not None:
            self._remember(image - self._last[0], gradient - self._last[1])
        self._last = (image, gradient)
        if self._guess is not None:
            self._guess.learn(gradient)
        # A pixel at its bound that wants to go farther is out of the game.
        is_stuck = ((image <= 0) & (gradient > 0)) | ((image >= 1) & (gradient < 0))
        direction = self._direction(gradient.masked_fill(is_stuck, 0.0))
        direction *= self._relaxation
        length = direction.abs().mean()
        if not self._pairs:
            direction *= self.first_step / length.clamp_min(1e-30)
        elif length > LARGEST_STEP:
            direction *= LARGEST_STEP / length
        return (image + direction).clamp_(0, 1)

    def _remember(self, moved: Tensor, turned: Tensor) -> None:
        curvature = (moved * turned).sum()
        if curvature > LEAST_CURVATURE * moved.norm() * turned.norm():
            self._pairs = [*self._pairs, (moved, turned)][-self._history :]

    def _direction(self, gradient: Tensor) -> Tensor:
        direction = gradient.clone()
        weights = []
        for moved, turned in reversed(self._pairs):
            rho = 1 / (moved * turned).sum()
            weight = rho * (moved * direction).sum()
            direction.sub_(weight * turned)
            weights.append((weight, rho))
        direction = self._precondition(direction)
        if self._pairs:
            moved, turned = self._pairs[-1]
            direction *= (moved * turned).sum() / (turned * self._precondition(turned)).sum()
        for (moved, turned), (weight, rho) in zip(self._pairs, reversed(weights), strict=True):
            direction.add_(moved * (weight - rho * (turned * direction).sum()))
        return direction.neg_()

    def _precondition(self, gradient: Tensor) -> Tensor:
        return gradient if self._guess is None else self._guess(gradient)
