"""Content credentials: an export signed after C2PA, with the artist's certificate, and read back.

Source: C2PA technical specification 2.2 (actions, ingredients, digital source types), CAWG training and data mining
assertion 1.1. Nothing is fetched from the network, and no time stamp is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import BytesIO
from typing import Any

import studio
from studio.core.card import Card
from studio.core.displayable import displayable
from studio.core.errors import PictureError
from studio.core.image_io.formats import ExportFormat, format_title
from studio.core.image_io.output.signing_key import SigningKey
from studio.core.image_io.xmp import COMPOSITE, GENERATED, Credits

SIGNED_FORMATS: dict[ExportFormat, str] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "avif": "image/avif",
}
_OFFLINE = {
    "builder": {"thumbnail": {"enabled": False}},  # the picture itself is there
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}
_HOLDING = ("Valid", "Trusted")
_MARK = b"c2pa"  # in the label of its JUMBF box, whatever the format
_STARTS = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n", "image/png"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"II\*\0|MM\0\*", "image/tiff"),
    (rb"....ftypavi[fs]", "image/avif"),
    (rb"....ftyp(?:hei[cx]|mif1)", "image/heic"),
)
_NOT_LEARNT_FROM = ("cawg.ai_training", "cawg.ai_generative_training", "cawg.data_mining")


def check_signable(name: ExportFormat) -> None:
    """Raise PictureError unless a signature can lie in a file of this format."""
    if name not in SIGNED_FORMATS:
        others = ", ".join(format_title(each) for each in SIGNED_FORMATS)
        raise PictureError(
            f"{format_title(name)} holds no signature of the studio's.", f"Choose {others}, or export unsigned."
        )


def signed(
    data: bytes,
    name: ExportFormat,
    key: SigningKey,
    made_of: Credits,
    *,
    no_learn: bool,
    photos: Sequence[bytes | None] = (),
) -> bytes:
    """The file with its credentials. Raises PictureError if it cannot be signed.

    photos: the files of the photos it was made of, as far as they are known, in their order in `made_of`: their own
    credentials, if these hold, are taken over with the ingredients.
    """
    check_signable(name)
    made = manifest(made_of, no_learn)
    carried = {}
    names = [name for name in (made_of.content_name, made_of.blended_name) if name]
    for part, _, photo in zip(made["ingredients"], names, photos, strict=False):
        if photo is not None and (kind := kind_with_credentials(photo)):
            carried[part["label"]] = kind, photo
    if carried:
        with suppress(PictureError):  # what a stranger wrote into a photo costs no export
            return _signed(data, name, key, made, carried)
    return _signed(data, name, key, made, {})


def _signed(
    data: bytes,
    name: ExportFormat,
    key: SigningKey,
    made: Mapping[str, Any],
    carried: Mapping[str, tuple[str, bytes]],
) -> bytes:
    """made: as of `manifest`. carried: media type and file of the ingredients whose credentials go along, by label."""
    c2pa = _package()
    signature = BytesIO()
    own = [part for part in made["ingredients"] if part["label"] in carried]
    made = {**made, "ingredients": [part for part in made["ingredients"] if part["label"] not in carried]}
    try:
        info = c2pa.C2paSignerInfo(key.algorithm, key.chain, key.key, None)
        with (
            c2pa.Signer.from_info(info) as signer,
            c2pa.Context.from_dict(_OFFLINE) as context,
            c2pa.Builder(json.dumps(made), context) as builder,
        ):
            for part in own:
                kind, photo = carried[part["label"]]
                builder.add_ingredient(json.dumps(part), kind, BytesIO(photo))
            builder.sign(signer, SIGNED_FORMATS[name], BytesIO(data), signature)
    except c2pa.C2paError as error:
        raise PictureError(
            f"The picture could not be signed: {_plain(error)}.",
            "C2PA asks for a certificate for signing documents or e-mail, with the whole chain in its file. Or export"
            " unsigned.",
        ) from error
    return signature.getvalue()


def kind_with_credentials(data: bytes) -> str:
    """The media type of a picture's file that has credentials of its own which hold; "" for any other."""
    if _MARK not in data:  # nobody reads the file only to find that
        return ""
    kind = next((kind for start, kind in _STARTS if re.match(start, data, re.DOTALL)), "")
    if not kind:
        return ""
    c2pa = _package()
    try:
        with (
            c2pa.Context.from_dict(_OFFLINE) as context,
            c2pa.Reader(kind, BytesIO(data), context=context) as reader,
        ):
            state = json.loads(reader.json()).get("validation_state")
    except c2pa.C2paError:
        return ""
    return kind if state in _HOLDING else ""


def check_signature(data: bytes, name: ExportFormat, key: SigningKey) -> None:
    """Raise PictureError unless the file carries credentials that fit its bytes and name this signer.

    Whether somebody trusts who vouches for the certificate is for them to say, and not asked here.
    """
    c2pa = _package()
    try:
        with (
            c2pa.Context.from_dict(_OFFLINE) as context,
            c2pa.Reader(SIGNED_FORMATS[name], BytesIO(data), context=context) as reader,
        ):
            report = json.loads(reader.json())
    except c2pa.C2paError as error:
        raise PictureError(f"its signature cannot be read: {_plain(error)}.") from error
    by = report["manifests"][report["active_manifest"]].get("signature_info", {}).get("common_name", "")
    if report.get("validation_state") not in _HOLDING or (key.signer and displayable(by) != key.signer):
        codes = ", ".join(status["code"] for status in report.get("validation_status", ()))
        raise PictureError(f"its signature does not hold: {codes or 'it is by another'}.")


def manifest(made_of: Credits, no_learn: bool) -> dict[str, Any]:
    """What is signed, as c2pa's builder takes it.

    A painted photo is a composite with trained algorithmic media: what a person photographed is in it, in the shapes,
    and what a trained model made of it, in the strokes. A pattern is trained algorithmic media alone. A photo that
    nobody painted is one that was opened, and says nothing of its source. Unlike the mark in the metadata, this cannot
    be left out: whoever signs says what is true.
    """
    tool = {"name": "Style Studio", "version": studio.__version__}
    photos = [name for name in (made_of.content_name, made_of.blended_name) if name]
    is_painted = made_of.recipe is not None
    photos = photos if photos or is_painted else [made_of.title or "A picture"]
    ingredients = [_ingredient(number, name, "Photo", made_of.photos) for number, name in enumerate(photos)]
    if not is_painted:
        ingredients[0]["relationship"] = "parentOf"
    for card in made_of.styles:
        ingredients.append(_credited(len(ingredients), card, "Style"))
    action: dict[str, Any] = {"action": "c2pa.created" if is_painted else "c2pa.opened", "softwareAgent": tool}
    if is_painted:
        action["digitalSourceType"] = GENERATED if made_of.is_pattern else COMPOSITE
        models = "; ".join(card.credit_line for card in made_of.models)
        action["description"] = f"Painted by Style Studio{f' with: {models}' if models else ''}"
    parts = ingredients if is_painted else ingredients[:1]
    if parts:
        action["parameters"] = {"ingredientIds": [part["label"] for part in parts]}
    assertions: list[dict[str, Any]] = [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}]
    if no_learn:
        entries = {name: {"use": "notAllowed"} for name in _NOT_LEARNT_FROM}
        assertions.append({"label": "cawg.training-mining", "data": {"entries": entries}})
    return {
        "claim_generator_info": [tool],
        "title": made_of.title,
        "assertions": assertions,
        "ingredients": ingredients,
    }


def _ingredient(number: int, name: str, kind: str, cards: tuple[Card, ...]) -> dict[str, Any]:
    """A photo, with its credit where it has a card."""
    card = next((card for card in cards if card.file.name == name), None)
    if card is not None:
        return _credited(number, card, kind)
    return {"title": name, "relationship": "inputTo", "label": f"part{number}", "description": kind}


def _credited(number: int, card: Card, kind: str) -> dict[str, Any]:
    part = {"title": card.title, "relationship": "inputTo", "label": f"part{number}"}
    return part | {"description": f"{kind}: {card.credit_line}"}


@cache
def _package() -> Any:
    import c2pa  # over 100 ms, and of use to few

    return c2pa


def _plain(error: Exception) -> str:
    return displayable(" ".join(str(error).split())).rstrip(".")
