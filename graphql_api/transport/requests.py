"""Reads GraphQL requests from HTTP requests, and rejects everything else with a sentence."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import orjson
from starlette.requests import Request

from domain.audit.facts import Origin, origin_of
from graphql_api.body_limits import BodyLimits
from graphql_api.transport.graphql_request import BadRequest, GraphQLRequest
from graphql_api.transport.persisted import PersistedDocuments, document_hash

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"
EVENT_STREAM: Final = "text/event-stream"
# The mutations that take bulk reports.
_BULK: Final = re.compile(r"\brecordSales\b")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")
# RFC 9110, section 12.4.2, with any number of decimals.
_WEIGHT: Final = re.compile(r"0(\.[0-9]*)?|1(\.0*)?")


async def read_request(request: Request, limits: BodyLimits, persisted: PersistedDocuments) -> GraphQLRequest:
    """Read the GraphQL request from the body or the URL. Raises BadRequest."""
    if request.method != "POST":
        return persisted.resolve(_from_query(request.query_params))
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != JSON:
        message = "Send the request as JSON, with “Content-Type: application/json”."
        raise BadRequest(message, 415)
    # Whether the credential is valid is checked later; without one nobody sends much.
    body = await _body(request, limits.bulk if "authorization" in request.headers else limits.usual)
    found = persisted.resolve(_from_body(body))
    if len(body) > limits.usual and not _BULK.search(found.query):
        raise _too_large(limits.usual)
    return found


def request_id(headers: Mapping[str, str]) -> str:
    """Return the id that the client or a proxy gave the request, if it is a plain one; otherwise a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def client_name(headers: Mapping[str, str]) -> str:
    """Return the name that the client gives itself; "" without one."""
    return headers.get("x-client-name", "") or headers.get("apollographql-client-name", "")


def read_origin(request: Request) -> Origin:
    """Return where a request came from; behind a proxy that uvicorn trusts, the address is that of the proxy's client.

    The program is what the client says it is.
    """
    address = None if request.client is None else request.client.host
    return origin_of(address, request.headers.get("user-agent"))


def stream_wanted(headers: Mapping[str, str], *, needed: bool) -> bool:
    """Whether to answer as a stream of events.

    A subscription, for which a stream is `needed`, gets one whenever the client accepts it. Other answers are streamed
    only if the client prefers a stream to every kind of JSON, because some clients always accept all three.
    """
    accept = headers.get("accept", "")
    if EVENT_STREAM not in accept.lower():
        return False
    weights_by_type = _accept_weights(accept)
    stream = weights_by_type.get(EVENT_STREAM, 0.0)
    others = max(weights_by_type.get(kind, 0.0) for kind in (JSON, GRAPHQL_JSON, "application/*", "*/*"))
    return stream > 0 and (needed or stream > others)


def media_type(headers: Mapping[str, str]) -> str:
    """Return the media type of the answer: the newer one only for clients that name it."""
    return GRAPHQL_JSON if GRAPHQL_JSON in headers.get("accept", "") else JSON


def _accept_weights(accept: str) -> dict[str, float]:
    """Return the weight of each media type in an Accept header, from 0 to 1: RFC 9110, section 12.5.1."""
    weights_by_type: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [parameter[2:] for parameter in parameters if parameter.startswith("q=")] or ["1"]
        weights_by_type[kind] = float(weights[0]) if _WEIGHT.fullmatch(weights[0]) else 0.0
    return weights_by_type


async def _body(request: Request, limit: int) -> bytes:
    """Read the body. Raises BadRequest as soon as it is larger than `limit` bytes."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def _too_large(limit: int) -> BadRequest:
    return BadRequest(f"The request is larger than {limit:,} bytes.", 413)


def _from_body(body: bytes) -> GraphQLRequest:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        message = "The body is not valid JSON, or nested too deeply."
        raise BadRequest(message) from None
    if not isinstance(document, dict):
        message = "The body must be a JSON object with a “query”."
        raise BadRequest(message)
    return _request(document)


def _from_query(parameters: Mapping[str, str]) -> GraphQLRequest:
    document: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        if text := document.pop(name, None):
            try:
                document[name] = orjson.loads(text)
            except orjson.JSONDecodeError:
                message = f"“{name}” is not valid JSON."
                raise BadRequest(message) from None
    return _request(document)


def _request(document: dict[str, Any]) -> GraphQLRequest:
    query, operation_name = document.get("query"), document.get("operationName")
    variables, extensions = _map(document, "variables"), _map(document, "extensions")
    digest = document_hash(document.get("documentId"), extensions)
    if digest is not None and query is None:
        query = ""
    elif not isinstance(query, str) or not query.strip():
        message = "There is no “query”: send a GraphQL document as text."
        raise BadRequest(message)
    if operation_name is not None and not isinstance(operation_name, str):
        message = "“operationName” must be text."
        raise BadRequest(message)
    return GraphQLRequest(query, variables, operation_name or None, document_hash=digest)


def _map(document: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Return a part of the request that is a JSON object, or null. Raises BadRequest."""
    found = document.get(name)
    if found is not None and not isinstance(found, dict):
        message = f"“{name}” must be a JSON object."
        raise BadRequest(message)
    return found
