"""Certificates for tests: a chain of two as C2PA wants it, the artist's own first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ARTIST = "Anna the painter"


@dataclass(frozen=True)
class Files:
    certificate: Path
    key: Path


def write_chain(
    folder: Path, *, days: tuple[int, int] = (-1, 30), passphrase: str = "", is_for_signing: bool = True
) -> Files:
    """days: from today, between which it is valid. is_for_signing: else it says nothing of what it is for."""
    folder.mkdir(parents=True, exist_ok=True)
    above, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    artist = _certificate(
        ARTIST, "A test authority", own, above, days, is_authority=False, is_for_signing=is_for_signing
    )
    authority = _certificate("A test authority", "A test authority", above, above, days, is_authority=True)
    chain = [artist, authority]
    files = Files(folder / "artist.pem", folder / "artist.key")
    files.certificate.write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain))
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        encryption = serialization.BestAvailableEncryption(passphrase.encode())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files.key.write_bytes(own.private_bytes(pem, pkcs8, encryption))
    return files


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    days: tuple[int, int],
    *,
    is_authority: bool,
    is_for_signing: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    flags = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    usage = x509.KeyUsage(digital_signature=True, key_cert_sign=is_authority, crl_sign=is_authority, **flags)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if is_for_signing:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    if not is_authority:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, common), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests")]
    )
