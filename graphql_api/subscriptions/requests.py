"""Requests to subscribe: opening them by their document, and the errors that reject them."""

from typing import Any, Final

from graphql import GraphQLError
from msgspec import Struct
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError

from domain.requests import RequestError
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.errors import VALIDATION_FAILED
from graphql_api.execution import CompiledSchema
from graphql_api.execution.subscriptions import Opened, open_subscription

_ONLY_SUBSCRIPTIONS: Final = "Only subscriptions are accepted here. Send queries and mutations over HTTP."
_NAME_NEEDED: Final = "Name one operation of the document in “operationName”: it has none, or more than one."


class SubscriptionRequest(Struct, frozen=True):
    """The request of a client to subscribe; `resume` is a cursor that came outside the document."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    resume: str | None = None


class RequestOpener:
    """Opens requests: checks the document, and calls its root field, which answers with the feed to follow."""

    def __init__(self, environment: Environment, schema: CompiledSchema) -> None:
        self._environment = environment
        self._schema = schema

    async def open(
        self, request: SubscriptionRequest, viewer: Viewer, resume: str | None
    ) -> Opened | list[GraphQLError]:
        """Open a request for a viewer, behind the cursor `resume` if there is one; or return the errors."""
        operation = self._environment.operation(viewer, fresh=True)
        try:
            opened = await open_subscription(
                self._schema,
                request.query,
                variables=request.variables,
                operation_name=request.operation_name,
                context=operation,
                resume=resume,
            )
        except InvalidOperationTypeError:
            return [GraphQLError(_ONLY_SUBSCRIPTIONS)]
        except CannotGetOperationTypeError:
            name = request.operation_name
            return [GraphQLError(f"The document has no operation “{name}”." if name else _NAME_NEEDED)]
        finally:
            await operation.close()
        if isinstance(opened, PreExecutionError):
            return [_mark_invalid(error) for error in opened.errors or ()]
        return opened


def request_error_of(rejected: RequestError) -> GraphQLError:
    """Return the error of a rejected request, which belongs to no field."""
    return GraphQLError(str(rejected), original_error=rejected, extensions=dict(rejected.extensions))


def _mark_invalid(error: GraphQLError) -> GraphQLError:
    """Give an error of validation its code; errors of syntax already have a distinct type."""
    error.extensions = {"code": VALIDATION_FAILED}
    return error
