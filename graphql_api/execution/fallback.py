"""The fallback: graphql-core executes an operation of which some root fields may be resolved or answered already."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any, NamedTuple

from graphql import ExecutionResult as CoreResult
from graphql import GraphQLError, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, execute
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.middleware import MiddlewareManager
from graphql.pyutils import Path, is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.execution import ExecutionResult

from graphql_api.execution.budget import AnswerTooLarge, Budget
from graphql_api.execution.documents import OperationDocument


class RootOutcome:
    """The outcome of a root field: the value that its resolver returned, or the error that it raised."""

    def __init__(self, value: Any = None, error: Exception | None = None) -> None:
        self._value = value
        self._error = error

    def replay(self) -> Any:
        """Return the value, or raise the error, once more."""
        if self._error is not None:
            raise self._error
        return self._value


class ExecutionRequest(NamedTuple):
    """The inputs of one execution: the variables as sent, the context, and the event of a subscription."""

    inputs: dict[str, Any]
    context: Any
    event: Any


class ResumingExecutor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, for an operation of which some root fields are already answered."""

    def __init__(self, *args: Any, answers: Mapping[str, Any], budget: Budget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answers = answers
        self._budget = budget

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: list[FieldDetails],
        path: Path,
        position_context: Any,
    ) -> Any:
        """Return the existing answer, or let graphql-core execute the field."""
        if path.prev is None and path.key in self._answers:
            return self._answers[str(path.key)]
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def complete_list_value(  # noqa: PLR0913, PLR0917 - the signature of graphql-core
        self,
        return_type: Any,
        field_details_list: list[FieldDetails],
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Count the entries first. An answer that is too large is dropped, and an empty list ends it soonest."""
        if isinstance(result, list | tuple):
            try:
                self._budget.spend(len(result))
            except AnswerTooLarge:
                return []
        return super().complete_list_value(return_type, field_details_list, info, path, result, position_context)

    async def with_abort_signal(self, awaitable: Awaitable[Any]) -> Any:
        """Wait for a value. A canceled field must not cancel a loader that other fields wait for too."""
        return await asyncio.shield(super().with_abort_signal(awaitable))


def too_large(error: AnswerTooLarge) -> ExecutionResult:
    """The answer without data: what a mutation did stays done, and its key makes another request safe."""
    return ExecutionResult(data=None, errors=[GraphQLError(str(error), extensions=error.extensions)])


async def execute_rest(  # noqa: PLR0913 - an operation, and how far it has come
    schema: GraphQLSchema,
    operation: OperationDocument,
    request: ExecutionRequest,
    outcomes: Mapping[str, RootOutcome],
    answers: Mapping[str, Any],
    *,
    budget: Budget,
    hide_suggestions: bool,
) -> ExecutionResult:
    """Execute the unanswered fields with graphql-core; root fields that were resolved keep their outcomes."""

    def replay(resolve: Any, source: Any, info: GraphQLResolveInfo[Any], /, **arguments: Any) -> Any:
        if info.path.prev is None and info.path.key in outcomes:
            return outcomes[str(info.path.key)].replay()
        return resolve(source, info, **arguments)

    result = execute(
        schema,
        operation.document,
        root_value=request.event,
        context_value=request.context,
        variable_values=request.inputs,
        operation_name=operation.name or None,
        middleware=MiddlewareManager(replay) if outcomes else None,
        executor_class=ResumingExecutor,
        hide_suggestions=hide_suggestions,
        answers=answers,
        budget=budget,
    )
    finished: CoreResult = await result if is_awaitable(result) else result  # type: ignore[assignment]
    if budget.exceeded:
        return too_large(AnswerTooLarge(budget.entries))
    return ExecutionResult(data=finished.data, errors=finished.errors)
