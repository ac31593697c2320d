"""GraphiQL for development: documentation, an editor, and a token for every role, for this machine only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson
from starlette.requests import Request

_PAGE: Final = Path(__file__).with_name("graphiql.html")
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_FIRST_QUERY: Final = """# Your work queues, and the schemes that changed last.
query LandingPage {
  workQueues { key label count oldestSince }
  schemes(first: 10) {
    totalCount
    nodes { code title statusLabel progress stage { kind waitingOn since } }
  }
}
"""


def graphiql_page(tokens: Mapping[str, str]) -> str:
    """Return the page, with tokens by role."""
    page = _PAGE.read_text(encoding="utf-8")
    page = page.replace("/*TOKENS*/ {}", orjson.dumps(dict(tokens)).decode())
    return page.replace('/*QUERY*/ ""', orjson.dumps(_FIRST_QUERY).decode())


def from_this_machine(request: Request) -> bool:
    """Whether both ends are this machine. The host name matters too: another site could resolve to this machine."""
    return request.url.hostname in _LOOPBACK and request.client is not None and request.client.host in _LOOPBACK
