"""Networks of torchvision as encoders: from files that are made here, for nothing can be downloaded in a test."""

from __future__ import annotations

import hashlib
import urllib.request
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torchvision import models

from studio.core.engine_api.contract import DescribeRequest
from studio.core.engine_api.features import BUNDLED, DEFAULT_LAYERS, LAYERS, EncoderName, FeatureQuery
from studio.core.errors import WeightsError
from studio.core.generators import run_to_end
from studio.engine.networks import torchvision_weights
from studio.engine.networks.torchvision_weights import FILES, WeightsFile
from studio.engine.vision.describer import Describer
from studio.engine.vision.encoders import TorchvisionEncoder, load_encoder
from tests.support.scenes import picture_of, waves

CPU = torch.device("cpu")
OTHERS = tuple(name for name in LAYERS if name not in BUNDLED)


@pytest.fixture(autouse=True)
def nothing_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str, timeout: float) -> None:
        raise AssertionError(f"asked the network for {url}")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(urllib.request, "urlopen", refuse)


def saved(state: object) -> bytes:
    file = BytesIO()
    torch.save(state, file)
    return file.getvalue()


def publish(name: str, content: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make these bytes what torchvision publishes for an encoder, and put them into a folder."""
    path = folder / f"{name}-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    path.write_bytes(content)
    file = WeightsFile(f"https://weights.example/{path.name}", 98.0)
    monkeypatch.setattr(torchvision_weights, "FILES", {**FILES, name: (file,)})
    return path


def random_state(name: str) -> dict[str, Any]:
    torch.manual_seed(1)
    options = {"init_weights": False} if name == "inception_v3" else {}
    return dict(getattr(models, name)(**options).state_dict())


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "vgg19"])
def test_a_network_of_torchvision_answers_from_a_file_of_the_user_s(
    name: EncoderName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(name, saved(random_state(name)), tmp_path, monkeypatch)
    encoder = run_to_end(load_encoder(name, CPU, tmp_path))
    found = encoder(waves(40, 48), LAYERS[name])
    assert list(found) == list(LAYERS[name])
    assert all(features.ndim == 4 and torch.isfinite(features).all() for features in found.values())
    sizes = [features.shape[2] for features in found.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_resnet_s_last_stage_is_what_its_own_forward_pools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = random_state("resnet50")
    publish("resnet50", saved(state), tmp_path, monkeypatch)
    encoder = run_to_end(load_encoder("resnet50", CPU, tmp_path))
    found = encoder(waves(64, 64), ("layer4.2",))["layer4.2"]
    network = models.resnet50()
    network.load_state_dict(state)
    image = (waves(64, 64) - torch.tensor((0.485, 0.456, 0.406)).view(1, 3, 1, 1)) / torch.tensor(
        (0.229, 0.224, 0.225)
    ).view(1, 3, 1, 1)
    with torch.no_grad():
        expected = network.eval()(image)
        scores = network.fc(found.mean((2, 3)))
    assert torch.allclose(scores, expected, rtol=1e-3, atol=1e-4)


def test_vgg19_has_all_of_its_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    features = models.vgg.make_layers(models.vgg.cfgs["E"], batch_norm=False).state_dict()
    state = {f"features.{key}": tensor.half() for key, tensor in features.items()}
    publish("vgg19", saved(state), tmp_path, monkeypatch)
    encoder = run_to_end(load_encoder("vgg19", CPU, tmp_path))
    found = encoder(waves(48, 48), ("relu1_1", "relu5_4"))
    assert found["relu5_4"].shape == (1, 512, 3, 3)


@pytest.mark.parametrize("name", OTHERS)
def test_missing_weights_are_one_sentence_and_nothing_is_downloaded_unasked(name: EncoderName) -> None:
    request = DescribeRequest(picture_of(waves()), FeatureQuery(name, DEFAULT_LAYERS[name]))
    with pytest.raises(WeightsError, match=r"not on this computer\. Name a folder .*--weights.*--download"):
        run_to_end(Describer(CPU).describe(request))


def test_a_download_that_was_asked_for_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(random_state("efficientnet_b0"))
    path = publish("efficientnet_b0", content, tmp_path, monkeypatch)
    path.unlink()

    class Answer(BytesIO):
        headers = {"Content-Length": str(len(content))}

    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: Answer(content))
    query = FeatureQuery("efficientnet_b0", ("features.3",))
    describer = Describer(CPU)
    shares = list(describer.preparing(DescribeRequest(picture_of(waves()), query, may_download=True)))
    assert shares[-1] == 1.0 and shares == sorted(shares) and len(shares) > 5
    assert list(describer.preparing(DescribeRequest(picture_of(waves()), query))) == []
    assert (tmp_path / "torch" / "hub" / "checkpoints" / path.name).is_file()


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.write_text, (self.path, "executed")


@pytest.mark.parametrize("kind", ["another network", "no tensors", "a list", "text", "cut off", "wrong hash", "pickle"])
def test_a_hostile_or_damaged_file_is_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {
        "another network": saved({"fc.weight": torch.zeros(3, 3)}),
        "no tensors": saved({"fc.weight": "zeros"}),
        "a list": saved([1, 2, 3]),
        "text": b"weights",
        "cut off": saved(random_state("efficientnet_b0"))[:-2000],
        "wrong hash": saved({}),
        "pickle": saved({"fc.weight": Bomb(tmp_path / "bomb")}),
    }[kind]
    path = publish("resnet50", content, tmp_path, monkeypatch)
    if kind == "wrong hash":
        path.write_bytes(content + b"\0")
    with pytest.raises(WeightsError):
        run_to_end(load_encoder("resnet50", CPU, tmp_path))
    assert not (tmp_path / "bomb").exists()


def test_the_bundled_networks_need_no_files(tmp_path: Path) -> None:
    for name in BUNDLED:
        encoder = run_to_end(load_encoder(name, CPU))
        found = encoder(waves(64, 64), LAYERS[name][:3])
        assert all(np.isfinite(features.float().numpy()).all() for features in found.values())
    assert isinstance(encoder, TorchvisionEncoder) or name == "vgg16"


def test_the_layers_named_here_are_torchvision_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LAYERS:
        assert set(DEFAULT_LAYERS[name]) <= set(LAYERS[name])
    for name in ("resnet50", "efficientnet_b0", "mobilenet_v2"):
        modules = dict(getattr(models, name)().named_modules())
        assert all(layer in modules for layer in LAYERS[name])  # type: ignore[index]
