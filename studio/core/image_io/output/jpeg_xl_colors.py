"""The colour space that a JPEG XL codestream says its values are in: replaced in its header.

imagecodecs says sRGB of 8 bits, and of 16 bits that they are linear light, whatever they are.

Source: ISO/IEC 18181-1:2024, annex D (image header) and E (colour encoding).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.image_io.output.rgb_profiles import ADOBE_GAMMA, ADOBE_RGB, Primaries

_START = b"\xff\x0a"
_RGB, _D65 = 0, 1
_SRGB, _CUSTOM, _P3 = 1, 2, 11  # primaries
_LINEAR, _SRGB_CURVE = 8, 13
_RELATIVE = 1  # intent
_EDGES = ((9, 1), (13, 1), (18, 1), (30, 1))  # bits and offset of each choice
_CHROMATICITY = ((19, 0), (19, 524_288), (20, 1_048_576), (21, 2_097_152))
_ENUM = ((0, 0), (0, 1), (4, 2), (6, 18))
_Choices = Sequence[tuple[int, int]]


@dataclass
class _Reader:
    """Bits, the lowest of a byte first."""

    data: bytes
    at: int = 0

    def bits(self, count: int) -> int:
        if self.at + count > 8 * len(self.data):
            raise ValueError("a JPEG XL header that ends early")
        last = (self.at + count + 7) // 8
        value = int.from_bytes(self.data[self.at // 8 : last], "little") >> (self.at % 8)
        self.at += count
        return value & ((1 << count) - 1)

    def choice(self, choices: _Choices) -> int:
        count, offset = choices[self.bits(2)]
        return self.bits(count) + offset

    def expect(self, count: int, wanted: int, what: str) -> None:
        if self.bits(count) != wanted:
            raise ValueError(f"a JPEG XL header with {what}")


@dataclass
class _Writer:
    value: int = 0
    count: int = 0

    def bits(self, value: int, count: int) -> None:
        self.value |= value << self.count
        self.count += count

    def choice(self, value: int, choices: _Choices) -> None:
        for number, (count, offset) in enumerate(choices):
            if offset <= value < offset + (1 << count):
                self.bits(number, 2)
                self.bits(value - offset, count)
                return
        raise ValueError(f"{value} cannot be written")


def with_colors(codestream: bytes, space: str) -> bytes:
    """The codestream, whose header says sRGB or its linear light, with one of NUMBERED_PROFILES in its place.

    Nothing else of it is changed: values of a lossless picture are to be in that space already, those of a lossy one,
    which are coded as light that eyes see (XYB), come out in it. Raises ValueError for a header of another kind.
    """
    reader = _Reader(codestream, 8 * len(_START))
    if not codestream.startswith(_START):
        raise ValueError("no JPEG XL codestream")
    _skip_size(reader)
    if reader.bits(1):  # all is as it is by default: 8 bits, XYB, sRGB
        fields = _Writer()
        # not all default; no extra fields; whole numbers of 8 bits; 16 bits suffice; no more channels; XYB
        for value, count in ((0, 1), (0, 1), (0, 1), (0, 2), (1, 1), (0, 2), (1, 1)):
            fields.bits(value, count)
        start, after, tail = reader.at - 1, reader.at, _Writer(0, 2)  # no extensions
    else:
        fields, tail = _Writer(), _Writer()
        _skip_to_colors(reader)
        start = reader.at
        _skip_srgb(reader)
        after = reader.at
    result = _Writer()
    before = _Reader(codestream)
    _copy(before, result, start)
    result.bits(fields.value, fields.count)
    _write_colors(result, space)
    result.bits(tail.value, tail.count)
    rest = _Reader(codestream, after)
    if not tail.count:
        if rest.bits(2):
            raise ValueError("a JPEG XL header with extensions")
        result.bits(0, 2)
    if not rest.bits(1):
        raise ValueError("a JPEG XL header with transforms of its own")
    result.bits(1, 1)
    return result.value.to_bytes((result.count + 7) // 8, "little") + codestream[(rest.at + 7) // 8 :]


def _skip_size(reader: _Reader) -> None:
    is_small = reader.bits(1)
    reader.bits(5) if is_small else reader.choice(_EDGES)
    if not reader.bits(3):  # no usual ratio of its edges
        reader.bits(5) if is_small else reader.choice(_EDGES)


def _skip_to_colors(reader: _Reader) -> None:
    reader.expect(1, 0, "an orientation, a preview or frames")
    _skip_depth(reader)
    reader.bits(1)  # whether 16 bits suffice inside
    for _ in range(reader.choice(((0, 0), (0, 1), (4, 2), (12, 1)))):
        if not reader.bits(1):  # else alpha of 8 bits
            if reader.choice(_ENUM):
                raise ValueError("a JPEG XL header with a channel that is no alpha")
            _skip_depth(reader)
            reader.choice(((0, 0), (0, 3), (0, 4), (3, 1)))
            reader.expect(2, 0, "a channel that has a name")
            reader.bits(1)  # whether colours are multiplied by it
    reader.bits(1)  # whether it is XYB


def _skip_srgb(reader: _Reader) -> None:
    if reader.bits(1):  # it is what a header says by default
        return
    reader.expect(1, 0, "a profile")
    found = reader.choice(_ENUM), reader.choice(_ENUM), reader.choice(_ENUM), reader.bits(1), reader.choice(_ENUM)
    if found[:4] != (_RGB, _D65, _SRGB, 0) or found[4] not in (_SRGB_CURVE, _LINEAR):
        raise ValueError("a JPEG XL header with other colours than sRGB")
    reader.choice(_ENUM)  # intent


def _skip_depth(reader: _Reader) -> None:
    reader.expect(1, 0, "floats")
    reader.choice(((0, 8), (0, 10), (0, 12), (6, 1)))


def _copy(source: _Reader, target: _Writer, count: int) -> None:
    target.bits(source.bits(count), count)


def _write_colors(target: _Writer, space: str) -> None:
    if space == "srgb":
        target.bits(1, 1)
        return
    target.bits(0b00, 2)  # not sRGB, and no ICC profile
    target.choice(_RGB, _ENUM)
    target.choice(_D65, _ENUM)
    match space:
        case "display-p3":
            target.choice(_P3, _ENUM)
            target.bits(0, 1)
            target.choice(_SRGB_CURVE, _ENUM)
        case "adobe-rgb":
            target.choice(_CUSTOM, _ENUM)
            _write_primaries(target, ADOBE_RGB)
            target.bits(1, 1)
            target.bits(round(1e7 / ADOBE_GAMMA), 24)
        case _:
            raise ValueError(f"JPEG XL has no number for {space}")
    target.choice(_RELATIVE, _ENUM)


def _write_primaries(target: _Writer, primaries: Primaries) -> None:
    for pair in primaries:
        for number in pair:  # none of them is below 0
            target.choice(2 * round(number * 1e6), _CHROMATICITY)
