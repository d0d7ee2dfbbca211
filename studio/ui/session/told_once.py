"""ToldOnce: remembers which news the artist has had, between starts too, so that nobody reads it at every start."""

from __future__ import annotations

import hashlib

from studio.ui.session.settings import Settings

_KEY = "messages/told"
_KEPT = 40  # of the newest


class ToldOnce:
    """Keeps only a digest of each: it may name files of the artist."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def is_news(self, about: str) -> bool:
        """Whether this has not been told yet; from now on it has."""
        digest = hashlib.sha256(about.encode(errors="surrogateescape")).hexdigest()[:16]
        told = self._settings.get(_KEY, list) or []
        if digest in told:
            return False
        self._settings.set(_KEY, [*told, digest][-_KEPT:])
        return True
