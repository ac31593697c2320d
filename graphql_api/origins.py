"""Cross-origin requests: which web pages of other hosts may call the API from a browser.

The API has no cookies, so a page that is allowed gets only what the token that it sends may read.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

ANY_ORIGIN: Final = "*"
# How long browsers may remember the answer to a preflight, in seconds: none keeps it longer than a day.
MAX_AGE_S: Final = 86_400
# Headers of answers that scripts may read, besides those that browsers always show.
EXPOSED_HEADERS: Final = (
    "Content-Disposition",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "Upload-Complete",
    "Upload-Limit",
    "Upload-Offset",
    "WWW-Authenticate",
    "X-Request-Id",
)
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Origins(Struct, frozen=True):
    """The origins whose pages may call: those that are `named`, and on a developer's machine every local one."""

    named: frozenset[str]
    local: bool

    def allow(self, origin: str) -> bool:
        """Whether pages of this origin may call."""
        return ANY_ORIGIN in self.named or origin in self.named or (self.local and _is_local(origin))

    def allow_socket(self, headers: Headers) -> bool:
        """Whether a WebSocket may be opened. Browsers send its `Origin` and enforce nothing themselves: RFC 6455, 10.2.

        Programs that are no browsers send none. A page of this server's own host may always connect.
        """
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc == headers.get("host") or self.allow(origin)


class OpenApplication(Starlette):
    """An application that lets pages of some origins read every answer, errors included."""

    def __init__(self, origins: Origins, **given: Any) -> None:
        self._origins = origins
        super().__init__(**given)

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap everything: Starlette answers for errors outside of its own middleware."""
        return _CrossOrigin(super().build_middleware_stack(), self._origins)


class _CrossOrigin(CORSMiddleware):
    """Starlette's middleware, with origins that are computed and a sentence for an origin that is not allowed."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        super().__init__(
            app, allow_methods=_METHODS, allow_headers="*", expose_headers=EXPOSED_HEADERS, max_age=MAX_AGE_S
        )
        self._origins = origins

    def is_allowed_origin(self, origin: str) -> bool:
        return self._origins.allow(origin)

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if self.is_allowed_origin(request_headers["origin"]):
            return response
        message = "Pages of this origin may not call this server: add the origin to TESSERA_ALLOWED_ORIGINS.\n"
        return PlainTextResponse(message, status_code=400, headers={"Vary": response.headers["vary"]})


def origin_problem(origin: str) -> str | None:
    """Say what is wrong with an origin in the settings; None if nothing is."""
    if origin == ANY_ORIGIN:
        return None
    parts = urlsplit(origin)
    is_origin = parts.scheme in {"http", "https"} and parts.hostname and origin == f"{parts.scheme}://{parts.netloc}"
    if is_origin and "@" not in parts.netloc and origin == origin.lower():
        return None
    return f"“{origin}” is no origin: write the scheme, the host, and a port if it is not the usual one, in lower case"


def _is_local(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and (host in _LOCAL_HOSTS or host.endswith(".localhost"))
