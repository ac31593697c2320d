"""Answers to requests for which the server has no address or no method: JSON, as all other errors."""

from typing import Final

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from domain.requests import BadArgument
from graphql_api.errors import request_error

NOT_FOUND: Final = "NOT_FOUND"
METHOD_NOT_ALLOWED: Final = "METHOD_NOT_ALLOWED"
_NO_ADDRESS: Final = "The server has nothing at this address. The GraphQL API is at /graphql."


async def unanswered(_request: Request, exception: Exception) -> Response:
    """Answer for an address or a method that nothing serves."""
    if not isinstance(exception, HTTPException):
        raise exception
    headers = dict(exception.headers or {})
    if exception.status_code == 404:  # noqa: PLR2004 - HTTP's
        answer = request_error(_NO_ADDRESS, NOT_FOUND)
    elif allowed := sorted(headers.pop("Allow", "").replace(",", " ").split()):
        headers["Allow"] = ", ".join(allowed)
        message = f"This address does not take this method. It takes {headers['Allow']}."
        answer = request_error(message, METHOD_NOT_ALLOWED)
    else:
        answer = request_error(exception.detail, BadArgument.code)
    headers["content-type"] = "application/json; charset=utf-8"
    return Response(orjson.dumps(answer), exception.status_code, headers)
