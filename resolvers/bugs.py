"""Our bugs, as others see them: a sentence with a reference, behind which the log has the error."""

from typing import Any
from uuid import uuid4

import structlog

_log = structlog.get_logger("tessera.errors")


def log_bug(error: BaseException, **where: Any) -> str:
    """Log an unexpected error, and return the reference under which it is found."""
    reference = uuid4().hex
    _log.error("operation failed", reference=reference, **where, exc_info=error)
    return reference


def bug_sentence(reference: str) -> str:
    """What a client reads instead of the error."""
    return f"Something went wrong on our side. Quote the reference {reference} when you report it."
