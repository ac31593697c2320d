"""The routes of pages: the first page, the schema as text, guides, and the files of pages."""

from collections.abc import Sequence
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from strawberry import Schema

from graphql_api.pages.assets import STATIC_PATH, Assets
from schema.build import text_of

# Guides for people who write clients, where the server runs from a checkout.
_DOCS: Final = Path(__file__).parents[2] / "docs"
GUIDES: Final = ("custody", "documents", "epcis", "files", "glossary", "imports", "jobs", "points", "sales")
_TEXT_HEADERS: Final = {"cache-control": "public, max-age=60", "x-content-type-options": "nosniff"}


def page_routes(assets: Assets, schema: Schema, *, development: bool) -> Sequence[Route]:
    """Return the routes; in development, the first page is GraphiQL."""
    # It takes a moment, and is the same ever after.
    text = cache(partial(text_of, schema))
    guides = {name: path for name in GUIDES if (path := _DOCS / f"{name}.md").is_file()}

    async def first_page(request: Request) -> Response:
        if development:
            # Relative, because a proxy may speak TLS and the server not.
            return RedirectResponse(f"{request.scope.get('root_path', '')}/graphql")
        return assets.page(request, "home.html", guides=_guide_links(request, guides))

    async def guide(request: Request) -> Response:
        path = guides.get(request.path_params["name"])
        if path is None:
            raise HTTPException(404)
        return PlainTextResponse(path.read_text(encoding="utf-8"), headers=_TEXT_HEADERS)

    async def schema_document(_request: Request) -> Response:
        return PlainTextResponse(await run_in_threadpool(text), headers=_TEXT_HEADERS)

    return [
        Route("/", first_page),
        Route("/schema.graphql", schema_document),
        Route("/docs/{name}.md", guide),
        Route(f"{STATIC_PATH}/{{name}}", assets.__call__),
    ]


def _guide_links(request: Request, guides: dict[str, Path]) -> str:
    if not guides:
        return ""
    root = escape(request.scope.get("root_path", ""))
    links = ", ".join(f'<a href="{root}/docs/{name}.md">{name}</a>' for name in guides)
    return f"<p>Guides: {links}.</p>"
