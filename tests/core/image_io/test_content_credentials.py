"""Signed exports: read back with C2PA's own reader, and never at the price of the file that was there."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest

from studio.core.artwork.credits import credits_of, credits_of_photo
from studio.core.card import bundled_cards
from studio.core.errors import PictureError
from studio.core.image_io import ExportFormat, ExportOptions, open_picture, save_picture
from studio.core.image_io.formats import SUFFIX_OF, WRITE_LIMITS
from studio.core.image_io.output import content_credentials, signing_key
from studio.core.image_io.output.content_credentials import SIGNED_FORMATS
from studio.core.image_io.output.signing_key import PassphraseError, SigningFiles, SigningKey, load_signing_key
from studio.core.image_io.xmp import COMPOSITE, GENERATED, Credits, read_recipe
from studio.core.library.consent import permitted
from studio.core.recipe import StyleRecipe
from studio.core.styles.style import Style
from tests.support.certificates import ARTIST, Files, write_chain
from tests.support.fakes import make_picture

STYLES = bundled_cards("styles")[:2]
PICTURE = make_picture(96, 64, name="harbour.jpg")


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write_chain(tmp_path_factory.mktemp("chain"))


@pytest.fixture(scope="module")
def key(chain: Files) -> SigningKey:
    return load_signing_key(SigningFiles(chain.certificate, chain.key))


def painted(method: str = "finish") -> Credits:
    return credits_of(PICTURE, [Style(PICTURE, card) for card in STYLES], StyleRecipe().change(method=method))


def report_on(path: Path, format_name: ExportFormat) -> dict[str, Any]:
    with path.open("rb") as file:
        found: dict[str, Any] = json.loads(c2pa.Reader(SIGNED_FORMATS[format_name], file).json())
    return found


def assertion(report: dict[str, Any], label: str) -> Any:
    made = report["manifests"][report["active_manifest"]]
    return next((each["data"] for each in made["assertions"] if each["label"] == label), None)


@pytest.mark.parametrize(
    ("format_name", "depth"),
    [(name, depth) for name in SIGNED_FORMATS for depth in WRITE_LIMITS[name].depths],
)
def test_a_signed_file_says_who_made_it_of_what(
    tmp_path: Path, key: SigningKey, format_name: ExportFormat, depth: int
) -> None:
    path = tmp_path / f"art{SUFFIX_OF[format_name]}"
    made_of = painted()
    size = save_picture(PICTURE, path, ExportOptions(format_name, depth=depth), made_of, key=key)
    assert path.stat().st_size == size
    report = report_on(path, format_name)
    made = report["manifests"][report["active_manifest"]]
    assert report["validation_state"] == "Valid"
    assert made["signature_info"]["common_name"] == ARTIST
    assert made["title"] == made_of.title
    (action,) = assertion(report, "c2pa.actions.v2")["actions"]
    assert (action["action"], action["digitalSourceType"]) == ("c2pa.created", COMPOSITE)
    parts = {part["title"]: part for part in made["ingredients"]}
    assert set(parts) == {"harbour.jpg", *(card.title for card in STYLES)}
    assert all(part["relationship"] == "inputTo" for part in parts.values())
    assert parts[STYLES[0].title]["description"] == f"Style: {STYLES[0].credit_line}"
    assert len(action["parameters"]["ingredients"]) == 3
    assert assertion(report, "cawg.training-mining") is None
    assert read_recipe(path) == made_of.recipe.change(long_edge=made_of.recipe.long_edge)  # type: ignore[union-attr]
    if ExportOptions(format_name).is_lossless and depth == 8:
        assert np.array_equal(open_picture(path).pixels, PICTURE.pixels)


def test_a_pattern_is_a_models_work_alone(tmp_path: Path, key: SigningKey) -> None:
    save_picture(PICTURE, tmp_path / "a.png", None, painted("pattern"), key=key)
    (action,) = assertion(report_on(tmp_path / "a.png", "png"), "c2pa.actions.v2")["actions"]
    assert action["digitalSourceType"] == GENERATED


@pytest.mark.parametrize("made_of", [credits_of_photo(PICTURE), None])
def test_a_photo_that_nobody_painted_is_opened_and_says_nothing_of_models(
    tmp_path: Path, key: SigningKey, made_of: Credits | None
) -> None:
    save_picture(PICTURE, tmp_path / "harbour.png", None, made_of, key=key)
    report = report_on(tmp_path / "harbour.png", "png")
    (action,) = assertion(report, "c2pa.actions.v2")["actions"]
    assert action["action"] == "c2pa.opened" and "digitalSourceType" not in action
    (part,) = report["manifests"][report["active_manifest"]]["ingredients"]
    assert part["relationship"] == "parentOf" and part["title"].startswith("harbour")


@pytest.mark.parametrize("format_name", SIGNED_FORMATS)
def test_the_mark_against_learning_is_signed_and_found_again(
    tmp_path: Path, key: SigningKey, format_name: ExportFormat
) -> None:
    path = tmp_path / f"art{SUFFIX_OF[format_name]}"
    save_picture(PICTURE, path, ExportOptions(format_name, no_learn=True), painted(), key=key)
    entries = assertion(report_on(path, format_name), "cawg.training-mining")["entries"]
    assert entries["cawg.ai_training"] == entries["cawg.ai_generative_training"] == {"use": "notAllowed"}
    assert permitted([path]).paths == ()


def test_the_mark_of_a_trained_model_cannot_be_left_out_of_what_is_signed(tmp_path: Path, key: SigningKey) -> None:
    save_picture(PICTURE, tmp_path / "a.png", ExportOptions("png", label_ai=False), painted(), key=key)
    (action,) = assertion(report_on(tmp_path / "a.png", "png"), "c2pa.actions.v2")["actions"]
    assert action["digitalSourceType"] == COMPOSITE


@pytest.mark.parametrize("format_name", sorted(set(WRITE_LIMITS) - set(SIGNED_FORMATS)))
def test_a_format_without_signatures_says_so_and_replaces_nothing(
    tmp_path: Path, key: SigningKey, format_name: ExportFormat
) -> None:
    path = tmp_path / f"art{SUFFIX_OF[format_name]}"
    path.write_bytes(b"the old one")
    with pytest.raises(PictureError, match="holds no signature"):
        save_picture(PICTURE, path, None, painted(), key=key)
    assert path.read_bytes() == b"the old one"


@pytest.mark.parametrize("broken", ["pixels", "signature"])
def test_a_file_that_was_not_signed_as_it_should_replaces_nothing(
    tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """What lies between signing and the disk may spoil it: it is read back."""
    path = tmp_path / "art.png"
    path.write_bytes(b"the old one")
    sign = content_credentials.signed
    other = tmp_path / "other.png"
    save_picture(make_picture(96, 64, seed=9), other, None, painted())

    def spoil(data: bytes, *parts: Any, **more: Any) -> bytes:
        if broken == "pixels":
            return sign(other.read_bytes(), *parts, **more)
        found = bytearray(sign(data, *parts, **more))
        place = found.index(b"cawg") if b"cawg" in found else found.index(b"Painted by Style Studio")
        found[place] ^= 1
        return bytes(found)

    monkeypatch.setattr("studio.core.image_io.picture_writer.signed", spoil)
    with pytest.raises(PictureError, match="different pixels" if broken == "pixels" else "signature"):
        save_picture(PICTURE, path, None, painted(), key=key)
    assert path.read_bytes() == b"the old one"
    assert {each.name for each in tmp_path.iterdir()} == {"art.png", "other.png"}


def test_a_certificate_that_is_for_something_else_costs_no_file(tmp_path: Path) -> None:
    files = write_chain(tmp_path / "other", is_for_signing=False)
    other = load_signing_key(SigningFiles(files.certificate, files.key))
    path = tmp_path / "art.png"
    path.write_bytes(b"the old one")
    with pytest.raises(PictureError, match="could not be signed") as told:
        save_picture(PICTURE, path, None, painted(), key=other)
    assert "signing documents or e-mail" in told.value.remedy
    assert path.read_bytes() == b"the old one"


def test_a_certificate_out_of_its_time_is_refused_with_the_day(tmp_path: Path) -> None:
    for days, words in (((-30, -2), "expired on"), ((2, 30), "is valid only from")):
        files = write_chain(tmp_path / words, days=days)
        with pytest.raises(PictureError, match=rf"artist.pem {words} \d{{4}}-\d\d-\d\d"):
            load_signing_key(SigningFiles(files.certificate, files.key))


def test_a_key_of_another_certificate_is_refused(tmp_path: Path, chain: Files) -> None:
    other = write_chain(tmp_path)
    with pytest.raises(PictureError, match="is not the key of the certificate"):
        load_signing_key(SigningFiles(chain.certificate, other.key))


def test_files_that_are_none_are_named(tmp_path: Path, chain: Files) -> None:
    wrong = tmp_path / "wrong.pem"
    with pytest.raises(PictureError, match=r"certificate wrong\.pem cannot be read"):
        load_signing_key(SigningFiles(wrong, chain.key))
    wrong.write_bytes(b"-----BEGIN NOTHING-----")
    with pytest.raises(PictureError, match=r"wrong\.pem is not a certificate"):
        load_signing_key(SigningFiles(wrong, chain.key))
    with pytest.raises(PictureError, match=r"wrong\.pem is not a private key"):
        load_signing_key(SigningFiles(chain.certificate, wrong))


def test_an_encrypted_key_takes_its_passphrase_and_shows_it_nowhere(tmp_path: Path) -> None:
    files = write_chain(tmp_path, passphrase="open sesame")
    given = SigningFiles(files.certificate, files.key, "open sesame")
    assert "sesame" not in repr(given) and "PRIVATE" not in repr(load_signing_key(given))
    with pytest.raises(PassphraseError, match="needs its passphrase"):
        load_signing_key(replace(given, passphrase=""))
    with pytest.raises(PassphraseError, match="not the passphrase"):
        load_signing_key(replace(given, passphrase="open barley"))


def test_a_passphrase_that_is_not_needed_is_passed_over(chain: Files) -> None:
    assert load_signing_key(SigningFiles(chain.certificate, chain.key, "not needed")).signer == ARTIST


@pytest.mark.parametrize(("module", "package"), [("c2pa", "c2pa-python"), ("cryptography", "cryptography")])
def test_without_a_package_a_sentence_says_how_to_get_it(
    chain: Files, monkeypatch: pytest.MonkeyPatch, module: str, package: str
) -> None:
    there = signing_key.find_spec
    monkeypatch.setattr(signing_key, "find_spec", lambda name: None if name == module else there(name))
    with pytest.raises(PictureError, match=rf"not installed here: {package}\.") as told:
        load_signing_key(SigningFiles(chain.certificate, chain.key))
    assert f"pip install {package}." in told.value.remedy


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes on this system")
def test_a_pipe_in_place_of_a_key_is_refused_and_not_waited_for(tmp_path: Path, chain: Files) -> None:
    pipe = tmp_path / "pipe.pem"
    os.mkfifo(pipe)
    with pytest.raises(PictureError, match=r"key pipe\.pem cannot be read: it is not an ordinary file"):
        load_signing_key(SigningFiles(chain.certificate, pipe))


@pytest.fixture
def signed_photo(tmp_path: Path, key: SigningKey) -> Path:
    """A photo with credentials of its own."""
    path = tmp_path / "harbour.jpg"
    save_picture(PICTURE, path, ExportOptions("jpeg"), credits_of_photo(PICTURE, artist="Ann"), key=key)
    return path


def carried(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The ingredients that bring credentials of their own."""
    made = report["manifests"][report["active_manifest"]]
    return [part for part in made["ingredients"] if part.get("active_manifest")]


@pytest.mark.parametrize("format_name", ["png", "jpeg", "webp"])
def test_the_photos_own_credentials_are_taken_over(
    tmp_path: Path, key: SigningKey, signed_photo: Path, format_name: ExportFormat
) -> None:
    path = tmp_path / f"art{SUFFIX_OF[format_name]}"
    save_picture(PICTURE, path, ExportOptions(format_name), painted(), key=key, photos=[signed_photo.read_bytes()])
    report = report_on(path, format_name)
    assert report["validation_state"] == "Valid" and len(report["manifests"]) == 2
    (part,) = carried(report)
    own = report["manifests"][part["active_manifest"]]
    assert part["title"] == "harbour.jpg" and part["relationship"] == "inputTo"
    assert own["signature_info"]["common_name"] == ARTIST and own["title"] == "harbour"
    made = report["manifests"][report["active_manifest"]]
    assert {one["title"] for one in made["ingredients"]} >= {"harbour.jpg", *(card.title for card in STYLES)}
    (action,) = assertion(report, "c2pa.actions.v2")["actions"]
    assert len(action["parameters"]["ingredients"]) == len(made["ingredients"])  # all are named by what was done


def test_a_photo_that_is_only_opened_is_the_parent_with_its_credentials(
    tmp_path: Path, key: SigningKey, signed_photo: Path
) -> None:
    path = tmp_path / "again.png"
    made_of = credits_of_photo(PICTURE)
    save_picture(PICTURE, path, ExportOptions("png"), made_of, key=key, photos=[signed_photo.read_bytes()])
    (part,) = carried(report_on(path, "png"))
    assert part["relationship"] == "parentOf"


@pytest.mark.parametrize("damage", ["changed", "cut", "none", "text", "lie"])
def test_credentials_that_do_not_hold_are_not_taken_over_and_cost_nothing(
    tmp_path: Path, key: SigningKey, signed_photo: Path, damage: str
) -> None:
    data = signed_photo.read_bytes()
    half = len(data) - 200
    photo = {
        "changed": data[:half] + bytes([data[half] ^ 1]) + data[half + 1 :],
        "cut": data[: len(data) // 3],
        "none": None,
        "text": b"c2pa",
        "lie": b"\xff\xd8\xff" + b"c2pa" * 100,
    }[damage]
    path = tmp_path / "art.png"
    save_picture(PICTURE, path, ExportOptions("png"), painted(), key=key, photos=[photo])
    report = report_on(path, "png")
    assert report["validation_state"] == "Valid" and carried(report) == []
    titles = {one["title"] for one in report["manifests"][report["active_manifest"]]["ingredients"]}
    assert "harbour.jpg" in titles


def test_credentials_that_the_signing_package_chokes_on_cost_no_export(
    tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_credentials, "kind_with_credentials", lambda data: "image/jpeg")
    path = tmp_path / "art.png"
    save_picture(PICTURE, path, ExportOptions("png"), painted(), key=key, photos=[b"\xff\xd8\xff" + b"c2pa" * 100])
    report = report_on(path, "png")
    assert report["validation_state"] == "Valid" and carried(report) == []
    made = report["manifests"][report["active_manifest"]]
    assert len(made["ingredients"]) == 3
