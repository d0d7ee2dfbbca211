"""An artist's own certificate and key, checked before anything is signed with them; no passphrase is ever written down.

The certificate is a PEM file with the chain: the artist's first, then those that vouch for it. Packages are loaded only
when something is signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.displayable import displayable
from studio.core.errors import PictureError
from studio.core.storage.regular_file import reason, shown_name
from studio.core.storage.untrusted import read_bounded

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_LARGEST = 2**20  # bytes of a certificate or a key
_PACKAGES = {"c2pa": "c2pa-python", "cryptography": "cryptography"}  # by module
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class PassphraseError(PictureError):
    """The key is encrypted, and there is no passphrase or a wrong one."""


@dataclass(frozen=True)
class SigningFiles:
    """Where certificate and key lie. passphrase: of the key, "" where it has none; it is in memory only."""

    certificate: Path
    key: Path
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True)
class SigningKey:
    """What signs. algorithm: as C2PA calls it. chain, key: PEM; the key is decrypted. signer: who signs."""

    algorithm: str
    chain: bytes
    key: bytes = field(repr=False)
    signer: str = ""


def load_signing_key(files: SigningFiles) -> SigningKey:
    """Read and check them. Raises PictureError that says what is wrong with which file."""
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise PictureError(
            f"Signing needs packages that are not installed here: {', '.join(missing)}.",
            f"Install it with: pip install {' '.join(missing)}. Or export without a signature.",
        )
    from cryptography.hazmat.primitives import serialization

    data = _read(files.certificate, "certificate")
    certificate, public_key, signer = _first_certificate(data, files.certificate.name)
    _check_dates(certificate, files.certificate.name)
    key = _load_key(files)
    if key.public_key() != public_key:
        raise PictureError(
            f"{files.key.name} is not the key of the certificate in {files.certificate.name}.",
            "Name the two files that were issued together.",
        )
    algorithm = _algorithm(key, files.key.name)
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey(algorithm, data, plain, signer)


def _first_certificate(chain: bytes, name: str) -> tuple[Certificate, Any, str]:
    """The artist's certificate, its public key, and who it names. name: of the file."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificate = x509.load_pem_x509_certificates(chain)[0]
        names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return certificate, certificate.public_key(), displayable(str(names[0].value)) if names else ""
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PictureError(
            f"{name} is not a certificate in PEM format that can be used.",
            "Name the file that begins with BEGIN CERTIFICATE and holds the whole chain.",
        ) from error


def _check_dates(certificate: Certificate, name: str) -> None:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        day = certificate.not_valid_after_utc.date().isoformat()
        raise PictureError(f"The certificate in {name} expired on {day}.", "Have it renewed, or export unsigned.")
    if now < certificate.not_valid_before_utc:
        day = certificate.not_valid_before_utc.date().isoformat()
        raise PictureError(
            f"The certificate in {name} is valid only from {day} on.", "Check this machine's clock, or export unsigned."
        )


def _load_key(files: SigningFiles) -> Any:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _read(files.key, "key")
    try:
        return load_pem_private_key(data, files.passphrase.encode() or None)
    except TypeError as error:  # encrypted and no passphrase, or the other way round
        if not files.passphrase:
            raise PassphraseError(f"The key in {files.key.name} needs its passphrase.", "Type it in.") from error
        try:
            return load_pem_private_key(data, None)
        except (TypeError, ValueError, UnsupportedAlgorithm) as again:
            raise _no_key(files.key) from again
    except (ValueError, UnsupportedAlgorithm) as error:
        if b"ENCRYPTED" in data and files.passphrase:
            raise PassphraseError(f"That is not the passphrase of {files.key.name}.", "Type it again.") from error
        raise _no_key(files.key) from error


def _no_key(path: Path) -> PictureError:
    return PictureError(
        f"{path.name} is not a private key in PEM format.", "Name the file that begins with BEGIN PRIVATE KEY."
    )


def _algorithm(key: Any, name: str) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    match key:
        case ec.EllipticCurvePrivateKey() if key.curve.name in _CURVES:
            return _CURVES[key.curve.name]
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
        case rsa.RSAPrivateKey() if key.key_size >= 2048:
            return "ps256"
    raise PictureError(
        f"C2PA cannot sign with the key in {name}.",
        "It takes elliptic curves (P-256, P-384, P-521), Ed25519, and RSA of 2,048 bits and more.",
    )


def _read(path: Path, what: str) -> bytes:
    try:
        return read_bounded(path, _LARGEST)
    except (OSError, ValueError) as error:
        raise PictureError(
            f"The {what} {shown_name(path)} cannot be read: {reason(error)}.", "Check where it is, or export unsigned."
        ) from error
