"""LivePainting: a network that paints as Live does with it, so that a lesson learns and is judged by what one sees."""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor, nn

from studio.core.generators import run_to_end
from studio.core.recipe import StyleRecipe
from studio.engine.feed_forward.flat_regions import calm_flat_regions, deband
from studio.engine.feed_forward.lattice import without_lattice
from studio.engine.feed_forward.live_painter import calm_of
from studio.engine.feed_forward.strength import band_share, blend_vectors, paint_share
from studio.engine.finetune.dataset import Predict
from studio.engine.losses.band_statistics import BandCovariances, match_bands, match_bands_to_learn
from studio.engine.networks.fine_network import FineNetwork, LiveNetwork

STRENGTH = StyleRecipe().strength


class LivePainting(nn.Module):
    """At the strength of a fresh recipe: the vector lies on the way from the photo's own to the style's."""

    def __init__(self, network: LiveNetwork, predict: Predict, bands: BandCovariances = ()) -> None:
        """predict: names the photo's own vector. bands: of the style; () leaves those of the painting as they are."""
        super().__init__()
        self.network, self._predict, self._bands = network, predict, bands

    def with_network(self, network: LiveNetwork) -> LivePainting:
        """The same with another network."""
        return LivePainting(network, self._predict, self._bands)

    def forward(self, content: Tensor, vector: Tensor) -> Tensor:
        """What the network paints, less its lattice. Shapes: (B, 3, H, W) in [0, 1], vector (1, N) -> (B, 3, H, W)."""
        with torch.no_grad():
            own = torch.cat([self._predict(content[number : number + 1]) for number in range(content.shape[0])])
        wanted = blend_vectors(own, [vector], [1.0], STRENGTH, isinstance(self.network, FineNetwork))
        conditions = self.network.conditions(wanted[:, : self.network.vector_length])
        return without_lattice(self.network(deband(content), conditions))

    @torch.no_grad()
    def start(self, content: Tensor, vector: Tensor) -> Tensor:
        """As `forward`, without a gradient and within [0, 1]."""
        painted: Tensor = self(content.contiguous(memory_format=torch.channels_last), vector)
        return painted.clamp(0, 1)

    def paint(self, content: Tensor, vector: Tensor) -> Tensor:
        """What Live shows. Shapes: (1, 3, H, W) in [0, 1], (1, N) -> (1, 3, H, W) in [0, 1]."""
        return run_to_end(self.finish(content, self.start(content, vector)))

    @torch.no_grad()
    def finish(self, content: Tensor, painted: Tensor) -> Generator[None, None, Tensor]:
        """The painting after what Live does to it without a network. Shapes: (1, 3, H, W) twice -> the same."""
        painted = painted.contiguous()
        if self._bands:
            painted = yield from match_bands(painted, self._bands, band_share(STRENGTH), None)
        return self.shown(content, calm_flat_regions(painted, content, calm_of(self.network)))

    def to_learn(self, content: Tensor, painted: Tensor) -> Tensor:
        """What Live shows of what the network made, but for what it calms, with a gradient. Shapes: as of `shown`."""
        if self._bands:
            painted = match_bands_to_learn(painted, [(self._bands, band_share(STRENGTH))] * painted.shape[0])
        return self.shown(content, painted)

    @staticmethod
    def shown(content: Tensor, painted: Tensor) -> Tensor:
        """The photo shining through the paint: what is taught has to make up for it. Shapes: (B, 3, H, W) twice."""
        return torch.lerp(content, painted, paint_share(STRENGTH))
