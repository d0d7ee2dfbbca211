"""The certificate and key of the command line; the passphrase comes from the environment or is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from getpass import getpass
from pathlib import Path

from studio.core.image_io.output.signing_key import PassphraseError, SigningFiles, SigningKey, load_signing_key

PASSPHRASE = "STYLE_STUDIO_SIGN_PASSPHRASE"  # in the environment


def add_signing_options(group: argparse._ArgumentGroup) -> None:
    """Give the parser `--sign` and `--sign-key`."""
    certificate = "sign the picture by C2PA with this certificate, a PEM file with its whole chain"
    group.add_argument("--sign", type=Path, metavar="CERT", help=certificate)
    key = f"the certificate's private key, a PEM file; its passphrase is asked for, or taken from {PASSPHRASE}"
    group.add_argument("--sign-key", type=Path, metavar="KEY", help=key)


def signing_key(certificate: Path, key: Path) -> SigningKey:
    """What signs, checked. Raises PictureError."""
    files = SigningFiles(certificate, key, os.environ.get(PASSPHRASE, ""))
    try:
        return load_signing_key(files)
    except PassphraseError as error:
        if files.passphrase or not sys.stdin.isatty():
            raise PassphraseError(error.message, f"Put it into {PASSPHRASE} in the environment.") from error
        return load_signing_key(replace(files, passphrase=getpass(f"Passphrase of {key.name}: ")))
