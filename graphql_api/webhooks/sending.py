"""Sends one webhook to one endpoint, and says in a sentence what became of it."""

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
from graphql_api.webhooks.addresses import AddressRefused, HostUnknown, public_addresses

CONNECT_SECONDS: Final = 5.0
EXCHANGE_SECONDS: Final = 10.0
BODY_LIMIT: Final = 64 * 1024
# Shorter than servers keep an idle connection, so that none is used while it is being closed.
IDLE_SECONDS: Final = 2.0
IDLE_CONNECTIONS: Final = 20
ADDRESSES_TRIED: Final = 4

_DEFAULTS: Final = {"content-type": "application/json", "user-agent": "Tessera-Webhooks/1"}
# They say where a message ends and who receives it, which is not for callers to decide.
_OWN_HEADERS: Final = frozenset(
    {"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_FAILURES: Final = (
    AddressRefused,
    HostUnknown,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    TimeoutError,
    # These two pass through httpcore when TLS breaks in the middle.
    anyio.EndOfStream,
    OSError,
)


class Outcome(Struct, frozen=True):
    """What became of one attempt: the HTTP status if there was an answer, a sentence if it failed, how long it took."""

    status: int | None
    error: str | None
    seconds: float

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
        connect_timeout: float = CONNECT_SECONDS,
        timeout: float = EXCHANGE_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Timeouts are in seconds, `timeout` that of a whole attempt; `tls` trusts the usual authorities if not given.

        `allowed` are networks that may be called although they are not public, for developers and tests.
        """
        self._https_only = https_only
        self._allowed = tuple(allowed)
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        # Unlike those of httpx, its pools take no proxy from the environment. How many connections are open at once
        # is for the caller to limit: a queue in here would use up the time of those that wait.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpcore.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=GuardedBackend(self._allowed),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send a body once, and follow no redirect. Whatever the endpoint and the network do is in the outcome.

        The status is what counts: the rest of the answer is thrown away, and may be long, slow or broken. `headers`
        come on top of a JSON content type.

        Raises:
            ValueError: A header is not one line of ASCII characters, or is one that HTTP itself sets.
        """
        fields = _fields(headers)
        started = monotonic()
        error = url_problems(url, https_only=self._https_only, allowed=self._allowed)
        status: int | None = None
        if error is None:
            try:
                async with asyncio.timeout(self._timeout), self._stream(url, fields, body) as response:
                    status = response.status
                    await _discard(response)
            except _FAILURES as failure:
                error = self._sentence(failure)
        if status is not None:
            error = _verdict(status)
        return Outcome(status, error, monotonic() - started)

    async def close(self) -> None:
        """Close every connection; attempts that are under way fail."""
        await self._pool.aclose()

    def _stream(
        self, url: str, fields: Mapping[str, str], body: bytes
    ) -> AbstractAsyncContextManager[httpcore.Response]:
        """The exchange, with the URL taken apart as `url_problems` has read it: httpcore reads some differently."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        shown = f"[{host}]" if ":" in host else host
        query = f"?{parts.query}" if parts.query else ""
        target = httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=f"{parts.path or '/'}{query}")
        lines = [("host", shown if parts.port is None else f"{shown}:{parts.port}"), *fields.items()]
        # Reading and writing end with the whole attempt.
        extensions = {"timeout": {"connect": self._connect_timeout}}
        return self._pool.stream("POST", target, headers=lines, content=body, extensions=extensions)

    def _sentence(self, failure: BaseException) -> str:
        if isinstance(failure, AddressRefused | HostUnknown):
            return str(failure)
        if isinstance(failure, httpcore.ConnectTimeout):
            return f"No connection within {self._connect_timeout:g} seconds."
        if isinstance(failure, httpcore.TimeoutException | TimeoutError):
            return f"No answer within {self._timeout:g} seconds."
        return _broken(failure)


class GuardedBackend(AsyncNetworkBackend):
    """Opens connections to the very addresses that were checked, so that a name cannot change its mind in between.

    TLS still expects the certificate of the name, which httpcore asks for.
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
            AddressRefused: The host may not be called.
            HostUnknown: It has no address.
            httpcore.ConnectError: No address accepts a connection.
            httpcore.ConnectTimeout: None did so in time.
        """
        limit = CONNECT_SECONDS if timeout is None else timeout
        ends = monotonic() + limit
        addresses = await public_addresses(host, port, self._allowed, within=limit)
        left = addresses[:ADDRESSES_TRIED]
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
    """The headers to send, by their names in lower case."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the header {name!r} cannot be sent")
    return _DEFAULTS | {name.lower(): value for name, value in headers.items()}


async def _discard(response: httpcore.Response) -> None:
    """Read an answer to its end, so that the connection can be used again, but no further than the limit."""
    size = 0
    async for chunk in response.aiter_stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            return


def _verdict(status: int) -> str | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"The endpoint answered {status}, a redirect, which webhooks never follow."
    if status == HTTPStatus.GONE:
        return f"The endpoint answered {status}: it wants no more webhooks."
    return f"The endpoint answered {status}."


def _broken(failure: BaseException) -> str:
    """What to say of a connection that was not made, or did not last."""
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
    """A failure, what it was made from, and so on to the first one."""
    cause: BaseException | None = failure
    while cause is not None:
        yield cause
        # What httpcore translates becomes the argument of its own error, which it then raises `from None`.
        made_from = cause.args[0] if cause.args else None
        cause = made_from if isinstance(made_from, BaseException) else cause.__cause__
