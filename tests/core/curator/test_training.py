"""A classifier learns what can be learnt, admits what cannot, and comes back from its file as it was."""

from __future__ import annotations

from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.core.card import Card
from studio.core.classifier.linear_head import NO_ATTRIBUTION, LinearHead
from studio.core.classifier.results import Assessment, Epoch, Look, StageResult
from studio.core.classifier.tuned_block import TunedBlock
from studio.core.curator.assessment import assess, judge_heads, mean_loss, train
from studio.core.curator.examples import Examples, examples_in
from studio.core.curator.fitting import HeldOut, averaged_head, fit_head, fold_count, folds_of
from studio.core.curator.model_file import Classifier, encode_classifier, read_classifier, write_classifier
from studio.core.curator.photo_check import PhotoCheck, Verdict
from studio.core.curator.report_page import report_page
from studio.core.engine_api.features import FeatureQuery
from studio.core.errors import StudioError
from studio.core.picture import Picture

NAMES = ("Anna", "Ben", "<Cleo>")
PLACES = np.eye(3, 20) * 8


def examples_of(works: int = 8, details: int = 3) -> Examples:
    found = [
        (Path(f"{name.strip('<>')}-{work}-{detail}.png"), name, f"{name} {work}")
        for name in NAMES
        for work in range(works)
        for detail in range(details)
    ]
    paths, labels, names = zip(*found, strict=True)
    return Examples(paths, labels, names)


def features_of(examples: Examples, seed: int = 0, reach: float = 1.0) -> NDArray[np.float32]:
    """Each class has a place of its own, each work another near it; some works lie between classes."""
    draw = np.random.default_rng(seed)
    works = {work: draw.standard_normal(20) * 1.1 for work in dict.fromkeys(examples.works)}
    rows = [
        PLACES[NAMES.index(label)] * reach + works[work] + 0.1 * draw.standard_normal(20)
        for label, work in zip(examples.labels, examples.works, strict=True)
    ]
    return np.stack(rows).astype(np.float32)


@pytest.fixture(scope="module")
def trained() -> tuple[LinearHead, Assessment]:
    examples = examples_of()
    return train(examples, features_of(examples), (20,), scratch=features_of(examples, seed=9, reach=0.0))


def test_works_are_held_out_as_a_whole_and_every_class_is_in_every_fold() -> None:
    examples = examples_of(works=7)
    folds = folds_of(examples.classes, examples.works, 3, seed=1)
    assert len({(work, fold) for work, fold in zip(examples.works, folds, strict=True)}) == 21
    for number in range(3):
        assert set(folds[examples.classes == number].tolist()) == {0, 1, 2}
    assert fold_count(examples.classes, examples.works) == 5
    with pytest.raises(StudioError, match="a single work"):
        fold_count(np.array([0, 0, 1]), ["a", "b", "c"])


def test_an_averaged_head_scores_as_its_heads_in_the_mean() -> None:
    examples = examples_of()
    rows = features_of(examples).astype(np.float64)
    heads = [fit_head(rows[start::2], examples.classes[start::2], NAMES, 1.0, (20,)) for start in (0, 1)]
    whole = fit_head(rows, examples.classes, NAMES, 1.0, (20,))
    expected = (heads[0].scores(rows) + heads[1].scores(rows)) / 2
    found = averaged_head(whole, heads)
    assert np.abs(found.scores(rows) - expected).max() < 1e-3
    assert not np.allclose(whole.scores(rows), expected, atol=0.05)
    assert np.array_equal(found.distances(rows), whole.distances(rows))


def test_classes_of_few_works_are_held_out_in_as_many_parts_as_others() -> None:
    classes = np.array([0, 0, 1, 1, 1, 1, 1, 1])
    works = list("abcdefgh")
    folds = folds_of(classes, works, fold_count(classes, works), seed=0)
    assert len(np.unique(folds)) == 5
    for fold in np.unique(folds):
        assert set(classes[folds != fold]) == {0, 1}


def test_it_beats_guessing_and_random_features_and_says_so(trained: tuple[LinearHead, Assessment]) -> None:
    _, found = trained
    assert found.accuracy > 0.8
    assert found.interval[0] < found.accuracy < found.interval[1]
    assert found.majority == pytest.approx(1 / 3)
    assert found.scratch is not None and found.scratch < found.accuracy / 1.5
    assert found.confusion.sum() == 72
    assert found.counts == dict.fromkeys(sorted(NAMES), 24)
    assert 0 < found.answered <= 1 and found.right >= found.accuracy - 0.05
    assert all(error.guess != error.label for error in found.errors)


def test_what_was_judged_in_part_still_knows_all_classes() -> None:
    examples = examples_of()
    rows = features_of(examples)
    result = judge_heads(examples, rows, (20,))
    head, _ = train(examples, rows, (20,))
    places = np.flatnonzero(examples.classes != 2)
    held = result.held
    part = HeldOut(held.scores[places], held.probabilities[places], held.distances[places], held.folds[places])
    found = assess(examples, part, head, result, 0, places)
    assert found.names == head.classes == examples.names
    assert found.confusion.shape == (3, 3) and found.confusion.sum() == len(places)
    assert found.counts == dict.fromkeys(sorted(NAMES), 24)
    assert found.majority == 0.5


def test_judging_ends_before_the_next_head_when_it_is_told_to() -> None:
    examples, heads = examples_of(), []

    def go_on() -> None:
        heads.append(1)
        if len(heads) == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        judge_heads(examples, features_of(examples), (20,), go_on=go_on)
    assert len(heads) == 3


def test_what_is_like_nothing_it_learnt_from_is_unknown(trained: tuple[LinearHead, Assessment]) -> None:
    head, _ = trained
    strange = np.full((1, 20), -400.0, np.float32)
    (label,) = head.label(strange)
    assert (label.name, label.reason) == ("unknown", "unlike all it learnt from")
    (between,) = replace(head, least_certainty=0.9).label((PLACES.mean(0) * 0.5).astype(np.float32)[None])
    assert (between.name, between.reason) == ("unknown", "not certain enough")
    assert [label.name for label in head.label(PLACES.astype(np.float32))] == list(NAMES)


def test_a_classifier_comes_back_from_its_file(trained: tuple[LinearHead, Assessment], tmp_path: Path) -> None:
    head, _ = trained
    card = Card("artists", "model", "Artists", "", "2026", "unknown", "here", Path("artists.safetensors"))
    path = tmp_path / "artists.safetensors"
    write_classifier(path, Classifier(head, FeatureQuery(), card))
    again = read_classifier(path)
    assert again.head.classes == head.classes
    assert again.query == FeatureQuery()
    assert again.card.title == "Artists"
    rows = features_of(examples_of())
    assert np.abs(again.head.probabilities(rows) - head.probabilities(rows)).max() < 0.02


def block_of(name: str = "features.17.conv.0.0.weight", value: float = 0.5) -> TunedBlock:
    return TunedBlock({name: np.full((3, 2, 1, 1), value, np.float32), "features.18.1.bias": np.ones(4, np.float32)})


def test_changed_layers_come_back_and_files_without_them_are_as_before(
    trained: tuple[LinearHead, Assessment], tmp_path: Path
) -> None:
    card = Card("artists", "model", "Artists", "", "2026", "unknown", "here", Path("artists.safetensors"))
    path = tmp_path / "artists.safetensors"
    block = block_of()
    write_classifier(path, Classifier(trained[0], FeatureQuery(), card, block))
    again = read_classifier(path).block
    assert again is not None and again.fingerprint == block.fingerprint and again.first == 17
    assert again.fingerprint != block_of(value=0.25).fingerprint
    plain = encode_classifier(Classifier(trained[0], FeatureQuery(), card))
    assert b'"version":"1"' in plain and b"block." not in plain and b"smooth" not in plain
    assert b'"version":"2"' in path.read_bytes()  # which studios that would overlook the layers refuse
    path.write_bytes(path.read_bytes().replace(b'"version":"2"', b'"version":"3"'))
    with pytest.raises(StudioError, match="comes from a newer studio"):
        read_classifier(path)


@pytest.mark.parametrize("name", ["features.3.weight", "classifier.1.weight", "features.17", "features.19.x"])
def test_layers_that_must_stay_as_they_are_cannot_be_changed(name: str) -> None:
    with pytest.raises(ValueError, match="must stay as they are"):
        block_of(name)


def test_hostile_changed_layers_are_refused(trained: tuple[LinearHead, Assessment], tmp_path: Path) -> None:
    card = Card("artists", "model", "Artists", "", "2026", "unknown", "here", Path("artists.safetensors"))
    whole = encode_classifier(Classifier(trained[0], FeatureQuery(), card, block_of()))
    path = tmp_path / "a.safetensors"
    for data in (
        whole.replace(b"block.features.17.", b"block.features.02."),
        whole.replace(b"block.features.17.", b"block.classifier1."),
        whole.replace(np.full(2, 0.5, np.float32).tobytes(), np.full(2, np.nan, np.float32).tobytes()),
    ):
        assert data != whole
        path.write_bytes(data)
        with pytest.raises(StudioError, match="not a classifier of the studio's"):
            read_classifier(path)


def test_what_is_no_classifier_is_one_sentence(trained: tuple[LinearHead, Assessment], tmp_path: Path) -> None:
    card = Card("artists", "model", "Artists", "", "2026", "unknown", "here", Path("artists.safetensors"))
    whole = encode_classifier(Classifier(trained[0], FeatureQuery(), card))
    path = tmp_path / "a.safetensors"
    spoilt = [b"", b"\xff" * 64, whole[:-40], whole.replace(b"style-studio-classifier", b"style-studio-clarinet!!")]
    spoilt += [whole.replace(b"mobilenet_v2", b"mobilenet_v9"), whole.replace(b'\\"moments\\"', b'\\"moment5\\"')]
    for data in spoilt:
        path.write_bytes(data)
        with pytest.raises(StudioError, match="not a classifier of the studio's"):
            read_classifier(path)


def test_the_report_is_one_page_with_the_caution_and_nothing_from_outside(
    trained: tuple[LinearHead, Assessment],
) -> None:
    page = report_page("Painters", trained[1], "mobilenet_v2")
    assert NO_ATTRIBUTION in page
    assert "<Cleo>" not in page and "&lt;Cleo&gt;" in page
    assert "http" not in page and "<script" not in page
    for words in (
        "if other works were drawn",
        "15 bins of equal width",
        "Right, of works held out",
        "random weights",
        "Calibration error",
        "most confident errors",
        "33.3%",
    ):
        assert words in page


def test_the_report_shows_curves_stages_and_what_it_looks_at(trained: tuple[LinearHead, Assessment]) -> None:
    look = Look("<b>.png", "Anna", "Ben", 0.9, Picture(np.zeros((20, 30, 3), np.uint8)))
    stages = (
        StageResult("head", 0.5, (0.4, 0.6), 1.5, 72, False, "frozen"),
        StageResult("fine-tuned", 0.6, (0.5, 0.7), 1.2, 72, True, "<better>"),
    )
    epochs = (
        Epoch("fine-tuned", 1, 1, 1, 2, 2.0, 1.9, 0.5, True),
        Epoch("fine-tuned", 1, 1, 2, 2, 1.0, 1.5, 0.6, True),
    )
    page = report_page("Painters", replace(trained[1], looks=(look,), stages=stages, epochs=epochs), "mobilenet_v2")
    assert "data:image/jpeg;base64," in page and "http" not in page
    assert "&lt;b&gt;.png" in page and "&lt;better&gt;" in page and "<better>" not in page
    assert "<b>kept</b>" in page and "its last stages fine-tuned" in page and page.count("<polyline") == 2
    assert "frozen)" not in page


def test_a_loss_is_never_below_zero() -> None:
    certain = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert mean_loss(certain, np.array([0, 1])) == 0.0
    assert mean_loss(certain, np.array([1, 0])) == pytest.approx(-np.log(1e-12))


def test_the_report_says_on_how_much_a_classifier_was_judged(trained: tuple[LinearHead, Assessment]) -> None:
    heads = trained[1]
    tuned = replace(heads, stages=(StageResult("fine-tuned", 0.6, (0.5, 0.7), 1.2, 72, True, "better"),))
    part = replace(tuned, confusion=tuned.confusion // 2)
    judged = [report_page("Painters", found, "mobilenet_v2") for found in (heads, tuned, part)]
    assert ["4 times over" in page for page in judged] == [True, False, False]
    assert ["the first alone was judged" in page for page in judged] == [False, False, True]


def test_a_photo_is_no_painting_of_any_artist(trained: tuple[LinearHead, Assessment]) -> None:
    card = Card("artists", "model", "Artists", "", "2026", "unknown", "here", Path("artists.safetensors"))
    classifier = Classifier(trained[0], FeatureQuery(), card)
    photos = replace(
        trained[0],
        classes=("photo", "painting"),
        weight=np.zeros((20, 2), np.float32),
        bias=np.array([3.0, 0.0], np.float32),
        temperature=1.0,
    )
    verdict = Verdict.of(classifier, PhotoCheck(photos), PLACES[0].astype(np.float32))
    assert (verdict.name, verdict.likely, verdict.reason) == ("unknown", "Anna", "it looks like a photo")
    assert Verdict.of(classifier, None, PLACES[0].astype(np.float32)).name == "Anna"


def test_examples_leave_out_what_is_rare_unlabelled_or_forbids_it(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.png", "a/3.png", "b/1.png", "b/2.png", "b/3.png", "b/4.png", "c/1.png", "loose.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"DMI-PROHIBITED" if name == "b/4.png" else b"x")
    found = examples_in(tmp_path)
    assert found.labels == ("a",) * 3 + ("b",) * 3
    assert len(found.notes) == 3
    assert any("1 picture forbids learning from it" in note for note in found.notes)
    with pytest.raises(StudioError, match="fewer than two classes of 4 works"):
        examples_in(tmp_path, least_works=4)


def test_of_a_few_pictures_those_it_learnt_from_are_not_unlike_themselves() -> None:
    examples = examples_of(works=10, details=1)
    draw = np.random.default_rng(5)
    places = draw.standard_normal((3, 1000))
    rows = (places[examples.classes] + draw.standard_normal((30, 1000))).astype(np.float32)
    head, _ = train(examples, rows, (1000,))
    reasons = [label.reason for label in head.label(rows)]
    assert reasons.count("unlike all it learnt from") <= 2
    (strange,) = head.label(np.full((1, 1000), 900.0, np.float32))
    assert strange.reason == "unlike all it learnt from"
