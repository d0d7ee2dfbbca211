"""Artworks of a batch are signed as exports are, where that needs no passphrase; else a note says that they are not."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.core.errors import StudioError
from studio.core.image_io.output.content_credentials import check_signable
from studio.core.image_io.output.signing_key import SigningFiles, load_signing_key
from studio.jobs.batch.batch import Batch


def sign_all(batch: Batch, signing: SigningFiles | None) -> Batch:
    """The batch, which signs its artworks from now on; what stands against that is among its notes. Reads files."""
    if signing is None:
        return batch
    try:
        check_signable(batch.job.options.format)
        batch.key = load_signing_key(signing)
    except StudioError as error:
        text = QCoreApplication.translate("BatchSigning", "The artworks are painted without a signature. {}")
        batch.notes += (text.format(error.message),)
    return batch
