"""What exports are signed with, as far as it is remembered between starts: whether, and where the files are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.core.image_io.output.signing_key import SigningFiles
from studio.ui.session.settings import Settings

_IS_ON, _CERTIFICATE, _KEY = "signing/is_on", "signing/certificate", "signing/key"


@dataclass(frozen=True)
class SigningSettings:
    """is_on: whether to sign. The passphrase of the key is no setting."""

    is_on: bool = False
    certificate: Path | None = None
    key: Path | None = None

    def files(self, passphrase: str = "") -> SigningFiles | None:
        """What to sign with, None for no signature."""
        if not self.is_on or self.certificate is None or self.key is None:
            return None
        return SigningFiles(self.certificate, self.key, passphrase)


def read_signing_settings(settings: Settings) -> SigningSettings:
    """What was remembered."""
    paths = (settings.get(name, str) or "" for name in (_CERTIFICATE, _KEY))
    certificate, key = (Path(path) if path and "\0" not in path else None for path in paths)
    return SigningSettings(bool(settings.get(_IS_ON, bool)), certificate, key)


def keep_signing_settings(settings: Settings, signing: SigningSettings) -> None:
    """Remember it."""
    settings.set(_IS_ON, signing.is_on)
    settings.set(_CERTIFICATE, str(signing.certificate or ""))
    settings.set(_KEY, str(signing.key or ""))
