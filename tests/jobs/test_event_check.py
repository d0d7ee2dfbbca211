"""What an engine says is believed only where it can be true."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from studio.core.classifier.results import ConfidentError, Epoch, Look, StageResult
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.engine_api.contract import (
    Compared,
    CompareRequest,
    Described,
    DescribeRequest,
    Done,
    EngineInfo,
    Event,
    Failed,
    Frame,
    LiveRequest,
    Progress,
    Ready,
    Seen,
    SeeRequest,
    Stopped,
)
from studio.core.engine_api.learning import TrainingStep
from studio.core.errors import EngineError, PictureError
from studio.core.regions.faces import Face
from studio.jobs.event_check import check_event, check_info
from tests.support.fakes import (
    FakeEngine,
    compare,
    make_card,
    make_classifier_request,
    make_learned,
    make_picture,
    make_request,
    train_classifier,
)

REQUEST = make_request(keep_color=0.3)
ID = REQUEST.id
INFO = EngineInfo("CPU", "float32")
PICTURE = make_picture()
FRAME = Frame(ID, 1, 3, 0.5, PICTURE, PICTURE, {"total": 1.0}, 2.0)
DONE = Done(ID, PICTURE, PICTURE, 3, 1.0, ("Made smaller.",), make_learned())
TRAINING_STEP = TrainingStep(1, 3, {"style": 1.0}, {"style": 2.0}, True)
LOOK = SeeRequest(PICTURE)
FACE = Face(0.2, 0.2, 0.4, 0.4, 0.9, ((0.25, 0.25), (-0.1, 0.3)))
MASK = np.zeros((6, 8), np.uint8)
SEEN = Seen(LOOK.id, MASK, (FACE,))
NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    "event",
    [FRAME, DONE, Progress(ID, 1.0000001, "Looking", TRAINING_STEP), Stopped(ID), Failed(ID, PictureError("No."))],
    ids=lambda event: type(event).__name__,
)
def test_a_proper_event_goes_through_as_it_is(event: Event) -> None:
    assert check_event(event, REQUEST) is event


def test_what_was_seen_goes_through_as_it_is() -> None:
    assert check_event(SEEN, LOOK) is SEEN
    nothing = Seen(LOOK.id, None)
    assert check_event(nothing, LOOK) is nothing


@pytest.mark.parametrize(
    "event",
    [
        *(replace(SEEN, subject=mask) for mask in ("mask", MASK.astype(float), MASK[None])),
        *(replace(SEEN, subject=np.zeros(shape, np.uint8)) for shape in ((0, 4), (4, 0), (1025, 4))),
        *(replace(SEEN, faces=faces) for faces in (None, [FACE], ("face",), (FACE,) * 1001)),
        *(replace(SEEN, faces=(replace(FACE, left=value),)) for value in (NAN, -0.1, 1.1, None, "left")),
        replace(SEEN, faces=(replace(FACE, left=0.9),)),
        replace(SEEN, faces=(replace(FACE, likely=2.0),)),
        *(replace(SEEN, faces=(replace(FACE, points=points),)) for points in (None, ((NAN, 0.0),), ((0.5,),))),
        replace(DONE, request_id=LOOK.id),
        replace(FRAME, request_id=LOOK.id),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_nobody_can_see_is_an_error_of_the_engine(event: object) -> None:
    with pytest.raises(EngineError, match="sent something invalid"):
        check_event(event, LOOK)


def test_all_that_an_engine_says_of_a_request_is_proper() -> None:
    requests = [REQUEST, LOOK, LiveRequest(PICTURE, (PICTURE,), REQUEST.recipe, 64)]
    for request in requests:
        for event in FakeEngine().run(request):
            check_event(event, request)


def without(event: Event, name: str) -> Event:
    """As it comes from a pipe: no __init__ has looked at it."""
    copy = replace(event)  # type: ignore[type-var]
    object.__delattr__(copy, name)
    return copy


IMPROPER: list[Any] = [
    None,
    "garbage",
    7,
    ("Done",),
    Ready(INFO),
    INFO,
    Done(ID + 1, PICTURE),
    Failed(ID + 1, EngineError("No.")),
    Progress(True, 0.5),
    *(replace(FRAME, picture=value) for value in (None, "picture", PICTURE.pixels)),
    *(replace(FRAME, uncolored=value) for value in ("picture", make_picture(8, 8))),
    *(replace(FRAME, progress=value) for value in (NAN, 1e300, -1e300, 10**400, "half", None, True)),
    *(replace(FRAME, step=value) for value in (-1, 1.5, None, 10**30)),
    replace(FRAME, steps=-1),
    *(replace(FRAME, losses=value) for value in (None, [1.0], {"total": NAN}, {"total": "1"}, {1: 1.0})),
    *(replace(FRAME, seconds=value) for value in (-1e300, NAN, INFINITY, None)),
    *(Progress(ID, value) for value in (NAN, -1e300, 1e300)),
    *(Progress(ID, 0.5, value) for value in (None, b"", "\0<h1>" * 9999)),  # type: ignore[arg-type]
    Progress(ID, 0.5, training_step="a step"),  # type: ignore[arg-type]
    Progress(ID, 0.5, training_step=replace(TRAINING_STEP, losses={"style": NAN})),
    Progress(ID, 0.5, training_step=replace(TRAINING_STEP, held_out={"style": INFINITY})),
    *(replace(DONE, result=value) for value in (None, "picture")),
    *(replace(DONE, notes=value) for value in (None, "a note", (1,), ("a",) * 101, ("a" * 2001,))),
    SEEN,
    replace(DONE, learned=make_card()),  # type: ignore[arg-type]
    Failed(ID, ValueError("No.")),  # type: ignore[arg-type]
    without(FRAME, "picture"),
    without(DONE, "request_id"),
]


@pytest.mark.parametrize("event", IMPROPER, ids=lambda event: type(event).__name__)
def test_what_is_no_event_of_the_request_is_an_error_of_the_engine(event: object) -> None:
    with pytest.raises(EngineError, match=r"^The painting engine sent something invalid \(.{3,80}\)\. Try again"):
        check_event(event, REQUEST)


def test_a_number_that_cannot_be_is_quoted_and_an_endless_one_is_not() -> None:
    for step, words in ((-3, r"\(a step -3\)"), (10**5000, r"\(a step int\)"), (2.5, r"\(a step 2\.5\)")):
        with pytest.raises(EngineError, match=words):
            check_event(replace(FRAME, step=step), REQUEST)  # type: ignore[arg-type]


COMPARE = CompareRequest(PICTURE, PICTURE)
COMPARED = compare(COMPARE)
TRAITS = COMPARED.comparison.first


@pytest.mark.parametrize(
    "changes",
    [
        {"layers": None},
        {"layers": np.full(4, 2, np.float32)},
        {"layers": np.zeros(4)},
        {"layers": np.zeros((4, 1), np.float32)},
        {"palette": NAN},
        {"palette": -1.0},
        {"palette": True},
        {"style": 1.5},
        {"first": None},
        {"places": np.full((3, 4), NAN, np.float32)},
        {"places": np.full((3, 4), 1.5, np.float32)},
        {"places": np.zeros((41, 4), np.float32)},
        {"places": np.float32(1)},
        {"similarities": np.zeros(2, np.float32)},
    ],
    ids=str,
)
def test_a_comparison_has_the_shapes_and_numbers_that_were_promised(changes: dict[str, Any]) -> None:
    assert check_event(COMPARED, COMPARE) is COMPARED
    with pytest.raises(EngineError, match="sent something invalid"):
        check_event(Compared(COMPARE.id, replace(COMPARED.comparison, **changes)), COMPARE)


@pytest.mark.parametrize(
    "changes",
    [
        {"shares": np.zeros(0, np.float32)},
        {"shares": np.full(9, 1 / 9, np.float32)},
        {"shares": np.array([0.7, 0.1], np.float32)},
        {"lab": np.full((2, 3), 1e6, np.float32)},
        {"lab": np.zeros((3, 3), np.float32)},
        {"rgb": np.zeros((2, 3), np.float32)},
        {"directions": np.full((5, 24), 0.5, np.float32)},
        {"directions": np.zeros((5, 12), np.float32)},
        {"energy": np.full(5, 0.5, np.float32)},
        {"coherence": np.full(5, -0.5, np.float32)},
        {"stroke": np.inf},
        {"stroke": "wide"},
        {"attention": np.zeros((4000, 4), np.uint8)},
        {"attention": np.zeros((0, 4), np.uint8)},
        {"attention": np.zeros((4, 4), np.float32)},
        {"attention": b"map"},
        {"center": (0.5, 2.0)},
        {"center": [0.5, 0.5]},
        {"mirror": 2.0},
        {"patch": NAN},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_traits_of_a_picture_have_the_shapes_and_numbers_that_were_promised(changes: dict[str, Any]) -> None:
    for side in ("first", "second"):
        hostile = replace(COMPARED.comparison, **{side: replace(TRAITS, **changes)})
        with pytest.raises(EngineError, match="sent something invalid"):
            check_event(Compared(COMPARE.id, hostile), COMPARE)


def test_a_comparison_answers_no_other_request() -> None:
    for event, request in ((Compared(ID, COMPARED.comparison), REQUEST), (Seen(COMPARE.id, None), COMPARE)):
        with pytest.raises(EngineError, match="sent something invalid"):
            check_event(event, request)
    for changed in (replace(COMPARED, comparison=None), without(COMPARED, "comparison")):  # type: ignore[arg-type]
        with pytest.raises(EngineError, match="sent something invalid"):
            check_event(changed, COMPARE)


CLASSES = make_classifier_request()


def unchecked(tensors: object) -> TunedBlock:
    """As it comes from a pipe."""
    block = TunedBlock({"features.18.1.bias": np.ones(4, np.float32)})
    object.__setattr__(block, "tensors", tensors)
    return block


def test_a_trained_classifier_fits_together_or_is_an_error_of_the_engine() -> None:
    proper = train_classifier(CLASSES)
    assert check_event(proper, CLASSES) is proper
    head, found = proper.head, proper.assessment
    spoilt = [
        replace(proper, head=replace(head, temperature=0.0)),
        replace(proper, head=replace(head, bias=np.zeros(3, np.float32))),
        replace(proper, head=replace(head, weight=head.weight * NAN)),
        replace(proper, head=replace(head, classes=("a", 7))),
        replace(proper, block=b"layers"),
        *(
            replace(proper, block=unchecked(tensors))
            for tensors in (
                None,
                {},
                {7: np.ones(4, np.float32)},
                {"features.18.1.bias": b"numbers"},
                {"features.18.1.bias": np.full(4, NAN, np.float32)},
                {"features.0.0.weight": np.ones(4, np.float32)},
            )
        ),
        replace(proper, assessment=replace(found, names=("a", "c"))),
        replace(proper, assessment=replace(found, accuracy=1.5)),
        replace(proper, assessment=replace(found, confusion=found.confusion[:1])),
        Progress(CLASSES.id, 0.5, epoch="first"),
        Progress(CLASSES.id, 0.5, epoch=Epoch("head", 1, 1, 1, 1, NAN)),
        Progress(CLASSES.id, 0.5, epoch=Epoch("head", 1, 1, 1, 1, 1.0, 1.0, 7.0)),
        Done(CLASSES.id, PICTURE),
    ]
    for event in spoilt:
        with pytest.raises(EngineError, match="sent something invalid"):
            check_event(event, CLASSES)


@pytest.mark.parametrize(
    "changes",
    [
        {"right": NAN},
        {"scratch": 2.0},
        {"interval": (0.5,)},
        {"works_interval": None},
        {"calibration_by_chance": (0.1, INFINITY)},
        {"temperature": "warm"},
        {"counts": {"a": 3}},
        {"works": None},
        {"folds": 2.5},
        {"groups": ((0.5, 0.5),)},
        {"notes": ("a note", 7)},
        {"errors": [7]},
        {"errors": (ConfidentError("a.png", "a", "b", 3.0),)},
        {"stages": (StageResult("by magic", 0.5, (0.4, 0.6), 1.0, 8, True),)},  # type: ignore[arg-type]
        {"stages": (StageResult("head", 0.5, (0.4, 0.6), NAN, 8, True),)},
        {"epochs": ("first",)},
        {"looks": (Look("a.png", "a", "b", 0.5, b"pixels"),)},  # type: ignore[arg-type]
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_assessment_has_the_parts_and_numbers_that_were_promised(changes: dict[str, Any]) -> None:
    proper = train_classifier(CLASSES)
    with pytest.raises(EngineError, match="sent something invalid"):
        check_event(replace(proper, assessment=replace(proper.assessment, **changes)), CLASSES)


DESCRIBE = DescribeRequest(PICTURE)
VECTOR = np.full(3, 0.5, np.float32)


@pytest.mark.parametrize(
    "vectors",
    [
        None,
        {},
        {"style": None},
        {"style": [0.5]},
        {"style": VECTOR.astype(np.float64)},
        {"style": VECTOR[None]},
        {"style": VECTOR[:0]},
        {"style": np.full(3, NAN, np.float32)},
        {1: VECTOR},
        {str(number): VECTOR for number in range(101)},
    ],
    ids=lambda vectors: type(vectors).__name__,
)
def test_a_picture_is_described_in_vectors_of_numbers(vectors: Any) -> None:
    proper = Described(DESCRIBE.id, {"style": VECTOR})
    assert check_event(proper, DESCRIBE) is proper
    for event, request in ((Described(DESCRIBE.id, vectors), DESCRIBE), (replace(proper, request_id=ID), REQUEST)):
        with pytest.raises(EngineError, match="sent something invalid"):
            check_event(event, request)


@pytest.mark.parametrize(
    "info",
    [None, "CPU", replace(INFO, device=None), replace(INFO, memory=-1), replace(INFO, memory="much")],  # type: ignore[arg-type]
    ids=lambda info: type(info).__name__,
)
def test_what_describes_no_engine_is_an_error_of_it(info: object) -> None:
    with pytest.raises(EngineError, match="sent something invalid"):
        check_info(info)
    assert check_info(INFO) is INFO
