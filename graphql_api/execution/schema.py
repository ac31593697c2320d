"""A Strawberry schema that runs operations by compiled plans, and falls back to graphql-core for irregular ones.

graphql-core reports every error. When a plan meets something irregular, graphql-core executes the operation (see
`graphql_api.execution.fallback`). Root fields that are answered keep their answers, and resolved ones their outcomes:
a mutation never runs twice, and its answer never shows the effect of the next one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import strawberry
from graphql import FieldNode, GraphQLError, GraphQLField, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from graphql_api.execution.budget import AnswerTooLarge, Budget
from graphql_api.execution.compile import Compiler, Plan, Root
from graphql_api.execution.documents import Documents, OperationDocument
from graphql_api.execution.fallback import ExecutionRequest, RootOutcome, execute_rest, too_large
from graphql_api.execution.inputs import Inputs
from graphql_api.execution.leaves import BUILT_IN
from graphql_api.execution.limits import Limits
from graphql_api.execution.plan import Irregular, Run
from graphql_api.execution.variables import Variables
from graphql_api.observability.metrics import PlanCounts

DOCUMENT_CACHE_SIZE = 1000
FALLBACK_SERIES_LIMIT = 1000


class CompiledSchema(strawberry.Schema):
    """A schema with plans. `natives` are tests for values of custom scalars that need no serializer, by scalar."""

    def __init__(self, *args: Any, natives: Mapping[str, str] | None = None, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = self.config.disable_field_suggestions
        self.documents = Documents(self._schema, limits, DOCUMENT_CACHE_SIZE, hide_suggestions=hidden)
        self.fallbacks: Counter[tuple[str, str]] = Counter()
        self._inputs = Inputs(self._schema, self.schema_converter, self.config)
        self._entries, self._slow_entries = limits.entries, limits.slow_entries
        self._natives = {**BUILT_IN, **(natives or {})}
        self._hide_suggestions = hidden

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log nothing: the transport distinguishes our bugs from errors of the request."""

    async def execute(  # noqa: PLR0913, PLR0917 - Strawberry's signature
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute one operation, or a subscription for the one event that `root_value` is.

        Raises what Strawberry raises for unknown operations and ones that are not allowed.
        """
        del operation_extensions
        operation = self.find(query or "", operation_name, allowed_operation_types)
        if isinstance(operation, list):
            return PreExecutionError(data=None, errors=operation)
        request = ExecutionRequest(variable_values or {}, context_value, root_value)
        outcomes: dict[str, RootOutcome] = {}
        answers: dict[str, Any] = {}
        try:
            await self._run_plan(operation, request, outcomes, answers)
        except Irregular as irregular:
            reason = irregular.reason
        except AnswerTooLarge as error:
            return too_large(error)
        except Exception:  # noqa: BLE001 - graphql-core meets the error again and reports it as specified
            reason = "error"
        else:
            return ExecutionResult(data=answers, errors=None)
        self._count_fallback(operation.name, reason)
        return await execute_rest(
            self._schema,
            operation,
            request,
            outcomes,
            answers,
            budget=Budget(self._slow_entries),
            hide_suggestions=self._hide_suggestions,
        )

    def find(
        self, query: str, name: str | None, allowed: Iterable[OperationType] | None = None
    ) -> OperationDocument | list[GraphQLError]:
        """Find the operation of this name in a document, or return the errors of the document.

        Raises CannotGetOperationTypeError and InvalidOperationTypeError.
        """
        document = self.documents.prepare(query)
        if isinstance(document, list):
            return document
        operation = document.operation(name)
        if operation is None:
            raise CannotGetOperationTypeError(name)
        kind = OperationType(operation.definition.operation.value)
        if allowed is not None and kind not in allowed:
            raise InvalidOperationTypeError(kind)
        return operation

    def variables_of(
        self, operation: OperationDocument, inputs: dict[str, Any]
    ) -> tuple[VariableValues | list[GraphQLError], AbstractSet[str]]:
        """Decode variables, or return their errors; also return the names that resolvers take without conversion."""
        if operation.variables is None:
            operation.variables = Variables(self._inputs, operation.document, operation.definition)
        return operation.variables.values(inputs)

    def _count_fallback(self, name: str, reason: str) -> None:
        """Count by name. Clients choose names, so all names beyond a limit count as one."""
        known = (name, reason) in self.fallbacks or len(self.fallbacks) < FALLBACK_SERIES_LIMIT
        self.fallbacks[name if known else "other", reason] += 1

    def counts(self) -> PlanCounts:
        """Return the counts since the start: known and unknown documents, and fallbacks."""
        return PlanCounts(self.documents.hits, self.documents.misses, dict(self.fallbacks))

    def name_of(self, query: str, operation_name: str | None) -> str:
        """Return the name of an executed operation; "" if it has none or its document was rejected."""
        return self.documents.operation_name(query) if operation_name is None else operation_name

    async def _run_plan(
        self,
        operation: OperationDocument,
        request: ExecutionRequest,
        outcomes: dict[str, RootOutcome],
        answers: dict[str, Any],
    ) -> None:
        """Run the plan; `outcomes` and `answers` grow with each root field. Raises Irregular."""
        variables, decoded = self.variables_of(operation, request.inputs)
        if isinstance(variables, list):
            raise Irregular("variables")
        plan = self._plan(operation, variables)
        run = Run(
            context=request.context,
            variables=variables,
            decoded=decoded,
            event=request.event,
            budget=Budget(self._entries),
        )
        for root in plan.roots:
            value = await self._resolve(root, plan, operation, run, outcomes)
            (answers[root.key],) = await root.completion.complete(run, [value])

    def _plan(self, operation: OperationDocument, variables: VariableValues) -> Plan:
        """Return the plan for these values of the conditions, compiled at their first use. Raises Irregular."""
        key = tuple(variables.coerced.get(name) for name in operation.conditions)
        found = operation.plans.get(key)
        if found is None:
            compiler = Compiler(
                schema=self._schema,
                converter=self.schema_converter,
                config=self.config,
                natives=self._natives,
                inputs=self._inputs,
                operation=operation.definition,
                fragments=operation.fragments,
                variables=variables,
            )
            try:
                found = compiler.plan()
            except Irregular as irregular:
                found = irregular.reason
            operation.plans.put(key, found)
        if isinstance(found, str):
            raise Irregular(found)
        return found

    async def _resolve(
        self, root: Root, plan: Plan, operation: OperationDocument, run: Run, outcomes: dict[str, RootOutcome]
    ) -> Any:
        """Call the resolver of a root field, and keep its outcome."""
        arguments = get_argument_values(root.field, root.nodes[0], run.variables)
        info = self.info_of(operation, plan.type, root.key, root.field, root.nodes, run)
        try:
            if root.arguments is None:
                value = root.field.resolve(run.event, info, **arguments)  # type: ignore[misc] # every root field has one
            else:
                value = root.arguments.resolve(info, arguments, run.decoded)
            if is_awaitable(value):
                value = await value
        except Exception as error:
            outcomes[root.key] = RootOutcome(error=error)
            raise
        outcomes[root.key] = RootOutcome(value)
        return value

    def info_of(  # noqa: PLR0913, PLR0917 - the place of a field in an operation
        self,
        operation: OperationDocument,
        type_: GraphQLObjectType,
        key: str,
        field: GraphQLField,
        nodes: list[FieldNode],
        run: Run,
    ) -> Any:
        """Return the info that the resolver of a root field gets."""
        return GraphQLResolveInfo(
            field_name=nodes[0].name.value,
            field_nodes=nodes,
            return_type=field.type,
            parent_type=type_,
            path=Path(None, key, type_.name),
            schema=self._schema,
            fragments=operation.fragment_definitions,
            root_value=None,
            operation=operation.definition,
            variable_values=run.variables.coerced,  # type: ignore[arg-type] # Strawberry's resolvers get the values alone
            context=run.context,
            is_awaitable=is_awaitable,
            abort_signal=None,
            async_helpers=None,  # type: ignore[arg-type] # for work beside a resolver, which there is none of
        )
