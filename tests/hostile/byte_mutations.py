"""Ways to damage a file of bytes: flips, cuts, splices, headers and lengths that lie, chunks twice, away or huge."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from random import Random

from tests.hostile.chunks import Chunk, chunks_of

Mutation = Callable[[bytes, Random, Mapping[str, bytes]], bytes]
"""From the file, chance, and other files by name to the damaged file."""

HUGE = 8 * 2**20  # bytes of a chunk that is too large
_HEADER = 64
_ODD_NUMBERS = (
    0,
    1,
    2,
    3,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    2**24 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
)


def flip_bits(data: bytes, random: Random, _: Mapping[str, bytes]) -> bytes:
    damaged = bytearray(data)
    for _number in range(random.choice((1, 2, 4, 16, 64))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def overwrite(data: bytes, random: Random, _: Mapping[str, bytes]) -> bytes:
    at = random.randrange(len(data))
    length = random.choice((1, 4, 16, 64, 256))
    filling = random.choice((b"\0" * length, b"\xff" * length, random.randbytes(length)))
    return data[:at] + filling + data[at + length :]


def truncate(data: bytes, random: Random, _: Mapping[str, bytes]) -> bytes:
    return data[: random.randrange(1, len(data))]


def append(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    return data + random.choice((data, bytes(1000), random.randbytes(1000), random.choice(list(others.values()))))


def delete(data: bytes, random: Random, _: Mapping[str, bytes]) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + data[at + random.choice((1, 2, 7, 64, 500)) :]


def insert(data: bytes, random: Random, _: Mapping[str, bytes]) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + random.randbytes(random.choice((1, 2, 7, 64, 500))) + data[at:]


def splice(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    """The beginning of this file and the end of another."""
    other = random.choice(list(others.values()))
    return data[: random.randrange(1, len(data))] + other[random.randrange(len(other)) :]


def foreign_head(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    length = random.choice((2, 4, 8, 12, 16, 32))
    return random.choice(list(others.values()))[:length] + data[length:]


def edit_header(data: bytes, random: Random, _: Mapping[str, bytes]) -> bytes:
    width = random.choice((1, 2, 4))
    at = random.randrange(2, max(3, min(_HEADER, len(data)) - width))
    order = random.choice(("big", "little"))
    number = random.choice(_ODD_NUMBERS) % (1 << 8 * width)
    return data[:at] + number.to_bytes(width, order) + data[at + width :]


def lie_about_length(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    """A length, count or place that is 0, one off, huge, or negative to who reads it as signed."""
    chunk = _some_chunk(data, random)
    if chunk is None:
        return edit_header(data, random, others)
    now = int.from_bytes(data[chunk.at : chunk.at + chunk.width], chunk.order)
    number = random.choice((*_ODD_NUMBERS, now + 1, now - 1, now * 2, now // 2, len(data)))
    return _with_number(data, chunk, number)


def lie_about_lengths(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    for _ in range(random.randrange(2, 6)):
        data = lie_about_length(data, random, others)
    return data


def double_chunk(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    chunk = _some_chunk(data, random)
    if chunk is None:
        return append(data, random, others)
    return data[: chunk.end] + data[chunk.start : chunk.end] * random.choice((1, 2, 50)) + data[chunk.end :]


def drop_chunk(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    chunk = _some_chunk(data, random)
    return delete(data, random, others) if chunk is None else data[: chunk.start] + data[chunk.end :]


def swap_chunks(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    one, other = _some_chunk(data, random), _some_chunk(data, random)
    if one is None or other is None:
        return splice(data, random, others)
    first, second = sorted((one, other), key=lambda chunk: chunk.start)
    if first.end > second.start:
        return data[: first.start] + data[first.end :] + data[first.start : first.end]
    between, moved = data[first.end : second.start], data[first.start : first.end]
    return data[: first.start] + data[second.start : second.end] + between + moved + data[second.end :]


def huge_chunk(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    """A chunk that is as long as it says, some megabytes."""
    chunk = _some_chunk(data, random)
    if chunk is None:
        return data + bytes(HUGE)
    filling = random.choice((bytes(HUGE), b"\xff" * HUGE, random.randbytes(1000) * (HUGE // 1000)))
    now = int.from_bytes(data[chunk.at : chunk.at + chunk.width], chunk.order)
    longer = _with_number(data, chunk, now + len(filling))
    return longer[: chunk.end] + filling + longer[chunk.end :]


def damage_chunk(data: bytes, random: Random, others: Mapping[str, bytes]) -> bytes:
    """Flips in the body of one chunk alone, the rest untouched."""
    chunk = _some_chunk(data, random)
    if chunk is None or chunk.end - chunk.start < 2:
        return flip_bits(data, random, others)
    damaged = flip_bits(data[chunk.start : chunk.end], random, others)
    return data[: chunk.start] + damaged + data[chunk.end :]


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, overwrite, truncate, append, delete, insert, splice, foreign_head, edit_header, lie_about_length,
    lie_about_lengths, double_chunk, drop_chunk, swap_chunks, huge_chunk, damage_chunk,
)  # fmt: skip


def mutate(data: bytes, first: Mutation, random: Random, others: Mapping[str, bytes]) -> tuple[bytes, str]:
    """The file after `first` and up to two more ways, and their names. A PNG mostly gets checksums that are right."""
    ways = [first, *random.choices(MUTATIONS, k=random.choice((0, 0, 1, 2)))]
    for way in ways:
        data = way(data, random, others) if len(data) > 3 else data + b"\0\0\0\0"
    names = " + ".join(way.__name__ for way in ways)
    if data.startswith(b"\x89PNG") and random.random() < 0.7:
        return with_checksums(data), f"{names} + checksums"
    return data, names


def with_checksums(data: bytes) -> bytes:
    """The PNG with the checksum of each chunk set right, so that readers believe what is in it."""
    mended = bytearray(data)
    for chunk in chunks_of(data):
        if chunk.end - chunk.start >= 12:
            checksum = zlib.crc32(mended[chunk.start + 4 : chunk.end - 4])
            mended[chunk.end - 4 : chunk.end] = checksum.to_bytes(4, "big")
    return bytes(mended)


def _some_chunk(data: bytes, random: Random) -> Chunk | None:
    found = chunks_of(data)
    return random.choice(found) if found else None


def _with_number(data: bytes, chunk: Chunk, number: int) -> bytes:
    value = (number % (1 << 8 * chunk.width)).to_bytes(chunk.width, chunk.order)
    return data[: chunk.at] + value + data[chunk.at + chunk.width :]
