"""What runs in the layout process: reads vectors, lays them out, sends the places or why there are none, and ends."""

from __future__ import annotations

import json
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection

import numpy as np
from numpy.typing import NDArray

from studio.core.library.umap_plane import umap_plane
from studio.jobs.as_studio_error import as_studio_error
from studio.jobs.child_process import end_with_parent, lower_priority

PLACES, PROBLEM = b"p", b"e"  # the first byte of an answer


def serve(connection: Connection, length: int, seed: int) -> None:
    """length: numbers in a vector."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides what ends
    lower_priority()
    threading.Thread(target=end_with_parent, name="studio-parent-watch", daemon=True).start()
    with suppress(EOFError, OSError):  # the parent no longer wants it
        vectors = np.frombuffer(connection.recv_bytes(), np.float32).reshape(-1, length)
        connection.send_bytes(answer(vectors, seed))


def answer(vectors: NDArray[np.float32], seed: int) -> bytes:
    """Places of float32, or a sentence as JSON."""
    try:
        return PLACES + umap_plane(vectors, seed).tobytes()
    except Exception as error:  # noqa: BLE001 - whatever libraries do, the map has another layout
        told = as_studio_error(error, "UMAP")
        return PROBLEM + json.dumps([told.message, told.remedy]).encode()
