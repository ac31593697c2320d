"""`GET /documents/<kind>/{link}`: a shipping document as PDF, for the account of a signed link."""

from collections.abc import Mapping
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.files.names import attachment_header
from domain.links import LinkKind
from domain.permissions import Permission
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.documents.rendering import Renderer
from graphql_api.files.credentials import (
    LinkMessages,
    rejection_of,
    rejection_response,
    sign_in_by_link,
)
from graphql_api.transport.requests import request_id
from resolvers.documents.contents import DOCUMENTS, Draft
from resolvers.documents.loaders import DOCUMENT_PATHS

_MESSAGES: Final = LinkMessages(
    remedy="Request a new link.",
    access_lost="The account of this link may not see this document. Ask an administrator.",
)
_HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "private, no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class ShippingDocuments:
    """The endpoint of shipping documents of one kind."""

    def __init__(
        self, environment: Environment, authenticator: Authenticator, *, renderer: Renderer, kind: LinkKind
    ) -> None:
        self._environment = environment
        self._authenticator = authenticator
        self._renderer = renderer
        self._kind = kind

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises because of a client."""
        reference = request_id(request.headers)
        with structlog.contextvars.bound_contextvars(request_id=reference):
            try:
                response = await self._answer(request)
            except Exception as error:  # noqa: BLE001 - bugs are raised again
                response = rejection_response(rejection_of(error, _MESSAGES))
        response.headers["x-request-id"] = reference
        return response

    async def _answer(self, request: Request) -> Response:
        document = await self._load(request)
        headers = {**_HEADERS, "content-disposition": attachment_header(document.name)}
        # A preview of the link asks for the headers only, so nothing is set for it.
        content = b"" if request.method == "HEAD" else await self._renderer.render(document)
        response = Response(content, headers=headers, media_type="application/pdf")
        if request.method == "HEAD":
            del response.headers["content-length"]
        return response

    async def _load(self, request: Request) -> Draft:
        """Load the document of the link, if its account may see it now. Raises Rejected and RequestError."""
        operation = self._environment.operation(None, fresh=True)
        try:
            link = await sign_in_by_link(operation, self._authenticator, request, self._kind, _MESSAGES)
            operation.require(Permission.CONSIGNMENT_READ)
            return await DOCUMENTS[self._kind](operation, link.subject_id)
        finally:
            await operation.close()


def document_routes(environment: Environment, authenticator: Authenticator, renderer: Renderer) -> list[Route]:
    """The routes of all kinds of shipping documents."""
    return [
        Route(
            f"{path}/{{link}}",
            ShippingDocuments(environment, authenticator, renderer=renderer, kind=kind).__call__,
            methods=["GET"],
        )
        for kind, path in DOCUMENT_PATHS.items()
    ]
