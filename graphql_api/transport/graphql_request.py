"""What a request of GraphQL over HTTP holds, and the failure of an HTTP request that is none."""

from typing import Any

from msgspec import Struct

from domain.requests import BadArgument


class BadRequest(Exception):
    """An HTTP request that is not a GraphQL request; the message says why."""

    def __init__(self, message: str, status: int = 400, *, code: str = BadArgument.code) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


class GraphQLRequest(Struct, frozen=True):
    """A document to execute, with its variables and the name of the operation.

    `document_hash` is the hash by which the client knows the document; `query` may then be empty until it is found.
    """

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    document_hash: str | None = None
