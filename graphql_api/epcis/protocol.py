"""What all answers of EPCIS have in common: headers, versions, and errors as problem+json."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from domain.epcis.captures import ErrorBehavior
from domain.epcis.documents import LARGEST_DOCUMENT
from domain.epcis.failures import EventConflict
from domain.epcis.identifiers import EpcFormat
from domain.epcis.vocabulary import NAMESPACE
from domain.failures import Failure, InvalidInput, Path

EVENTS_PATH: Final = "/epcis/events"
CAPTURE_PATH: Final = "/epcis/capture"
# Bytes of a document; `LARGEST_DOCUMENT` events of ten EPCs have about one million.
CAPTURE_LIMIT: Final = 8 * 1024 * 1024
JSON: Final = "application/json"
LD_JSON: Final = "application/ld+json"
_VERSION: Final = "2.0"
_VERSIONS: Final = frozenset({"2.0", "2.0.0"})
_PROBLEM: Final = "application/problem+json"
VERSION_HEADERS: Final[Mapping[str, str]] = {"gs1-epcis-version": _VERSION, "gs1-cbv-version": _VERSION}
# What OPTIONS answers in addition.
SUPPORT_HEADERS: Final[Mapping[str, str]] = {
    **VERSION_HEADERS,
    "gs1-epcis-min": _VERSION,
    "gs1-epcis-max": _VERSION,
    "gs1-cbv-min": _VERSION,
    "gs1-cbv-max": _VERSION,
    "gs1-extensions": f"tessera={NAMESPACE}",
    "gs1-epc-format": ", ".join(EpcFormat),
    "gs1-epcis-capture-limit": str(LARGEST_DOCUMENT),
    "gs1-epcis-capture-file-size-limit": str(CAPTURE_LIMIT),
}


class Kind(NamedTuple):
    """A kind of problem: the name of the exception in EPCIS 2.0, the status, and the title."""

    name: str
    status: int
    title: str


class Exceptions(Enum):
    """The exceptions of EPCIS 2.0 that we answer."""

    VALIDATION = Kind("ValidationException", 400, "The events are not valid.")
    QUERY_PARAMETER = Kind("QueryParameterException", 400, "A parameter of the query is not valid.")
    SECURITY = Kind("SecurityException", 401, "The request is not signed in.")
    FORBIDDEN = Kind("SecurityException", 403, "The request is not allowed.")
    NO_SUCH_RESOURCE = Kind("NoSuchResourceException", 404, "The resource does not exist.")
    NOT_ALLOWED = Kind("NotAllowedException", 405, "The method is not allowed.")
    NOT_ACCEPTABLE = Kind("NotAcceptableException", 406, "The wanted format or version is not available.")
    CONFLICT = Kind("ResourceAlreadyExistsException", 409, "The events conflict with what is recorded.")
    TOO_LARGE = Kind("CaptureLimitExceededException", 413, "The request is too large.")
    MEDIA_TYPE = Kind("UnsupportedMediaTypeException", 415, "The media type is not supported.")
    INCOMPLETE = Kind("ImplementationException", 500, "The capture ended before all events were tried.")
    BUSY = Kind("ImplementationException", 503, "The server is busy.")


class ProblemFound(Exception):
    """A request that is answered with a problem."""

    def __init__(self, kind: Exceptions, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.members = members


def path_in_event(path: Path) -> Path:
    """The path of a problem within an event; inputs of mutations are no parts of it."""
    return () if path[:1] == ("input",) else path


def problem_of_failure(failure: Failure) -> ProblemFound:
    """The problem of a failure of a command: a conflict only if another event has the id.

    A state that does not allow the event makes it invalid, as the capture of a document says it.
    """
    if isinstance(failure, InvalidInput):
        problems = [
            {"code": each.code.value, "message": each.message, "path": list(path_in_event(each.path))}
            for each in failure.problems
        ]
        return ProblemFound(Exceptions.VALIDATION, failure.message, problems=problems)
    kind = Exceptions.CONFLICT if isinstance(failure, EventConflict) else Exceptions.VALIDATION
    return ProblemFound(kind, failure.message, code=failure.code.value)


def answer_problem(problem: ProblemFound) -> Response:
    """The response with a problem: RFC 9457, with the types of EPCIS 2.0."""
    name, status, title = problem.kind.value
    body = {
        "type": f"epcisException:{name}",
        "title": title,
        "status": status,
        "detail": problem.detail,
        **problem.members,
    }
    headers = {"content-type": _PROBLEM, "cache-control": "no-store", **VERSION_HEADERS}
    if problem.kind is Exceptions.SECURITY:
        headers["www-authenticate"] = "Bearer"
    if problem.kind is Exceptions.BUSY:
        headers["retry-after"] = "1"
    return Response(msgspec.json.encode(body), status, headers)


def check_versions(request: Request) -> None:
    """Check the versions that a client asks for. Raises ProblemFound."""
    for name in VERSION_HEADERS:
        wanted = request.headers.get(name)
        if wanted is not None and not _VERSIONS.intersection(part.strip() for part in wanted.split(",")):
            raise ProblemFound(Exceptions.NOT_ACCEPTABLE, f"This server speaks version {_VERSION} ({name}).")


def read_format(request: Request) -> EpcFormat:
    """The format of EPCs that a client asks for. Raises ProblemFound."""
    wanted = request.headers.get("gs1-epc-format")
    if wanted is None or wanted in {"No_Preference", "Never_Translates"}:
        return EpcFormat.DIGITAL_LINK
    try:
        return EpcFormat(wanted)
    except ValueError:
        message = f"GS1-EPC-Format is {', '.join(EpcFormat)}, or No_Preference."
        raise ProblemFound(Exceptions.NOT_ACCEPTABLE, message) from None


def read_behavior(request: Request) -> ErrorBehavior:
    """What a client wants to happen to the other events when one is rejected. Raises ProblemFound."""
    wanted = request.headers.get("gs1-capture-error-behaviour", ErrorBehavior.ROLLBACK)
    try:
        return ErrorBehavior(wanted)
    except ValueError:
        message = "GS1-Capture-Error-Behaviour is rollback or proceed."
        raise ProblemFound(Exceptions.VALIDATION, message) from None


async def read_body(request: Request, limit: int) -> bytes:
    """Read the body of a request that has JSON. Raises ProblemFound as soon as it is larger than `limit` bytes."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in {JSON, LD_JSON}:
        message = f"Send the events as JSON, with “Content-Type: {JSON}” or {LD_JSON}."
        raise ProblemFound(Exceptions.MEDIA_TYPE, message)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise ProblemFound(Exceptions.TOO_LARGE, f"The request is larger than {limit:,} bytes. Send it in parts.")
        parts.append(part)
    return b"".join(parts)
