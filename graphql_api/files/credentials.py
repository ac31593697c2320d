"""Signed links of requests with files: the account behind a link, and the answers that deny it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from db.sessions import TransactionConflict
from domain.audit.stored_facts import DenialReason
from domain.failures import NotFound
from domain.files.failures import FilesUnavailable
from domain.links import InvalidLink, Link, LinkExpired, LinkKind
from domain.requests import Forbidden, Overloaded, RequestError, Unauthenticated
from graphql_api.auth import Authenticator
from graphql_api.errors import request_error
from graphql_api.transport.requests import read_origin
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.files.record_denied_link import record_denied_link
from resolvers.retrying import retry_conflicts

_HEADERS: Final[Mapping[str, str]] = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_log = structlog.get_logger("tessera.files")


class Rejected(Exception):
    """A request is not answered with success; the message says why, and `headers` belong to the answer."""

    def __init__(self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class LinkMessages(Struct, frozen=True):
    """The sentences about links of one kind: what to do about a wrong one, and what a lost permission means."""

    remedy: str
    access_lost: str


async def sign_in_by_link(
    operation: Operation, authenticator: Authenticator, request: Request, kind: LinkKind, messages: LinkMessages
) -> Link:
    """Open the link in the path of a request, and sign its account in.

    Links are followed without headers, so the link is the credential. If the request also has a token or an API key,
    that must be of the same account. Raises Rejected and RequestError.
    """
    link, expired = _open(operation, request.path_params["link"], kind, messages)
    operation.origin = read_origin(request)
    sender = await authenticator.viewer(operation, request.headers)
    if sender is not None and sender.viewer.account_id != link.account_id:
        await record_denial(operation, link, DenialReason.OTHER_ACCOUNT, actor_id=sender.viewer.account_id)
        message = "This link belongs to another account. Request a link of your own."
        raise Rejected(403, "FORBIDDEN", message)
    viewer = (await load_viewers(operation, [link.account_id])).get(link.account_id)
    if viewer is None:
        await record_denial(operation, link, DenialReason.ACCOUNT_DISABLED)
        raise Rejected(403, "FORBIDDEN", "The account of this link is disabled.")
    if expired:
        await record_denial(operation, link, DenialReason.EXPIRED)
        raise Rejected(410, "LINK_EXPIRED", f"This link has expired. {messages.remedy}")
    operation.sign_in(viewer)
    return link


async def record_denial(
    operation: Operation, link: Link, reason: DenialReason, *, actor_id: UUID | None = None
) -> None:
    """Record that a genuine link did not open. The actor is its account, or the one that sent it instead."""
    await retry_conflicts(lambda: record_denied_link(operation, link, reason, actor_id=actor_id or link.account_id))


def _open(operation: Operation, text: str, kind: LinkKind, messages: LinkMessages) -> tuple[Link, bool]:
    try:
        return operation.links.open(text, kind, operation.now), False
    except LinkExpired as expired:
        return expired.link, True
    except InvalidLink:
        message = f"This link is not valid: it is incomplete, or it was changed. {messages.remedy}"
        raise Rejected(403, "LINK_INVALID", message) from None


def rejection_of(error: Exception, messages: LinkMessages) -> Rejected:
    """Return the answer to an error that a request caused. Raises the error again if it is a bug."""
    match error:
        case Forbidden():
            return Rejected(403, "FORBIDDEN", messages.access_lost)
        case NotFound():
            return Rejected(404, "NOT_FOUND", f"{error.message} {messages.remedy}")
    return rejection_of_any(error)


def rejection_of_any(error: Exception) -> Rejected:
    """Return the answer to an error that any request for a file may cause. Raises the error again if it is a bug."""
    match error:
        case Rejected():
            return error
        case Unauthenticated():
            return Rejected(401, error.code, str(error), headers={"www-authenticate": "Bearer"})
        case FilesUnavailable():
            return Rejected(503, "SERVICE_UNAVAILABLE", error.message)
        case RequestError():
            return Rejected(503, error.extensions["code"], str(error), headers={"retry-after": "1"})
        case TransactionConflict():
            return Rejected(503, Overloaded.code, str(Overloaded()), headers={"retry-after": "1"})
    raise error


def rejection_response(rejected: Rejected) -> Response:
    """Write an answer that is no success as JSON."""
    _log.info("file request rejected", code=rejected.code, status=rejected.status)
    body = orjson.dumps(request_error(rejected.message, rejected.code))
    return Response(body, rejected.status, {**_HEADERS, **rejected.headers})


def json_response(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Write an answer as JSON."""
    return Response(orjson.dumps(content), status, {**_HEADERS, **(headers or {})})
