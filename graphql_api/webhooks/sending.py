"""Sends one webhook to one endpoint, and describes a failure in a sentence."""

import asyncio
import os
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import anyio
import httpcore
from httpcore import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream
from msgspec import Struct

from domain.webhooks.addresses import Network, url_problems
from graphql_api.webhooks.addresses import AddressDenied, HostUnknown, public_addresses

CONNECT_TIMEOUT_S: Final = 5.0
ATTEMPT_TIMEOUT_S: Final = 10.0
ANSWER_LIMIT_BYTES: Final = 64 * 1024
# Shorter than servers keep idle connections, so that none is used while its server closes it.
IDLE_TIMEOUT_S: Final = 2.0
IDLE_CONNECTIONS_LIMIT: Final = 20
ADDRESSES_LIMIT: Final = 4

_DEFAULT_HEADERS: Final = {"content-type": "application/json", "user-agent": "Tessera-Webhooks/1"}
# These headers frame and route the message, so callers may not set them.
_OWN_HEADERS: Final = frozenset(
    {"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_FAILURE_ERRORS: Final = (
    AddressDenied,
    HostUnknown,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    TimeoutError,
    # httpcore lets these two through when TLS breaks.
    anyio.EndOfStream,
    OSError,
)


class Outcome(Struct, frozen=True):
    """The outcome of one attempt: the HTTP status of an answer, a sentence for a failure, and the seconds it took.

    `retry_after` is the header of that name, as the endpoint sent it.
    """

    status: int | None
    error: str | None
    seconds: float
    retry_after: str | None = None

    @property
    def delivered(self) -> bool:
        """Whether the endpoint has accepted the message: any 2xx."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def gone(self) -> bool:
        """Whether the endpoint asks never to be called again."""
        return self.status == HTTPStatus.GONE


class WebhookSender:
    """Posts to public addresses only; many tasks of one event loop may use the same sender at once."""

    def __init__(
        self,
        *,
        https_only: bool = True,
        allowed: Sequence[Network] = (),
        connect_timeout: float = CONNECT_TIMEOUT_S,
        timeout: float = ATTEMPT_TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Timeouts are in seconds; `timeout` covers a whole attempt. The default of `tls` trusts the usual authorities.

        `allowed` networks may be called although they are not public, for developers and tests.
        """
        self._https_only = https_only
        self._allowed = tuple(allowed)
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        # Unlike httpx, this pool ignores proxies in the environment. The caller limits open connections: a queue here
        # would use up the time of waiting attempts.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpcore.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS_LIMIT,
            keepalive_expiry=IDLE_TIMEOUT_S,
            network_backend=GuardedBackend(self._allowed),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send a body once, without following redirects. The outcome includes every failure of endpoint or network.

        Only the status counts: the rest of the answer is discarded, and may be long, slow, or broken. `headers` are
        added to a JSON content type.

        Raises:
            ValueError: A header is not one line of ASCII characters, or is one that HTTP itself sets.
        """
        fields = _fields(headers)
        started = monotonic()
        error = url_problems(url, https_only=self._https_only, allowed=self._allowed)
        status: int | None = None
        retry_after: str | None = None
        if error is None:
            try:
                async with asyncio.timeout(self._timeout), self._stream(url, fields, body) as response:
                    status, retry_after = response.status, _retry_after(response)
                    await _discard(response)
            except _FAILURE_ERRORS as failure:
                error = self._sentence(failure)
        if status is not None:
            error = _verdict(status)
        return Outcome(status, error, monotonic() - started, retry_after=retry_after)

    async def close(self) -> None:
        """Close every connection; running attempts fail."""
        await self._pool.aclose()

    def _stream(
        self, url: str, fields: Mapping[str, str], body: bytes
    ) -> AbstractAsyncContextManager[httpcore.Response]:
        """Start the attempt, with the URL parsed as `url_problems` parses it: httpcore parses some differently."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        shown = f"[{host}]" if ":" in host else host
        query = f"?{parts.query}" if parts.query else ""
        target = httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=f"{parts.path or '/'}{query}")
        lines = [("host", shown if parts.port is None else f"{shown}:{parts.port}"), *fields.items()]
        # The timeout of the attempt covers reading and writing.
        extensions = {"timeout": {"connect": self._connect_timeout}}
        return self._pool.stream("POST", target, headers=lines, content=body, extensions=extensions)

    def _sentence(self, failure: BaseException) -> str:
        if isinstance(failure, AddressDenied | HostUnknown):
            return str(failure)
        if isinstance(failure, httpcore.ConnectTimeout):
            return f"No connection within {self._connect_timeout:g} seconds."
        if isinstance(failure, httpcore.TimeoutException | TimeoutError):
            return f"No answer within {self._timeout:g} seconds."
        return _broken(failure)


class GuardedBackend(AsyncNetworkBackend):
    """Opens connections only to the addresses that were checked, so that a second DNS answer cannot redirect them.

    TLS still expects the certificate of the name, which httpcore passes on.
    """

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed
        self._backend = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address that answers, within `timeout` seconds for all of them together.

        Raises:
            AddressDenied: Webhooks must not call the host.
            HostUnknown: It has no address.
            httpcore.ConnectError: No address accepts a connection.
            httpcore.ConnectTimeout: None did so in time.
        """
        limit = CONNECT_TIMEOUT_S if timeout is None else timeout
        ends = monotonic() + limit
        addresses = await public_addresses(host, port, self._allowed, within=limit)
        left = addresses[:ADDRESSES_LIMIT]
        while True:
            address = left.pop(0)
            share = max(0.0, ends - monotonic()) / (len(left) + 1)
            try:
                return await self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not left:
                    raise

    async def sleep(self, seconds: float) -> None:
        """Pause between attempts to connect."""
        await self._backend.sleep(seconds)


def _fields(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers to send, by lower-case name. Raises ValueError."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"The header {name!r} cannot be sent.")
    return _DEFAULT_HEADERS | {name.lower(): value for name, value in headers.items()}


def _retry_after(response: httpcore.Response) -> str | None:
    found = (value for name, value in response.headers if name.lower() == b"retry-after")
    return next((value.decode("latin-1") for value in found), None)


async def _discard(response: httpcore.Response) -> None:
    """Read an answer to its end, so that the connection can be reused, but no further than the limit."""
    size = 0
    async for chunk in response.aiter_stream():
        size += len(chunk)
        if size > ANSWER_LIMIT_BYTES:
            return


def _verdict(status: int) -> str | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"The endpoint answered {status}, a redirect, which webhooks never follow."
    if status == HTTPStatus.GONE:
        return f"The endpoint answered {status}: it wants no more webhooks."
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"The endpoint answered {status}: it gets too many requests."
    return f"The endpoint answered {status}."


def _broken(failure: BaseException) -> str:
    """Return the sentence for a connection that failed or broke."""
    causes = list(_causes(failure))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The certificate is not valid: {cause.verify_message.rstrip('.')}."
        if isinstance(cause, ssl.SSLError):
            return f"No secure connection: {(cause.reason or 'unknown reason').replace('_', ' ').lower()}."
    if isinstance(failure, httpcore.ConnectError):
        numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno]
        reason = f": {os.strerror(numbers[0]).lower()}" if numbers else ""
        return f"The endpoint cannot be reached{reason}."
    if isinstance(failure, httpcore.RemoteProtocolError) and len(causes) > 1:
        return "The endpoint answered something that is not HTTP/1.1."
    return "The endpoint closed the connection without an answer."


def _causes(failure: BaseException) -> Iterator[BaseException]:
    """Yield a failure and its causes, the first cause last."""
    cause: BaseException | None = failure
    while cause is not None:
        yield cause
        # httpcore passes the original error as an argument and raises `from None`.
        made_from = cause.args[0] if cause.args else None
        cause = made_from if isinstance(made_from, BaseException) else cause.__cause__
