"""PicturePipe: plain data over a connection; the pixels of a Picture that is sent again and again cross only once."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

from studio.core.picture import Fine, Metadata, Picture, Pixels
from studio.jobs.channel import Parts

T = TypeVar("T")

_LARGEST_PART = 1 << 30  # bytes; 200 megapixels are 600 MB. What claims more was written by somebody else
_MOST_PARTS = 1 << 16  # arrays of an item; those of all photos that a style is learnt on

# What stands for a Picture in the stream; (pixels, alpha, fine) only if the other end does not hold them.
PictureTicket = tuple[str, str, Path | None, Metadata, tuple[Pixels, Pixels | None, Fine | None] | None]


class PicturePipe:
    """One end of a connection; sends and receives anything that pickles, arrays without a copy on the way out.

    sent: bytes of pixels that the other end keeps of what was sent; kept: bytes kept here of what was received. One
    end's `sent` must be the other end's `kept`: both forget in the same order, so the sender always knows what the
    receiver holds. 0: pictures cross as they are.
    """

    def __init__(self, connection: Connection, sent: int = 0, kept: int = 0) -> None:
        self._connection = connection
        self._sent: LruCache[None] = LruCache(sent)
        self._kept: LruCache[Picture] = LruCache(kept)

    def send(self, item: object) -> None:
        """Send `item`; OSError if the other end is gone. If it cannot be pickled, nothing has been sent."""
        self.write(self.pack(item))

    def pack(self, item: object) -> Parts:
        """For `write`, and in this order: from now on the other end counts as having it. Arrays are not copied."""
        stream, buffers, cache = BytesIO(), list[pickle.PickleBuffer](), self._sent.copy()
        _Pickler(stream, buffers, cache).dump(item)
        self._sent = cache  # not before the whole item was pickled: the other end sees all of it or nothing
        return [len(buffers).to_bytes(4, "big") + stream.getvalue(), *(buffer.raw() for buffer in buffers)]

    def write(self, parts: Parts) -> None:
        """Send what was packed; waits for the other end to read it. OSError if that is gone."""
        for part in parts:
            self._connection.send_bytes(part)

    def receive(self) -> Any:
        """The next item; waits for it. EOFError or OSError if the other end is gone.

        What is no item raises ValueError, or whatever else an attempt to unpickle it does.
        """
        stream = BytesIO(self._receive_part())
        count = int.from_bytes(stream.read(4), "big")
        if count > _MOST_PARTS:
            raise ValueError(f"an item of {count:,} arrays")
        # Arrays built on bytes are read-only, as a Picture's are, so the Picture takes them without a copy.
        buffers = [self._receive_part() for _ in range(count)]
        return _Unpickler(stream, buffers, self._kept).load()

    def _receive_part(self) -> bytes:
        try:
            return self._connection.recv_bytes(_LARGEST_PART)
        except OSError as error:
            if error.errno is None and "length" in str(error):  # so says the connection; the system gives a number
                raise ValueError(f"a part of more than {_LARGEST_PART:,} bytes") from error
            raise


class LruCache(Generic[T]):
    """Keeps the items used last, by fingerprint, up to a number of bytes in all."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._items: OrderedDict[str, tuple[int, T]] = OrderedDict()  # fingerprint: (bytes, item), used last at the end

    def __contains__(self, fingerprint: str) -> bool:
        return fingerprint in self._items

    def use(self, fingerprint: str) -> T:
        """The item, which becomes the one used last."""
        self._items.move_to_end(fingerprint)
        return self._items[fingerprint][1]

    def put(self, fingerprint: str, size: int, item: T) -> None:
        """Keep an item of `size` bytes, and forget the ones unused for longest where the room ends."""
        self._items[fingerprint] = (size, item)
        while sum(held for held, _ in self._items.values()) > self.capacity:
            self._items.popitem(last=False)

    def copy(self) -> LruCache[T]:
        """A cache with the same items, to be changed on its own."""
        other: LruCache[T] = LruCache(self.capacity)
        other._items = self._items.copy()
        return other


class _Pickler(pickle.Pickler):
    def __init__(self, stream: BytesIO, buffers: list[pickle.PickleBuffer], cache: LruCache[None]) -> None:
        super().__init__(stream, protocol=5, buffer_callback=buffers.append)
        self._cache = cache

    def persistent_id(self, item: Any) -> PictureTicket | None:
        if not isinstance(item, Picture) or not self._cache.capacity:
            return None
        arrays = None
        if item.fingerprint in self._cache:
            self._cache.use(item.fingerprint)
        else:
            arrays = (item.pixels, item.alpha, item.fine)
            self._cache.put(item.fingerprint, item.nbytes, None)
        return item.fingerprint, item.name, item.source, item.metadata, arrays


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: BytesIO, buffers: list[bytes], cache: LruCache[Picture]) -> None:
        super().__init__(stream, buffers=buffers)
        self._cache = cache

    def persistent_load(self, ticket: PictureTicket) -> Picture:
        fingerprint, name, source, metadata, arrays = ticket
        if arrays is not None:
            pixels, alpha, fine = arrays
            picture = Picture(pixels, name, alpha, source, metadata, fine=fine)
            self._cache.put(fingerprint, picture.nbytes, picture)
            return picture
        held = self._cache.use(fingerprint)
        if (held.name, held.source, held.metadata) == (name, source, metadata):
            return held  # the same object again: its fingerprint need not be computed a second time
        return Picture(held.pixels, name, held.alpha, source, metadata, fine=held.fine)
