"""The exam of a lesson: 0 for who paints the style itself or keeps the photo, by layers nobody learns by."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from studio.core.generators import run_to_end
from studio.engine.finetune import validation
from studio.engine.finetune.validation import EXAM_STYLE_LAYERS, Exam
from studio.engine.losses.losses import STYLE_LAYERS
from studio.engine.losses.painting_loss import MOMENTS
from studio.engine.networks.vgg import Encoder
from tests.support.scenes import waves, weave

WORKS = 3  # that are learnt from, and alike here
PHOTO, WORK, OTHER = waves(64, 64), weave(64, 64), weave(64, 96)


@pytest.fixture(autouse=True)
def few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "CELLS", 4)


def marks(encoder: Encoder, painted: Tensor, unseen: list[Tensor]) -> dict[str, float]:
    exam = Exam(encoder, [PHOTO], [WORK] * WORKS, unseen)
    run_to_end(exam.validate(lambda photo: photo))  # what it remembers must not change the next marks
    return run_to_end(exam.validate(lambda photo: painted))


def test_nothing_is_learnt_by_its_layers() -> None:
    assert not set(EXAM_STYLE_LAYERS) & {*STYLE_LAYERS, *MOMENTS}


def test_the_work_itself_has_no_style_error_and_the_photo_no_content_error(encoder: Encoder) -> None:
    as_work, as_photo = marks(encoder, WORK, [OTHER]), marks(encoder, PHOTO, [OTHER])
    assert as_work["seen"] == pytest.approx(0, abs=1e-3)
    assert as_photo["content"] == pytest.approx(0, abs=1e-3)
    assert as_photo["seen"] > 0.2 and as_work["content"] > 0.1
    assert 0 < as_work["unseen"] < as_photo["unseen"]
    assert as_work["style"] == pytest.approx((WORKS * as_work["seen"] + as_work["unseen"]) / (WORKS + 1))
    assert as_work["total"] == as_work["style"]


def test_without_a_work_held_out_those_learnt_from_count(encoder: Encoder) -> None:
    found = marks(encoder, torch.rand((1, 3, 64, 64), generator=torch.Generator().manual_seed(0)), [])
    assert found["style"] == found["seen"] and "unseen" not in found
