"""Fetches a JSON document of an identity provider: over TLS, without redirects, and bounded in size and time."""

import asyncio
import json
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import anyio
import httpcore

FETCH_TIMEOUT_S: Final = 5.0
DOCUMENT_LIMIT_BYTES: Final = 256 * 1024
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS: Final = (
    ("accept", "application/json"),
    ("accept-encoding", "identity"),
    ("user-agent", "Tessera-Identity/1"),
)
_CONNECTION_ERRORS: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    # httpcore lets these two through when TLS breaks.
    anyio.EndOfStream,
    OSError,
)


class ProviderFailed(Exception):
    """The identity provider did not answer what was asked; the message says why."""


def secure_url_problem(url: str, *, local: bool) -> str | None:
    """Say why a document must not be fetched from a URL, None if it may: https, or http on this machine if `local`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "it is not a URL"
    if not host or port == 0 or parts.username is not None or parts.fragment or not url.isascii() or " " in url:
        return "it is not a plain URL with a host"
    if parts.scheme == "https" or (parts.scheme == "http" and local and host in LOCAL_HOSTS):
        return None
    return "it does not begin with https://"


async def fetch_document(url: str, *, timeout: float = FETCH_TIMEOUT_S) -> dict[str, Any]:  # noqa: ASYNC109 - of the whole
    """Fetch a JSON object within `timeout` seconds, on a connection of its own. Raises ProviderFailed."""
    try:
        async with asyncio.timeout(timeout):
            content = await _content(url)
    except TimeoutError:
        message = f"{url} did not answer within {timeout:g} seconds"
        raise ProviderFailed(message) from None
    except _CONNECTION_ERRORS as error:
        message = f"{url} cannot be reached ({str(error) or type(error).__name__})"
        raise ProviderFailed(message) from error
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        message = f"{url} did not answer with a JSON object"
        raise ProviderFailed(message)
    return document


async def _content(url: str) -> bytes:
    received = bytearray()
    # Unlike httpx, httpcore follows no redirects and ignores proxies in the environment.
    async with httpcore.AsyncConnectionPool() as pool, pool.stream("GET", url, headers=list(_HEADERS)) as response:
        if response.status != HTTPStatus.OK:
            hint = ", a redirect, which is not followed" if response.status // 100 == 3 else ""  # noqa: PLR2004 - 3xx
            message = f"{url} answered {response.status}{hint}"
            raise ProviderFailed(message)
        async for chunk in response.aiter_stream():
            received += chunk
            if len(received) > DOCUMENT_LIMIT_BYTES:
                message = f"{url} answered more than {DOCUMENT_LIMIT_BYTES:,} bytes"
                raise ProviderFailed(message)
    return bytes(received)
