"""`/epcis/capture`: POST queues the capture of a document, and GET says what became of it."""

from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from db.epcis.rows import CaptureRow
from domain.epcis.documents import LARGEST_DOCUMENT, TooManyEvents
from domain.epcis.offsets import write_moment
from domain.permissions import Permission
from graphql_api.epcis.endpoint import Endpoint
from graphql_api.epcis.protocol import (
    CAPTURE_LIMIT,
    CAPTURE_PATH,
    JSON,
    VERSION_HEADERS,
    Exceptions,
    ProblemFound,
    read_behavior,
    read_body,
)
from resolvers.context import Operation
from resolvers.epcis.capture_jobs import find_capture, queue_capture

_LIMITS: Final = {
    "gs1-epcis-capture-limit": str(LARGEST_DOCUMENT),
    "gs1-epcis-capture-file-size-limit": str(CAPTURE_LIMIT),
}


class CaptureEndpoint(Endpoint):
    """The endpoint that takes documents."""

    methods = ("POST", "OPTIONS")

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer one request. Raises ProblemFound, InvalidInput, and RequestError."""
        operation.require(Permission.CUSTODY_RECORD)
        behavior = read_behavior(request)
        body = await read_body(request, CAPTURE_LIMIT)
        try:
            capture_id = await queue_capture(operation, body, behavior)
        except TooManyEvents as many:
            raise ProblemFound(Exceptions.TOO_LARGE, str(many)) from None
        headers = {
            **VERSION_HEADERS,
            **_LIMITS,
            "location": f"{CAPTURE_PATH}/{capture_id}",
            "gs1-capture-error-behaviour": behavior.value,
        }
        return Response(status_code=202, headers=headers)


class CaptureJobEndpoint(Endpoint):
    """The endpoint of one capture."""

    methods = ("GET", "HEAD", "OPTIONS")

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer one request. Raises ProblemFound and RequestError."""
        operation.require(Permission.CUSTODY_RECORD)
        try:
            capture_id = UUID(request.path_params["capture_id"])
        except ValueError:
            capture_id = None
        found = None if capture_id is None else await find_capture(operation, capture_id)
        if found is None:
            raise ProblemFound(Exceptions.NO_SUCH_RESOURCE, "You have no capture with this id.")
        headers = {**VERSION_HEADERS, "cache-control": "no-store"}
        return Response(msgspec.json.encode(_describe(found)), headers=headers, media_type=JSON)


def _describe(capture: CaptureRow) -> dict[str, Any]:
    """The resource of a capture, as EPCIS 2.0 has it, with the events that were rejected by their index."""
    kind = Exceptions.VALIDATION.value
    errors: list[dict[str, Any]] = [
        {
            "type": f"epcisException:{kind.name}",
            "title": kind.title,
            "status": kind.status,
            "detail": error.message,
            "eventIndex": error.index,
            "eventID": error.event_id,
            "code": error.code,
            "path": list(error.path),
        }
        for error in capture.rejected
    ]
    if capture.reason is not None:
        failed = Exceptions.INCOMPLETE.value
        errors.append(
            {
                "type": f"epcisException:{failed.name}",
                "title": failed.title,
                "status": failed.status,
                "detail": capture.reason,
            }
        )
    ended_at = capture.finished_at or (None if capture.running else capture.job_ended_at)
    described: dict[str, Any] = {
        "captureID": str(capture.id),
        "createdAt": write_moment(capture.created_at),
        "running": capture.running,
        "success": capture.running or capture.success is True,
        "captureErrorBehaviour": capture.behavior,
        "eventCount": capture.events,
        "capturedCount": capture.captured,
        "errors": errors,
    }
    if ended_at is not None:
        described["finishedAt"] = write_moment(ended_at)
    return described
