"""`GET /downloads/codes?link=…`: the codes of a consignment as CSV, for the holder of a signed link.

Browsers follow links without headers, so the link is the credential. It is bound to its account, whose access is
checked again. If the request also has a token or an API key, that must be of the same account.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
import structlog
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from db.sessions import TransactionConflict
from domain.audit.stored_facts import DenialReason
from domain.coupons.downloads import CodesDenied
from domain.coupons.failures import CouponKeysMissing
from domain.failures import Failure, NotFound
from domain.links import InvalidLink, Link, LinkExpired, LinkKind
from domain.permissions import Permission
from domain.requests import Overloaded, RequestError, Unauthenticated
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.downloads.stream import CodeStream
from graphql_api.errors import request_error
from graphql_api.transport.requests import read_origin, request_id
from resolvers.accounts.viewers import load_viewers
from resolvers.context import Operation
from resolvers.downloads.open_codes import OpenedCodes, open_codes, record_denied
from resolvers.retrying import retry_conflicts

_HEADERS: Final[Mapping[str, str]] = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}
_AGAIN: Final = "Request a new link."


class _Denied(Exception):
    """The link does not open; the message says why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class _Denial(Struct, frozen=True):
    """How one reason is answered."""

    status: int
    code: str
    message: str


_DENIALS: Final[Mapping[DenialReason, _Denial]] = {
    DenialReason.EXPIRED: _Denial(410, "LINK_EXPIRED", f"This link has expired. {_AGAIN}"),
    DenialReason.OTHER_ACCOUNT: _Denial(
        403, "FORBIDDEN", "This link belongs to another account. Request a link of your own."
    ),
    DenialReason.ACCOUNT_DISABLED: _Denial(403, "FORBIDDEN", "The account of this link is disabled."),
    DenialReason.ACCESS_LOST: _Denial(
        403, "FORBIDDEN", "The account of this link may no longer download these codes. Ask an administrator."
    ),
}

_log = structlog.get_logger("tessera.downloads")


class CodeDownloads:
    """The endpoint of downloads of codes."""

    def __init__(self, environment: Environment, authenticator: Authenticator) -> None:
        self._environment = environment
        self._authenticator = authenticator

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises because of a client."""
        reference = request_id(request.headers)
        with structlog.contextvars.bound_contextvars(request_id=reference):
            response = await self._respond(request)
        response.headers["x-request-id"] = reference
        return response

    async def _respond(self, request: Request) -> Response:
        if request.method != "GET":
            # Starlette adds HEAD to GET. Programs that preview links send it, and it must not count as a download.
            message = "Send a GET request to download the codes."
            return _error(405, "METHOD_NOT_ALLOWED", message, allow="GET")
        operation = self._environment.operation(None)
        operation.origin = read_origin(request)
        try:
            opened = await self._open(operation, request)
        except _Denied as denied:
            _log.info("download denied", code=denied.code)
            return _error(denied.status, denied.code, denied.message)
        except Unauthenticated as rejection:
            return _error(401, rejection.code, str(rejection), www_authenticate="Bearer")
        except RequestError as rejection:
            return _error(503, rejection.extensions["code"], str(rejection), retry_after="1")
        except TransactionConflict:
            return _error(503, Overloaded.code, str(Overloaded()), retry_after="1")
        finally:
            await operation.close()
        return CodeStream(self._environment, opened, operation.origin)

    async def _open(self, operation: Operation, request: Request) -> OpenedCodes:
        """Check the link and begin the download. Raises _Denied and RequestError."""
        link, expired = self._read_link(operation, request.query_params.get("link", ""))
        sender = await self._authenticator.viewer(operation, request.headers)
        if sender is not None and sender.viewer.account_id != link.account_id:
            # The one who tried is known, and is the actor of the entry.
            operation.sign_in(sender.viewer)
            raise await self._deny(operation, link, DenialReason.OTHER_ACCOUNT)
        viewer = (await load_viewers(operation, [link.account_id])).get(link.account_id)
        if viewer is None:
            raise await self._deny(operation, link, DenialReason.ACCOUNT_DISABLED)
        operation.sign_in(viewer)
        if expired:
            raise await self._deny(operation, link, DenialReason.EXPIRED)
        if not viewer.may(Permission.CODES_DOWNLOAD):
            raise await self._deny(operation, link, DenialReason.ACCESS_LOST)
        try:
            return await retry_conflicts(lambda: open_codes(operation, link))
        except (NotFound, CodesDenied):
            raise await self._deny(operation, link, DenialReason.ACCESS_LOST) from None
        except CouponKeysMissing as missing:
            raise _Denied(503, "SERVICE_UNAVAILABLE", missing.message) from None
        except Failure as failure:
            raise await self._deny(operation, link, DenialReason.STATE_CHANGED, failure) from None

    @staticmethod
    def _read_link(operation: Operation, text: str) -> tuple[Link, bool]:
        """The link, and whether it has expired. Raises _Denied for one that this server did not sign."""
        try:
            return operation.links.open(text, LinkKind.COUPON_CODES, operation.now), False
        except LinkExpired as expired:
            return expired.link, True
        except InvalidLink:
            message = f"This link is not valid: it is incomplete, or it was changed. {_AGAIN}"
            raise _Denied(403, "LINK_INVALID", message) from None

    @staticmethod
    async def _deny(operation: Operation, link: Link, reason: DenialReason, failure: Failure | None = None) -> _Denied:
        """Record the denial and return it."""
        actor_id = operation.viewer.account_id if reason is DenialReason.OTHER_ACCOUNT else link.account_id
        await retry_conflicts(lambda: record_denied(operation, link, reason, actor_id=actor_id))
        if failure is not None:
            return _Denied(409, failure.code.value, failure.message)
        denial = _DENIALS[reason]
        return _Denied(denial.status, denial.code, denial.message)


def _error(status: int, code: str, message: str, **headers: str) -> Response:
    named: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(orjson.dumps(request_error(message, code)), status, {**_HEADERS, **named})
