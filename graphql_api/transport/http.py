"""GraphQL over HTTP: POST for everything, GET for queries, both media types of the specification.

https://graphql.github.io/graphql-over-http/draft/
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from strawberry import Schema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from domain.requests import BadInput, Unauthenticated
from graphql_api.auth import Authenticator
from graphql_api.context import Environment
from graphql_api.transport.errors import formatted, request_error
from graphql_api.transport.graphiql import from_this_machine, graphiql_page
from resolvers.context import Operation

GRAPHQL_JSON: Final = "application/graphql-response+json"
JSON: Final = "application/json"


class BadRequest(Exception):
    """A request that is no GraphQL request; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class GraphQLRequest(Struct, frozen=True):
    """What a client wants executed."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None


class GraphQLEndpoint:
    """The endpoint `/graphql`. With `tokens`, a browser on this machine is shown GraphiQL, signed in with them."""

    def __init__(
        self,
        schema: Schema,
        environment: Environment,
        authenticator: Authenticator,
        *,
        body_limit: int,
        tokens: Callable[[], Awaitable[Mapping[str, str]]] | None,
    ) -> None:
        self._schema = schema
        self._environment = environment
        self._authenticator = authenticator
        self._body_limit = body_limit
        self._tokens = tokens

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises for what a client did."""
        media_type = _media_type(request)
        if self._tokens and request.method == "GET" and "query" not in request.query_params:
            tokens = await self._tokens() if from_this_machine(request) else {}
            return HTMLResponse(graphiql_page(tokens))
        try:
            wanted = await self._read(request)
            return await self._answer(request, wanted, media_type)
        except BadRequest as bad:
            return _json(request_error(bad.message, BadInput.code), media_type, bad.status)
        except Unauthenticated as refused:
            return _json(request_error(str(refused), refused.code), media_type, 401, {"WWW-Authenticate": "Bearer"})

    async def _read(self, request: Request) -> GraphQLRequest:
        if request.method == "GET":
            return _from_query(request.query_params)
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != JSON:
            message = "Send the request as JSON, with “Content-Type: application/json”."
            raise BadRequest(message, 415)
        return _from_body(await _body(request, self._body_limit))

    async def _answer(self, request: Request, wanted: GraphQLRequest, media_type: str) -> Response:
        operation = self._environment.operation(None)
        try:
            operation.sign_in(await self._authenticator.viewer(operation, request.headers))
            result = await self._execute(operation, wanted, only_queries=request.method == "GET")
        finally:
            await operation.close()
        executed = not isinstance(result, PreExecutionError)
        answer: dict[str, Any] = {"data": result.data} if executed else {}
        if result.errors:
            answer["errors"] = formatted(result.errors, executed=executed)
        status = 200 if executed or media_type == JSON else 400
        return _json(answer, media_type, status)

    async def _execute(self, operation: Operation, wanted: GraphQLRequest, *, only_queries: bool) -> Any:
        kinds = {OperationType.QUERY} if only_queries else {OperationType.QUERY, OperationType.MUTATION}
        try:
            return await self._schema.execute(
                wanted.query,
                variable_values=wanted.variables,
                context_value=operation,
                operation_name=wanted.operation_name,
                allowed_operation_types=kinds,
            )
        except InvalidOperationTypeError:
            message = "GET is for queries; send mutations with POST." if only_queries else "Only queries and mutations."
            raise BadRequest(message, 405 if only_queries else 400) from None
        except CannotGetOperationTypeError as unknown:
            raise BadRequest(unknown.as_http_error_reason()) from None


async def _body(request: Request, limit: int) -> bytes:
    """The body, refused as soon as it grows past `limit`."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            message = f"The request is larger than {limit:,} bytes."
            raise BadRequest(message, 413)
        parts.append(part)
    return b"".join(parts)


def _from_body(body: bytes) -> GraphQLRequest:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        message = "The body is not valid JSON."
        raise BadRequest(message) from None
    if not isinstance(document, dict):
        message = "The body must be a JSON object with a “query”."
        raise BadRequest(message)
    return _request(document.get("query"), document.get("variables"), document.get("operationName"))


def _from_query(parameters: Mapping[str, str]) -> GraphQLRequest:
    variables: Any = None
    if text := parameters.get("variables"):
        try:
            variables = orjson.loads(text)
        except orjson.JSONDecodeError:
            message = "“variables” is not valid JSON."
            raise BadRequest(message) from None
    return _request(parameters.get("query"), variables, parameters.get("operationName"))


def _request(query: object, variables: object, operation_name: object) -> GraphQLRequest:
    if not isinstance(query, str) or not query.strip():
        message = "There is no “query”: send a GraphQL document as text."
        raise BadRequest(message)
    if variables is not None and not isinstance(variables, dict):
        message = "“variables” must be a JSON object."
        raise BadRequest(message)
    if operation_name is not None and not isinstance(operation_name, str):
        message = "“operationName” must be text."
        raise BadRequest(message)
    return GraphQLRequest(query, variables, operation_name or None)


def _media_type(request: Request) -> str:
    return GRAPHQL_JSON if GRAPHQL_JSON in request.headers.get("accept", "") else JSON


def _json(answer: dict[str, Any], media_type: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    content_type = f"{media_type}; charset=utf-8"
    return Response(orjson.dumps(answer), status, {"content-type": content_type, **(headers or {})})
