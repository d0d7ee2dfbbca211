"""ICC profiles written byte by byte for tests: of screens with given primaries and curves, and of grey."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

D50 = np.array((0.9642, 1.0, 0.8249))
_BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))


def screen_profile(
    chromaticities: Sequence[float], curve: Callable[[NDArray[np.float64]], NDArray[np.float64]], version: int = 2
) -> bytes:
    """A profile of a screen. chromaticities: x and y of red, green, blue and white. curve: code values to light."""
    x, y = np.array(chromaticities).reshape(4, 2).T
    xyz = np.array((x / y, np.ones(4), (1 - x - y) / y))
    strengths = np.linalg.solve(xyz[:, :3], xyz[:, 3])
    to_d50 = np.linalg.inv(_BRADFORD) @ np.diag((_BRADFORD @ D50) / (_BRADFORD @ xyz[:, 3])) @ _BRADFORD
    columns = to_d50 @ (xyz[:, :3] * strengths)
    curves = _curve(curve)
    tags = {b"wtpt": _xyz(D50), b"rTRC": curves, b"gTRC": curves, b"bTRC": curves}
    tags |= {name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns.T, strict=True)}
    return _profile(b"mntrRGB XYZ ", tags, version)


def grey_profile(curve: Callable[[NDArray[np.float64]], NDArray[np.float64]], version: int = 2) -> bytes:
    """A profile of grey."""
    return _profile(b"mntrGRAYXYZ ", {b"wtpt": _xyz(D50), b"kTRC": _curve(curve)}, version)


def _profile(kind: bytes, tags: dict[bytes, bytes], version: int) -> bytes:
    tags = {b"desc": _described(version), b"cprt": _text(version), **tags}
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = bytearray(128)
    header[8], header[9] = version, 0x40 if version == 2 else 0x20
    header[12:24], header[36:40] = kind, b"acsp"
    header[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    data = bytes(header) + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(data)) + data[4:]


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(value) * 65536) for value in values))


def _curve(curve: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> bytes:
    values = np.rint(curve(np.linspace(0, 1, 4096)).clip(0, 1) * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", len(values)) + values.tobytes()


def _described(version: int) -> bytes:
    if version >= 4:
        return _text(version)
    return b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(12) + bytes(67)


def _text(version: int) -> bytes:
    if version >= 4:
        return b"mluc\0\0\0\0" + struct.pack(">IIHHII", 1, 12, 0x656E, 0x5553, 8, 28) + "made".encode("utf-16-be")
    return b"text\0\0\0\0made\0"
