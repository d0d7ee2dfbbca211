"""Signed pictures of the command line: checked before anything is painted, and read back."""

from __future__ import annotations

import json
from pathlib import Path

import c2pa
import pytest

from studio.cli.signing import PASSPHRASE
from studio.core.artwork.credits import credits_of_photo
from studio.core.image_io import ExportOptions, save_picture
from studio.core.image_io.output.signing_key import SigningFiles, load_signing_key
from tests.support.certificates import ARTIST, Files, write_chain
from tests.support.command_line import STYLE, Studio
from tests.support.fakes import make_picture


@pytest.fixture
def chain(tmp_path: Path) -> Files:
    return write_chain(tmp_path / "chain", passphrase="open sesame")


def signer_of(path: Path) -> str:
    with path.open("rb") as file:
        report = json.loads(c2pa.Reader("image/png", file).json())
    assert report["validation_state"] == "Valid"
    name: str = report["manifests"][report["active_manifest"]]["signature_info"]["common_name"]
    return name


def test_pictures_are_signed_one_by_one_and_by_the_batch(
    studio: Studio, chain: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    signing = ("--sign", str(chain.certificate), "--sign-key", str(chain.key), "--no-learn")
    assert studio("render", "photo.png", "--style", STYLE, "-o", "out.png", *signing) == 0
    assert signer_of(studio.folder / "out.png") == ARTIST
    assert studio("batch", "photo.png", "--style", STYLE, "-o", "many", *signing) == 0
    assert signer_of(studio.folder / "many" / "photo.png") == ARTIST
    assert b"sesame" not in b"".join(path.read_bytes() for path in (studio.folder / "many").iterdir())


def test_a_double_exposure_carries_on_the_credentials_of_both_photos(
    studio: Studio, chain: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    words = ("--style", STYLE, "--sign", str(chain.certificate), "--sign-key", str(chain.key))
    key = load_signing_key(SigningFiles(chain.certificate, chain.key, "open sesame"))
    for seed, name in enumerate(("one.jpg", "two.jpg")):
        photo = make_picture(320, 240, name, seed)
        save_picture(photo, studio.folder / name, ExportOptions("jpeg"), credits_of_photo(photo), key=key)
    assert studio("render", "one.jpg", "--blend-with", "two.jpg", "-o", "out.png", *words) == 0
    with (studio.folder / "out.png").open("rb") as file:
        report = json.loads(c2pa.Reader("image/png", file).json())
    parts = report["manifests"][report["active_manifest"]]["ingredients"]
    assert {part["title"] for part in parts if part.get("active_manifest")} == {"one.jpg", "two.jpg"}


@pytest.mark.parametrize(
    ("output", "options", "passphrase", "sentence"),
    [
        ("out.png", ["--sign", "chain/artist.pem"], "", "Give both --sign CERT and --sign-key KEY."),
        ("out.png", ["--sign", "chain/artist.pem", "--sign-key", "chain/artist.key"], "", "needs its passphrase"),
        ("out.png", ["--sign", "chain/artist.pem", "--sign-key", "chain/artist.key"], "x", "not the passphrase"),
        ("out.png", ["--sign", "none.pem", "--sign-key", "chain/artist.key"], "open sesame", "none.pem cannot be read"),
        ("out.ora", ["--sign", "chain/artist.pem", "--sign-key", "chain/artist.key"], "open sesame", "no signature"),
    ],
)
def test_what_cannot_be_signed_is_said_before_anything_is_painted(
    studio: Studio,
    chain: Files,
    monkeypatch: pytest.MonkeyPatch,
    output: str,
    options: list[str],
    passphrase: str,
    sentence: str,
) -> None:
    monkeypatch.setenv(PASSPHRASE, passphrase)
    assert studio("render", "photo.png", "--style", STYLE, "-o", output, *options) == 2
    assert sentence in studio.err
    assert not (studio.folder / output).exists() and not studio.engine.requests
