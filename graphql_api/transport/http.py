"""GraphQL over HTTP: POST for everything, GET for queries, both media types of the specification.

https://graphql.github.io/graphql-over-http/draft/
"""

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from domain.accounts.identities import Newcomer
from domain.requests import (
    DatabaseUnavailable,
    Overloaded,
    ProviderUnavailable,
    RegistrationNeeded,
    RequestError,
    StatementTimeout,
    Unauthenticated,
)
from domain.viewers import EcpScope
from graphql_api.auth import Authenticator
from graphql_api.body_limits import BodyLimits
from graphql_api.context import Environment
from graphql_api.errors import formatted, request_error
from graphql_api.execution import CompiledSchema
from graphql_api.observability.metrics import Finished, Metrics
from graphql_api.observability.tracing import Tracer
from graphql_api.pages.graphiql import GraphiQL, wants_page
from graphql_api.subscriptions.hub import Hub
from graphql_api.subscriptions.requests import SubscriptionRequest
from graphql_api.transport.graphql_request import BadRequest, GraphQLRequest
from graphql_api.transport.persisted import PersistedDocuments, PersistedFailure
from graphql_api.transport.requests import (
    JSON,
    client_name,
    media_type,
    read_origin,
    read_request,
    request_id,
    stream_wanted,
)
from graphql_api.transport.sse import EventStream, single_result
from resolvers.accounts.loaders import accounts_by_id
from resolvers.accounts.viewers import SignedIn
from resolvers.context import Operation
from resolvers.ecps.loaders import ecps_by_id

_QUERY_KINDS: Final = frozenset({OperationType.QUERY})
_REQUEST_KINDS: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})
_STATUS_CODES: Final[Mapping[type[RequestError], int]] = {
    Unauthenticated: 401,
    RegistrationNeeded: 403,
    Overloaded: 503,
    ProviderUnavailable: 503,
    DatabaseUnavailable: 503,
    StatementTimeout: 503,
}
_STATUS_HEADERS: Final[Mapping[int, Mapping[str, str]]] = {
    401: {"www-authenticate": "Bearer"},
    405: {"allow": "POST"},
    503: {"retry-after": "1"},
}

_NAME_NEEDED: Final = "Name one operation of the document in “operationName”: it has none, or more than one."

_log = structlog.get_logger("tessera.operations")


class _IsSubscription(Exception):
    """The operation is a subscription; `signed_in` is its viewer."""

    def __init__(self, signed_in: SignedIn | None) -> None:
        super().__init__()
        self.signed_in = signed_in


class GraphQLEndpoint:
    """The endpoint `/graphql`. With `graphiql`, it answers a browser that asks for a page."""

    def __init__(  # noqa: PLR0913 - its collaborators, by name
        self,
        schema: CompiledSchema,
        environment: Environment,
        authenticator: Authenticator,
        metrics: Metrics,
        hub: Hub,
        *,
        trace: Tracer,
        limits: BodyLimits,
        graphiql: GraphiQL | None,
    ) -> None:
        self._schema = schema
        self._environment = environment
        self._authenticator = authenticator
        self._metrics = metrics
        self._hub = hub
        self._trace = trace
        self._limits = limits
        self._graphiql = graphiql
        self._persisted = PersistedDocuments()

    async def __call__(self, request: Request) -> Response:
        """Answer one request; never raises because of a client."""
        if self._graphiql is not None and wants_page(request):
            return await self._graphiql.page(request)
        reference = request_id(request.headers)
        with structlog.contextvars.bound_contextvars(request_id=reference):
            response = await self._respond(request)
        response.headers["x-request-id"] = reference
        return response

    async def _respond(self, request: Request) -> Response:
        try:
            graphql = await read_request(request, self._limits, self._persisted)
            try:
                return await self._answer(request, graphql)
            except _IsSubscription as found:
                return await self._subscribe(request, graphql, found.signed_in)
        except PersistedFailure as unknown:
            status = 200 if media_type(request.headers) == JSON else 400
            response = _failure(request, request_error(unknown.message, unknown.code), status)
            response.headers["cache-control"] = "no-store"
            return response
        except BadRequest as bad:
            return _failure(request, request_error(bad.message, bad.code), bad.status)
        except RequestError as rejection:
            return _json(
                request, request_error(str(rejection), **rejection.extensions), _STATUS_CODES.get(type(rejection), 400)
            )

    async def _answer(self, request: Request, graphql: GraphQLRequest) -> Response:
        started = perf_counter()
        operation = self._environment.operation(None)
        operation.origin = read_origin(request)
        result: ExecutionResult | None = None
        signed_in: SignedIn | None = None
        # The hub counts subscriptions.
        subscribes = False
        try:
            sender = await self._authenticator.viewer_or_newcomer(operation, request.headers)
            if isinstance(sender, Newcomer):
                operation.newcomer = sender
            elif sender is not None:
                signed_in = sender
                _sign_in(operation, signed_in)
            with self._trace(graphql.operation_name or "operation"):
                result = await self._execute(
                    operation, graphql, _REQUEST_KINDS if request.method == "POST" else _QUERY_KINDS
                )
        except InvalidOperationTypeError as invalid:
            subscribes = invalid.operation_type is OperationType.SUBSCRIPTION
            if subscribes:
                if operation.newcomer is not None:
                    raise RegistrationNeeded from None
                raise _IsSubscription(signed_in) from None
            message = "GET is for queries; send mutations with POST."
            raise BadRequest(message, 405) from None
        finally:
            await operation.close()
            if not subscribes:
                self._record(request, graphql, operation, result, perf_counter() - started)
        executed = _was_executed(result)
        if executed and signed_in is not None:
            self._persisted.keep(graphql)
        answer: dict[str, Any] = {"data": result.data} if executed else {}
        if result.errors:
            answer["errors"] = formatted(result.errors, valid=not isinstance(result, PreExecutionError))
        streaming = stream_wanted(request.headers, needed=False)
        if executed and streaming:
            return single_result(answer)
        # Only clients of the older media type expect errors with a 200.
        legacy = media_type(request.headers) == JSON and not streaming
        return _failure(request, answer, 200 if executed or legacy else 400)

    async def _subscribe(self, request: Request, graphql: GraphQLRequest, signed_in: SignedIn | None) -> Response:
        """Answer a subscription with its stream, or with its errors. Raises BadRequest and Unauthenticated."""
        if not stream_wanted(request.headers, needed=True):
            message = "Subscribe with “Accept: text/event-stream”, or over a WebSocket."
            raise BadRequest(message, 406)
        if signed_in is None:
            raise Unauthenticated
        resume = request.headers.get("last-event-id")
        subscription = SubscriptionRequest(
            query=graphql.query, variables=graphql.variables or {}, operation_name=graphql.operation_name, resume=resume
        )
        stream = EventStream(self._hub, subscription, signed_in)
        errors = await stream.open()
        if not errors:
            self._persisted.keep(graphql)
            return stream
        cause = errors[0].original_error
        status = _STATUS_CODES.get(type(cause), 400) if isinstance(cause, RequestError) else 400
        return _failure(request, {"errors": formatted(errors, valid=True)}, status)

    async def _execute(
        self, operation: Operation, graphql: GraphQLRequest, kinds: frozenset[OperationType]
    ) -> ExecutionResult:
        try:
            return await self._schema.execute(
                graphql.query,
                variable_values=graphql.variables,
                context_value=operation,
                operation_name=graphql.operation_name,
                allowed_operation_types=kinds,
            )
        except CannotGetOperationTypeError:
            name = graphql.operation_name
            message = f"The document has no operation “{name}”." if name else _NAME_NEEDED
            raise BadRequest(message) from None

    def _record(
        self,
        request: Request,
        graphql: GraphQLRequest,
        operation: Operation,
        result: ExecutionResult | None,
        seconds: float,
    ) -> None:
        name = self._schema.name_of(graphql.query, graphql.operation_name)
        finished = Finished(
            name=name,
            client=client_name(request.headers),
            outcome=_outcome(result),
            seconds=seconds,
            statements=operation.statements,
        )
        self._metrics.record(finished)
        _log.info(
            "operation",
            operation=finished.name,
            client=finished.client,
            outcome=finished.outcome,
            milliseconds=round(seconds * 1000, 2),
            statements=finished.statements,
        )


def _sign_in(operation: Operation, signed_in: SignedIn) -> None:
    """Set the viewer, and keep the rows that came with the account: no loader reads them again."""
    operation.sign_in(signed_in.viewer, signed_in.program)
    operation.remember(accounts_by_id, {signed_in.account.id: signed_in.account})
    if signed_in.ecp is not None and signed_in.viewer.ecp_scope is not EcpScope.NONE:
        operation.remember(ecps_by_id, {signed_in.ecp.id: signed_in.ecp})


def _was_executed(result: ExecutionResult) -> bool:
    """Whether execution began. It does not for an invalid document or for variables of the wrong type.

    Such request errors belong to no field, and their answer has no `data`: GraphQL, section 7.1.2.
    """
    if isinstance(result, PreExecutionError):
        return False
    return result.data is not None or not all(error.path is None for error in result.errors or ())


def _outcome(result: ExecutionResult | None) -> str:
    if result is None or not _was_executed(result):
        return "refused"
    if not result.errors:
        return "ok"
    return "error" if result.data is None else "partial"


def _failure(request: Request, answer: dict[str, Any], status: int) -> Response:
    """Answer in JSON, or with a stream of one event to a client that reads nothing else.

    Clients like graphql-sse read no body unless the status is 200. A browser's EventSource, which sends GET, would
    connect again and again after a stream that ends; and a status other than 400 says something of its own.
    """
    if status in {200, 400} and request.method == "POST" and stream_wanted(request.headers, needed=False):
        return single_result(answer)
    return _json(request, answer, status)


def _json(request: Request, answer: dict[str, Any], status: int) -> Response:
    content_type = f"{media_type(request.headers)}; charset=utf-8"
    headers = {"content-type": content_type, **_STATUS_HEADERS.get(status, {})}
    return Response(orjson.dumps(answer, option=orjson.OPT_UTC_Z), status, headers)
