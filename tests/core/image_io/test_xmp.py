"""Credits: what stands in the XMP packet, whatever the titles are, and how the recipe comes out again."""

from __future__ import annotations

import struct
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

import studio
from studio.core.card import Card
from studio.core.errors import PictureError, RecipeError
from studio.core.image_io import ExportOptions, encode_picture
from studio.core.image_io.output import written_packets
from studio.core.image_io.xmp import (
    COMPOSITE,
    GENERATED,
    NAMESPACES,
    CreditedStyle,
    Credits,
    read_recipe,
    read_settings,
    to_xmp,
)
from studio.core.picture import Picture
from studio.core.recipe import StyleRecipe
from tests.support.picture_files import encoded, noise, png

WAVE = Card("wave", "style", "The Great Wave", "Hokusai", "1831", "CC0", "https://museum.example/1", Path("wave.jpg"))
NIGHT = Card(
    "night", "style", "Terrace", "van Gogh", "1888", "Public domain", "https://museum.example/2", Path("n.jpg")
)
EYE = Card(
    "vgg", "model", "VGG-16", "VGG group", "2014", "CC BY 4.0", "https://vgg.example", Path("v"), credit="VGG-16 by VGG"
)
CREDITS = Credits(
    "Bridge at dawn", (WAVE, NIGHT), (EYE,), StyleRecipe(style_shares=(30, 10), seed=5), "bridge.jpg", "Ada"
)


def parsed(packet: bytes) -> ElementTree.Element:
    """The description inside the packet."""
    found = ElementTree.fromstring(packet).find("rdf:RDF/rdf:Description", NAMESPACES)
    assert found is not None
    return found


def text_of(packet: bytes, tag: str) -> str | None:
    """The text of a simple property, or of the only item of a list."""
    element = parsed(packet).find(tag, NAMESPACES)
    return None if element is None else "".join(element.itertext())


def test_every_style_is_credited_with_title_author_and_licence() -> None:
    packet = to_xmp(CREDITS, label_ai=True)
    assert text_of(packet, "dc:title") == "Bridge at dawn"
    assert text_of(packet, "dc:creator") == "Ada"
    assert text_of(packet, "dc:rights") == (
        "Styles used: The Great Wave by Hokusai: CC0; Terrace by van Gogh: Public domain"
    )
    assert text_of(packet, "dc:source") == "bridge.jpg; https://museum.example/1; https://museum.example/2"
    assert text_of(packet, "photoshop:Credit") == "VGG-16 by VGG"
    assert text_of(packet, "xmp:CreatorTool") == f"Style Studio {studio.__version__}"
    description = text_of(packet, "dc:description") or ""
    assert "bridge.jpg in the style of: The Great Wave (Hokusai, 1831), CC0" in description
    assert "with: VGG-16 by VGG" in description


def test_both_pictures_of_a_double_exposure_are_named() -> None:
    packet = to_xmp(replace(CREDITS, blended_name="sky.jpg"), label_ai=True)
    assert (text_of(packet, "dc:source") or "").startswith("bridge.jpg; sky.jpg; ")
    assert (text_of(packet, "dc:description") or "").startswith("bridge.jpg blended with sky.jpg in the style of: ")


def test_cards_and_shares_stand_field_by_field_too() -> None:
    items = parsed(to_xmp(CREDITS, label_ai=True)).findall("studio:Styles/rdf:Seq/rdf:li", NAMESPACES)
    fields = [[item.findtext(f"studio:{name}", "", NAMESPACES) for name in ("author", "share")] for item in items]
    assert fields == [["Hokusai", "0.7500"], ["van Gogh", "0.2500"]]


def test_the_styles_come_out_again_with_their_ids(tmp_path: Path) -> None:
    data = encode_picture(Picture(noise(20, 16)), ExportOptions(), CREDITS)
    recipe, styles, _ = read_settings(data)
    assert recipe == CREDITS.recipe
    assert styles == (
        CreditedStyle("wave", "The Great Wave", "Hokusai"),
        CreditedStyle("night", "Terrace", "van Gogh"),
    )


def test_lists_have_the_types_that_readers_expect() -> None:
    about = parsed(to_xmp(CREDITS, label_ai=True))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for tag in ("dc:title", "dc:rights", "dc:description"):
        item = about.find(f"{tag}/rdf:Alt/rdf:li", NAMESPACES)
        assert item is not None
        assert item.get(language) == "x-default"
    assert about.find("dc:creator/rdf:Seq/rdf:li", NAMESPACES) is not None


@pytest.mark.parametrize(("is_pattern", "uri"), [(False, COMPOSITE), (True, GENERATED)])
def test_the_ai_label_says_whether_something_of_the_photo_remains(is_pattern: bool, uri: str) -> None:
    packet = to_xmp(replace(CREDITS, is_pattern=is_pattern), label_ai=True)
    assert text_of(packet, "Iptc4xmpExt:DigitalSourceType") == uri


def test_the_ai_label_can_be_left_out() -> None:
    assert text_of(to_xmp(CREDITS, label_ai=False), "Iptc4xmpExt:DigitalSourceType") is None


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Sun & <Moon> \"x\" 'y' ]]>", "Sun & <Moon> \"x\" 'y' ]]>"),
        ("Été 日本 \N{ARTIST PALETTE}", "Été 日本 \N{ARTIST PALETTE}"),
        ("zero\0bell\a\ud800\ufffe!", "zerobell!"),
        ("x" * 5000, "x" * 1000),
        ('<?xpacket end="w"?>', '<?xpacket end="w"?>'),
    ],
)
def test_any_title_makes_a_well_formed_packet(title: str, kept: str) -> None:
    card = replace(WAVE, title=title, author=title, licence=title, source=title)
    packet = to_xmp(replace(CREDITS, title=title, artist=title, content_name=title, styles=(card,)), label_ai=True)
    assert text_of(packet, "dc:title") == kept
    assert text_of(packet, "dc:creator") == kept
    assert packet.count(b"<?xpacket end=") == 1


def test_an_artwork_nobody_signed_and_without_styles_has_no_empty_fields() -> None:
    about = parsed(to_xmp(Credits("", (), (), StyleRecipe()), label_ai=True))
    assert {element.tag.partition("}")[2] for element in about} == {
        "description", "CreatorTool", "DigitalSourceType", "Recipe",
    }  # fmt: skip


def test_a_short_packet_counts_the_styles_it_does_not_name() -> None:
    many = replace(CREDITS, styles=(WAVE,) * 64, recipe=StyleRecipe())
    packet = to_xmp(many, label_ai=True, most=10_000)
    assert len(packet) <= 10_000
    assert "more" in (text_of(packet, "dc:rights") or "")
    assert b"more" not in to_xmp(many, label_ai=True)


def test_a_picture_of_another_program_has_no_recipe() -> None:
    with pytest.raises(PictureError, match="carries no recipe"):
        read_recipe(encoded("PNG", noise()))


def test_a_file_that_is_no_picture_has_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(PictureError):
        read_recipe(b"no picture")
    with pytest.raises(PictureError, match="not there"):
        read_recipe(tmp_path / "gone.png")


RECIPE = b'<r xmlns:s="https://style-studio.invalid/ns/1.0/"><s:Recipe>%s</s:Recipe></r>'


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\xff\xfe<",
        b"<x",
        b"<?xml version='1.0' encoding='no-such'?><x/>",
        RECIPE.replace(b"Recipe", b"Other"),
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + RECIPE % b"&b;",
        b"<x>" * 100_000,
    ],
)
def test_a_broken_or_hostile_packet_holds_no_recipe(packet: bytes) -> None:
    with pytest.raises(PictureError, match="carries no recipe"):
        read_recipe(with_packet(packet))


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[" * 100_000, b'{"strength": 7}', b'{"version": 99}', b'{"seed": 1' + b"0" * 400 + b"}"]
)
def test_a_recipe_out_of_its_ranges_is_a_recipe_error(text: bytes) -> None:
    with pytest.raises(RecipeError):
        read_recipe(with_packet(RECIPE % text))


def test_the_recipe_survives_another_programs_rewriting_of_the_packet() -> None:
    packet = to_xmp(CREDITS, label_ai=True)
    rewritten = ElementTree.tostring(ElementTree.fromstring(packet), encoding="utf-8")  # other prefixes, no wrapper
    assert b"ns0:" in rewritten
    assert read_recipe(with_packet(rewritten)) == CREDITS.recipe


def test_the_recipe_is_found_behind_the_pixels_of_a_png_too() -> None:
    packet = b"XML:com.adobe.xmp\0\0\0\0\0" + to_xmp(CREDITS, label_ai=True)
    moved = png(16, 16, 8, 0, bytes(256), behind=[(b"iTXt", packet)])
    assert read_recipe(moved) == CREDITS.recipe


def test_credits_without_a_picture_name_still_read_as_a_sentence() -> None:
    description = text_of(to_xmp(replace(CREDITS, content_name=""), label_ai=True), "dc:description") or ""
    assert description.startswith("A picture in the style of: ")
    data = encode_picture(Picture(np.ascontiguousarray(noise())), ExportOptions(), replace(CREDITS, content_name=""))
    assert read_recipe(data) == CREDITS.recipe


def with_packet(packet: bytes) -> bytes:
    return png(16, 16, 8, 0, bytes(256), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet))


@pytest.mark.parametrize("is_zip64", [False, True])
def test_a_zip_of_a_million_names_is_not_listed(is_zip64: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        for number in range(2 if is_zip64 else 1001):
            archive.writestr(f"{number}", b"")
    data = file.getvalue()
    if is_zip64:
        data = data[:-22] + b"PK\6\7" + bytes(16) + data[-22:]
    monkeypatch.setattr(written_packets, "ZipFile", lambda *_: pytest.fail("it is listed"))
    with pytest.raises(PictureError, match="no recipe"):
        read_settings(data)


def _zip_of_rubbish() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("mergedimage.png", bytes(2000))
    data = file.getvalue()
    start = data.index(b"mergedimage.png") + len("mergedimage.png")
    return data[:start] + b"\xff" * 8 + data[start + 8 :]


@pytest.mark.parametrize(
    "data",
    [b"\0\0\0\x0cJXL \r\n\x87\n" + struct.pack(">I4sQ", 1, b"jxlc", 2**64 - 1), _zip_of_rubbish()],
    ids=["a box of 16 exabytes", "no deflate"],
)
def test_a_file_that_only_looks_like_one_of_ours_carries_no_recipe(data: bytes) -> None:
    with pytest.raises(PictureError, match="no recipe"):
        read_settings(data)


@pytest.mark.parametrize("options", [ExportOptions("webp"), ExportOptions("webp", lossless=True), ExportOptions("avif"),
                                     ExportOptions("avif", depth=10)], ids=str)  # fmt: skip
def test_the_recipe_in_a_large_file_is_found_without_reading_its_pixels(
    options: ExportOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode_picture(Picture(noise()), options, CREDITS)

    def refuse(*_: object) -> None:
        raise AssertionError("a decoder reads the whole file")

    monkeypatch.setattr("studio.core.image_io.xmp.read_header", refuse)
    assert read_recipe(data) == CREDITS.recipe
    for cut in range(12, len(data), 7):  # damaged in any place, it is found or not
        try:
            assert read_recipe(data[:cut] + b"\xff\x00\xff" + data[cut + 3 :]) is not None
        except (PictureError, RecipeError):
            continue
