"""GraphiQL for development: documentation, an editor, and for this machine a token and an example for every role."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from domain.permissions import Role
from graphql_api.pages.assets import STATIC, Assets

# How the page calls a client that is not signed in.
NOBODY: Final = "NOBODY"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class GraphiQL:
    """The page; `tokens` returns the tokens of development by role."""

    def __init__(self, assets: Assets, tokens: Callable[[], Awaitable[Mapping[str, str]]]) -> None:
        self._assets = assets
        self._tokens = tokens

    async def page(self, request: Request) -> Response:
        """Answer with the page, which holds tokens only for a browser on this machine."""
        tokens = await self._tokens() if _from_this_machine(request) else {}
        endpoint = f"{request.scope.get('root_path', '')}/graphql"
        setup = {"tokens": dict(tokens), "examples": examples(), "endpoint": endpoint}
        # Within a script element, a “<” could end it.
        text = orjson.dumps(setup).decode().replace("<", "\\u003c")
        return self._assets.page(request, "graphiql.html", setup=text)


def examples() -> dict[str, str]:
    """Return an example for each role, and one for nobody."""
    names = (*(role.value for role in Role), NOBODY)
    return {name: (STATIC / "examples" / f"{name}.graphql").read_text(encoding="utf-8") for name in names}


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page, and not a client for an answer."""
    asks = request.query_params.keys() & {"query", "documentId", "extensions"}
    return request.method != "POST" and not asks and "text/html" in request.headers.get("accept", "").lower()


def _from_this_machine(request: Request) -> bool:
    """Whether both ends are this machine. The host name matters too: another site could resolve to this machine."""
    return request.url.hostname in _LOOPBACK and request.client is not None and request.client.host in _LOOPBACK
