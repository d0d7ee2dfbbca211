"""What a failed task tells the artist, and what it leaves in the log: the one way from any error to a sentence."""

from __future__ import annotations

import logging

from studio.core.errors import StudioError
from studio.jobs.as_studio_error import as_studio_error

logger = logging.getLogger(__name__)


def task_error(error: BaseException) -> StudioError:
    """`error` itself if it is a StudioError; else one that says the same, while the log keeps the traceback.

    What the system refuses (OSError, MemoryError) is a warning there, anything else a fault of ours.
    """
    if not isinstance(error, StudioError):
        is_of_the_system = isinstance(error, OSError | MemoryError)
        logger.log(logging.WARNING if is_of_the_system else logging.ERROR, "A task failed.", exc_info=error)
    return as_studio_error(error, "The studio")
