"""Traces of operations, where OpenTelemetry is installed (`pip install tessera[otel]`) and has an endpoint."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Tracer = Callable[[str], AbstractContextManager[Any]]


def make_tracer(endpoint: str | None) -> Tracer:
    """Return a function that opens a span by name; without an endpoint, it does nothing.

    Raises TracingUnavailable when there is an endpoint and OpenTelemetry is not installed.
    """
    if endpoint is None:
        return lambda _name: nullcontext()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - optional
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise TracingUnavailable from error
    provider = TracerProvider(resource=Resource.create({"service.name": "tessera"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider.get_tracer("tessera").start_as_current_span


class TracingUnavailable(Exception):
    """An endpoint for traces is set, but OpenTelemetry is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "TESSERA_TRACES_ENDPOINT is set, but OpenTelemetry is not installed: pip install 'tessera[otel]'."
        )
