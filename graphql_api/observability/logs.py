"""Structured logs: one line an event, with the id of the request that it belongs to."""

import logging
import sys

import orjson
import structlog
from structlog.typing import Processor


def configure_logs(level: str, *, readable: bool) -> None:
    """Write events of `level` and above to standard error: JSON for machines, or colored lines for people."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending: list[Processor] = (
        # Not the traceback that shows local variables: they may hold credentials.
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if readable
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_json)]
    )
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr)
        if readable
        else structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def _json(event: object, **_options: object) -> bytes:
    return orjson.dumps(event, default=str)
