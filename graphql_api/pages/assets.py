"""Files that pages load, each under a name with a hash of its content, so that browsers may keep it forever."""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

STATIC: Final = Path(__file__).parents[1] / "static"
STATIC_PATH: Final = "/static"
# What every page needs, and what GraphiQL needs.
SITE_FILES: Final = ("site.css",)
VENDORED_FILES: Final = (
    "graphiql.min.css",
    "graphiql.min.js",
    "react-dom.production.min.js",
    "react.production.min.js",
)
GRAPHIQL_FILES: Final = (*VENDORED_FILES, "graphiql.js", *SITE_FILES)
# Scripts and styles come from this server alone; a page that holds tokens is in no frame and sends nothing elsewhere.
# GraphiQL sets styles on elements, and its fonts are within its style sheet.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cache-control": "no-store",
        "content-security-policy": _POLICY,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
)
_FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final[Mapping[str, str]] = {".css": "text/css", ".js": "text/javascript"}
_HASH_DIGITS: Final = 16


class Asset(Struct, frozen=True):
    """A file, and its address below the root of the server."""

    address: str
    content: bytes
    media_type: str


class Assets:
    """The files of the given names; GraphiQL's are served in development only."""

    def __init__(self, names: Iterable[str]) -> None:
        found = {name: _asset(name) for name in names}
        self._addresses = {name: asset.address for name, asset in found.items()}
        self._assets = {asset.address: asset for asset in found.values()}

    @property
    def addresses(self) -> Iterable[str]:
        """The addresses of the files."""
        return self._assets

    def page(self, request: Request, template: str, **values: str) -> HTMLResponse:
        """Fill in a template: addresses of files in `{{name}}`, and `values`, which are HTML."""
        root = escape(request.scope.get("root_path", ""))
        text = (STATIC / template).read_text(encoding="utf-8")
        for name, address in self._addresses.items():
            text = text.replace(f"{{{{{name}}}}}", f"{root}{address}")
        for name, value in {"root": root, **values}.items():
            text = text.replace(f"{{{{{name}}}}}", value)
        return HTMLResponse(text, headers=dict(PAGE_HEADERS))

    async def __call__(self, request: Request) -> Response:
        """Answer with a file. Raises HTTPException for an address without one."""
        asset = self._assets.get(f"{STATIC_PATH}/{request.path_params['name']}")
        if asset is None:
            raise HTTPException(404)
        headers = {"cache-control": _FOREVER, "x-content-type-options": "nosniff"}
        return Response(asset.content, media_type=asset.media_type, headers=headers)


@cache
def _asset(name: str) -> Asset:
    content = (STATIC / name).read_bytes()
    stem, _, ending = name.rpartition(".")
    digest = sha256(content).hexdigest()[:_HASH_DIGITS]
    return Asset(f"{STATIC_PATH}/{stem}-{digest}.{ending}", content, media_type=_TYPES[f".{ending}"])
