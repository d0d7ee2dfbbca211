"""The precision a Live network is quickest in on a device, found by painting with it in both at the first start."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from studio.engine.networks.fine_network import FineNetwork, LiveNetwork
from studio.engine.networks.probes import FASTER, NO_BFLOAT16, choose_dtype, remembered, timed
from studio.engine.networks.style_network import VECTOR, StyleNetwork

# In the mean over the picture, in [0, 1]: half of what rounding it to 8 bits may change. Photos in bundled styles are
# at 0.2 to 0.35 of 255; what they change when the photo itself is rounded to 8 bits is more, see tests/benchmarks.
LARGEST_CHANGE = 0.5 / 255
EDGES = {"cpu": 256}  # px of the picture of the probe; anything larger but a processor is idle at that
EDGE = 1024


def on_device(network: LiveNetwork, device: torch.device) -> LiveNetwork:
    """The network where it is to compute, in the precision its weights are changed in."""
    if isinstance(network, FineNetwork):
        network.is_bfloat16 = choose_dtype(device) == torch.bfloat16
    return network.to(device)


def for_painting(network: LiveNetwork, device: torch.device) -> LiveNetwork:
    """The network as it paints quickest: itself, or a copy of the small one in bfloat16. network: `on_device`."""
    live = network.live if isinstance(network, FineNetwork) else network
    if choose_live_dtype(live, device) == torch.float32:
        return network
    rounded = live.in_bfloat16()
    return (
        FineNetwork(rounded, network.refinement, network.is_bfloat16) if isinstance(network, FineNetwork) else rounded
    )


def choose_live_dtype(network: StyleNetwork, device: torch.device) -> torch.dtype:
    """bfloat16 where the network is clearly faster in it and paints the same, else float32; remembered on disk."""
    weights = sum(part.numel() for part in network.parameters())
    is_better = remembered(device, f"Live of {weights} weights in bfloat16", lambda: is_better_rounded(network, device))
    return torch.bfloat16 if is_better else torch.float32


@torch.no_grad()
def is_better_rounded(network: StyleNetwork, device: torch.device) -> bool:
    """Paint a picture in both precisions, in turns; compare times and pictures."""
    edge = EDGES.get(device.type, EDGE)
    picture, conditions = _picture(edge).to(device), network.conditions(torch.zeros(1, VECTOR, device=device))
    try:
        rounded = network.in_bfloat16()
        (seconds, painted), (plain_seconds, plain) = timed(
            lambda: rounded(picture, conditions), lambda: network(picture, conditions)
        )
    except NO_BFLOAT16:
        return False
    return float((painted - plain).abs().mean()) < LARGEST_CHANGE and plain_seconds > FASTER * seconds


def _picture(edge: int) -> Tensor:
    """Something with soft and sharp parts, (1, 3, edge, edge)."""
    coarse = torch.rand((1, 3, edge // 16, edge // 16), generator=torch.Generator().manual_seed(0))
    soft, sharp = (functional.interpolate(coarse, (edge, edge), mode=mode) for mode in ("bicubic", "nearest"))
    return (
        torch.cat((soft[..., : edge // 2], sharp[..., edge // 2 :]), 3)
        .clamp(0, 1)
        .contiguous(memory_format=torch.channels_last)
    )
