"""One step of Finish with torch's own convolutions and with Winograd's: seconds and their ratio at some sizes.

    python tests/benchmarks/step_of_finish.py [--threads N]

Both take turns in one process, and the quickest of some rounds counts: in float32, and in bfloat16 where the probe of
the studio's first start finds it faster.
"""

from __future__ import annotations

import argparse
import itertools
import platform
import time

import torch

from studio.core.generators import run_to_end
from studio.core.image_io import open_picture
from studio.core.recipe import StyleRecipe
from studio.core.resources import resource_folder
from studio.engine.losses.objective import Objective
from studio.engine.networks.probes import is_bfloat16_better
from studio.engine.networks.vgg import Encoder
from studio.engine.networks.weights import LAYOUTS, load_encoder_weights
from studio.engine.optimization.targets import Painting, make_objective, targets_at
from studio.engine.runtime.device import device_name, keep_freed_memory
from studio.engine.runtime.tensors import resize_to, to_tensor

SIZES = (128, 256, 512)  # px of the longer edge
ROUNDS = 6
CPU = torch.device("cpu")


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of torch (one per core)")
    torch.set_num_threads(parser.parse_args().threads)
    keep_freed_memory()
    weights = run_to_end(load_encoder_weights("vgg16", None))
    photo = to_tensor(open_picture(resource_folder("demo") / "neuschwanstein.jpg"), CPU)
    style = to_tensor(open_picture(resource_folder("styles") / "van-gogh-cafe-terrace-at-night.webp"), CPU)
    capability = torch.backends.cpu.get_cpu_capability()
    print(f"{device_name(CPU)}, {capability}, {platform.machine()}, torch {torch.__version__}\n")
    print("| size | precision | torch's | Winograd's | times as fast |\n|---|---|---|---|---|")
    dtypes = [torch.float32, torch.bfloat16] if is_bfloat16_better(CPU) else [torch.float32]
    for dtype, size in itertools.product(dtypes, SIZES):
        encoders = [Encoder(LAYOUTS["vgg16"], weights, CPU, dtype, is_winograd=is_quick) for is_quick in (False, True)]
        image = resize_to(photo, size)
        painting = Painting(image, (style,), (1.0,), StyleRecipe(), (image.shape[2], image.shape[3]))
        jobs = [make_objective(encoder, painting, targets_at(painting, size), ("style",), {}) for encoder in encoders]
        objectives = [run_to_end(job) for job in jobs]
        rounds = [[_seconds(objective, image) for objective in objectives] for _ in range(ROUNDS)]
        plain, quick = (min(seconds) for seconds in zip(*rounds, strict=True))
        name = str(dtype).removeprefix("torch.")
        print(f"| {size} px | {name} | {plain:.3f} s | {quick:.3f} s | {plain / quick:.2f} |", flush=True)


def _seconds(objective: Objective, image: torch.Tensor) -> float:
    started = time.perf_counter()
    run_to_end(objective.evaluate(image))
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
