"""Structured logs: one line per event, with the id of its request."""

import asyncio
import logging
import sys
from typing import Final

import orjson
import structlog
from structlog.typing import Processor

_INVALID_UTF8: Final = "Invalid UTF-8 sequence received from client."


class NoBlame(logging.Filter):
    """Removes the traceback of errors that uvicorn reports but that are not bugs of ours.

    These are text of a client that is not UTF-8, and a request that is cut off because the server stops.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record."""
        error = record.exc_info[1] if record.exc_info else None
        invalid = isinstance(error, UnicodeDecodeError) and record.msg == _INVALID_UTF8
        if invalid or isinstance(error, asyncio.CancelledError):
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True


_NO_BLAME: Final = NoBlame()


def configure_logs(level: str, *, readable: bool) -> None:
    """Write events of `level` and above to standard error: JSON for machines, or colored lines for people."""
    logging.getLogger("uvicorn.error").addFilter(_NO_BLAME)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderers: list[Processor] = (
        # A plain traceback, because local variables may hold credentials.
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if readable
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    )
    structlog.configure(
        processors=[*shared, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr)
        if readable
        else structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def _json(event: object, **_options: object) -> bytes:
    return orjson.dumps(event, default=str)
