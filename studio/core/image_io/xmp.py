"""Who and what made an artwork, written into every export as XMP: credits, the recipe and the AI label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice, zip_longest
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import studio
from studio.core.card import Card, licence_is_unknown
from studio.core.displayable import displayable
from studio.core.errors import PictureError
from studio.core.image_io.output.written_packets import packet_in
from studio.core.image_io.picture_reader import read_header
from studio.core.recipe import StyleRecipe
from studio.core.storage.regular_file import open_regular

NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "studio": "https://style-studio.invalid/ns/1.0/",  # a name, not an address: .invalid never resolves (RFC 2606)
}
# IPTC's vocabulary of digital source types: a person's picture with a model's work in it, or a model's work alone.
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

# PLUS's vocabulary of data mining: nothing may be trained on it, search engines may list it.
NO_LEARNING = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"

_STUDIO = f"{{{NAMESPACES['studio']}}}"
_MOST_STYLES = 100  # of a file that somebody else may have written
_CARD_TEXTS = ("id", "title", "author", "year", "licence", "source", "credit")
_LONGEST_TEXT = 1000  # characters of one field
_LONGEST_PACKET = 2**20  # bytes; ours have a few thousand
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0, even escaped


@dataclass(frozen=True)
class Credits:
    """What an artwork is made of, for its export.

    styles: cards of the styles, in the order of the recipe's shares. models: of the weights that painted.
    recipe: None for a photo that nobody painted: then no model has a part in it, and no mark of AI says so.
    content_name: what the photo is called. artist: who made the artwork, "" if they do not say.
    is_pattern: whether nothing of a user's picture is in it. blended_name: what a second photo is called that was
    blended with the first, or "". photos: cards of those that have one, which are the bundled ones. regions: as the
    recipe has them, a line of JSON, or "".
    """

    title: str
    styles: tuple[Card, ...]
    models: tuple[Card, ...]
    recipe: StyleRecipe | None
    content_name: str = ""
    artist: str = ""
    is_pattern: bool = False
    blended_name: str = ""
    photos: tuple[Card, ...] = ()
    regions: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each photo, style and model that somebody is to be named for."""
        return tuple(card.credit_line for card in (*self.photos, *self.styles, *self.models))


def to_xmp(
    credits: Credits,  # noqa: A002 (an interactive builtin)
    label_ai: bool,
    most: int | None = None,
    no_learn: bool = False,
) -> bytes:
    """The XMP packet, UTF-8, at most `most` bytes: then without regions, and the last styles are no longer named.

    Standard properties carry it for every reader (title, creator, rights, source, description, CreatorTool, credit; if
    `label_ai`, DigitalSourceType; if `no_learn`, plus:DataMining), our own carry recipe and regions as JSON and the
    cards field by field. Fields are cut at 1,000 characters; characters that XML cannot hold are left out.
    """
    named = len(credits.styles)
    packet = _packet(credits, label_ai, no_learn, named)
    if most is not None and len(packet) > most and credits.regions:  # a lasso may have thousands of corners
        credits = replace(credits, regions="")  # noqa: A001
        packet = _packet(credits, label_ai, no_learn, named)
    while most is not None and len(packet) > most and named:
        named //= 2
        packet = _packet(credits, label_ai, no_learn, named)
    return packet


@dataclass(frozen=True)
class CreditedStyle:
    """A style as an exported picture credits it, by whoever wrote the file; the id is "" in older ones."""

    id: str
    title: str
    author: str


class WrittenSettings(NamedTuple):
    """What an exported picture was painted with. styles: in the order of the shares. regions: a line of JSON, or ""."""

    recipe: StyleRecipe
    styles: tuple[CreditedStyle, ...]
    regions: str


def read_settings(file: Path | bytes) -> WrittenSettings:
    """What an exported picture (its path or its bytes) was painted with; what the regions are, nobody has checked.

    Raises PictureError if it is no picture or carries no recipe, RecipeError if the recipe is of a newer studio.
    """
    if isinstance(file, bytes):
        return _settings_in(BytesIO(file), "The picture")
    with open_regular(file) as opened:
        return _settings_in(opened, file.name)


def read_recipe(file: Path | bytes) -> StyleRecipe:
    """The recipe of `read_settings` alone."""
    return read_settings(file).recipe


def _packet(given: Credits, label_ai: bool, no_learn: bool, named: int) -> bytes:
    tool = f"Style Studio {studio.__version__}"
    title, artist = map(_clean, (given.title, given.artist))
    photos = [_clean(name) for name in (given.content_name, given.blended_name) if name]
    cards = [_clean_card(card) for card in given.photos]
    styles = [_clean_card(card) for card in given.styles[:named]]
    models = [_clean_card(card) for card in given.models]
    unnamed = len(given.styles) - named
    more = [f"{unnamed} more"] if unnamed else []
    used = "; ".join([card.credit_line for card in styles] + more)
    rights = "; ".join([_rights(card) for card in styles] + more)
    of_photos = "; ".join(_rights(card) for card in cards)
    told = [of_photos and f"Photo: {of_photos}", rights and f"Styles used: {rights}"]
    weights = "; ".join(card.credit_line for card in models)
    subject = "A pattern" if given.is_pattern else " blended with ".join(photos) or "A picture"
    recipe = given.recipe
    shares = (recipe.style_shares if recipe else ()) or (1.0,) * len(given.styles)
    made = "Painted" if recipe else "Written"

    # Prefixes are spelt out in the tags: ElementTree's own handling of namespaces needs a registry that is global.
    root = Element("x:xmpmeta", {"xmlns:x": NAMESPACES["x"]})
    rdf = SubElement(root, "rdf:RDF", {f"xmlns:{prefix}": uri for prefix, uri in NAMESPACES.items() if prefix != "x"})
    about = SubElement(rdf, "rdf:Description", {"rdf:about": ""})
    _localised(about, "dc:title", title)
    _localised(about, "dc:rights", ". ".join(filter(None, told)))
    _localised(
        about,
        "dc:description",
        f"{subject}{used and f' in the style of: {used}'}. {made} by {tool}{weights and f' with: {weights}'}.",
    )
    if artist:
        SubElement(SubElement(SubElement(about, "dc:creator"), "rdf:Seq"), "rdf:li").text = artist
    _text(about, "dc:source", "; ".join(filter(None, [*photos, *(card.source for card in (*cards, *styles))])))
    _text(about, "xmp:CreatorTool", tool)
    _text(about, "photoshop:Credit", weights)
    if label_ai and recipe is not None:
        _text(about, "Iptc4xmpExt:DigitalSourceType", GENERATED if given.is_pattern else COMPOSITE)
    _text(about, "plus:DataMining", NO_LEARNING if no_learn else "")
    if recipe is not None:
        # In pixels: so large it is, whatever made it so, and older studios read it.
        _text(about, "studio:Recipe", recipe.change(long_edge=recipe.long_edge).to_json())
        _text(about, "studio:Regions", _FORBIDDEN.sub("", given.regions))
    _cards(about, "studio:Photos", cards, [])
    _cards(about, "studio:Styles", styles, [f"{share / sum(shares):.4f}" for share in shares])
    _cards(about, "studio:Models", models, [])
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' + body + b'\n<?xpacket end="w"?>'


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)[:_LONGEST_TEXT].strip()


def _clean_card(card: Card) -> Card:
    texts: dict[str, Any] = {name: _clean(getattr(card, name)) for name in _CARD_TEXTS}
    return replace(card, **texts)


def _rights(card: Card) -> str:
    licence = "licence unknown" if licence_is_unknown(card) else card.licence
    return f"{card.title}{card.author and f' by {card.author}'}: {licence}"


def _text(parent: Element, tag: str, text: str) -> None:
    if text:
        SubElement(parent, tag).text = text


def _localised(parent: Element, tag: str, text: str) -> None:
    if text:
        SubElement(SubElement(SubElement(parent, tag), "rdf:Alt"), "rdf:li", {"xml:lang": "x-default"}).text = text


def _cards(parent: Element, tag: str, cards: Sequence[Card], shares: Sequence[str]) -> None:
    if not cards:
        return
    sequence = SubElement(SubElement(parent, tag), "rdf:Seq")
    for card, share in zip_longest(cards, shares[: len(cards)], fillvalue=""):
        item = SubElement(sequence, "rdf:li", {"rdf:parseType": "Resource"})
        for name in _CARD_TEXTS:
            _text(item, f"studio:{name}", getattr(card, name))
        _text(item, "studio:share", share)


def _settings_in(file: IO[bytes], name: str) -> WrittenSettings:
    nothing = PictureError(f"{name} carries no recipe.", "Only pictures exported by Style Studio do.")
    packet: object = packet_in(file)
    if packet is None:
        packet = read_header(file, name).info.get("xmp")  # of a PNG from behind its pixels, too; none is decoded
        packet = packet.encode("utf-8", "replace") if isinstance(packet, str) else packet
    if not isinstance(packet, bytes) or len(packet) > _LONGEST_PACKET or b"<!" in packet:  # no entities to multiply
        raise nothing
    try:
        root = ElementTree.fromstring(packet.rstrip(b"\0 "))
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the latter two: odd encodings
        raise nothing from error
    text = root.findtext(f".//{_STUDIO}Recipe")
    if text is None:
        raise nothing
    items = root.iterfind(f".//{_STUDIO}Styles/{{{NAMESPACES['rdf']}}}Seq/{{{NAMESPACES['rdf']}}}li")
    styles = tuple(_credited(item) for item in islice(items, _MOST_STYLES))
    return WrittenSettings(StyleRecipe.from_json(text), styles, root.findtext(f".//{_STUDIO}Regions") or "")


def _credited(item: Element) -> CreditedStyle:
    return CreditedStyle(*(displayable(item.findtext(f"{_STUDIO}{name}", "")) for name in ("id", "title", "author")))
