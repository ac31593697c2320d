"""A Strawberry schema that runs operations by compiled plans, and lets graphql-core answer whatever is irregular.

graphql-core stays the judge: every error it would report is reported by it. When a plan meets something irregular, the
operation is executed by graphql-core. Root fields that are answered already keep their answers, and those that are
resolved are given to it as they turned out: a mutation is never carried out twice, and never shows what the next did.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import strawberry
from graphql import ExecutionResult as CoreResult
from graphql import FieldNode, GraphQLError, GraphQLField, GraphQLObjectType, GraphQLResolveInfo, execute
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.middleware import MiddlewareManager
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from graphql_api.execution.compile import Compiler, Plan, Root
from graphql_api.execution.documents import Documents, Operation
from graphql_api.execution.inputs import Inputs, Variables
from graphql_api.execution.leaves import BUILT_IN
from graphql_api.execution.limits import Limits
from graphql_api.execution.plan import Irregular, Run
from graphql_api.observability.metrics import PlanCounts

DOCUMENTS_KEPT = 1000
FALLBACKS_KEPT = 1000


class Outcome:
    """How a root field turned out: what it returned or raised."""

    def __init__(self, value: Any = None, error: Exception | None = None) -> None:
        self._value = value
        self._error = error

    def again(self) -> Any:
        """Return or raise it once more."""
        if self._error is not None:
            raise self._error
        return self._value


class Asked(NamedTuple):
    """What comes with an operation: the variables as they were sent, the context, and a subscription's event."""

    inputs: dict[str, Any]
    context: Any
    event: Any


class Resuming(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, for an operation of which some root fields are answered."""

    def __init__(self, *args: Any, answers: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answers = answers

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: list[FieldDetails],
        path: Path,
        position_context: Any,
    ) -> Any:
        """The answer that there is, or what graphql-core makes of the field."""
        if path.prev is None and path.key in self._answers:
            return self._answers[str(path.key)]
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    async def with_abort_signal(self, awaitable: Awaitable[Any]) -> Any:
        """Wait for a value. A field that is given up does not cancel a batch that other fields wait for, too."""
        return await asyncio.shield(super().with_abort_signal(awaitable))


class CompiledSchema(strawberry.Schema):
    """A schema with plans. `natives` are tests for values of custom scalars that need no serializer."""

    def __init__(self, *args: Any, natives: Mapping[str, str] | None = None, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hidden = self.config.disable_field_suggestions
        self.documents = Documents(self._schema, limits, DOCUMENTS_KEPT, hide_suggestions=hidden)
        self.fallbacks: Counter[tuple[str, str]] = Counter()
        self._inputs = Inputs(self._schema, self.schema_converter, self.config)
        self._natives = {**BUILT_IN, **(natives or {})}
        self._hide_suggestions = hidden

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log nothing here: the transport knows our own faults from those of a request."""

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
        asked = Asked(variable_values or {}, context_value, root_value)
        outcomes: dict[str, Outcome] = {}
        answers: dict[str, Any] = {}
        try:
            await self._planned(operation, asked, outcomes, answers)
        except Irregular as irregular:
            reason = irregular.reason
        except Exception:  # noqa: BLE001 - graphql-core meets it again and reports it as the specification says
            reason = "error"
        else:
            return ExecutionResult(data=answers, errors=None)
        self._count_fallback(operation.name, reason)
        return await self._standard(operation, asked, outcomes, answers)

    def find(
        self, query: str, name: str | None, allowed: Iterable[OperationType] | None = None
    ) -> Operation | list[GraphQLError]:
        """The operation of this name in a document, or what is wrong with the document.

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
        self, operation: Operation, inputs: dict[str, Any]
    ) -> tuple[VariableValues | list[GraphQLError], AbstractSet[str]]:
        """The values of an operation's variables, or what is wrong with them; and which ones resolvers take as is."""
        if operation.variables is None:
            operation.variables = Variables(self._inputs, operation.document, operation.definition)
        return operation.variables.values(inputs)

    def _count_fallback(self, name: str, reason: str) -> None:
        """Count by name; clients choose names, so beyond a number of them all others are one."""
        known = (name, reason) in self.fallbacks or len(self.fallbacks) < FALLBACKS_KEPT
        self.fallbacks[name if known else "other", reason] += 1

    def counts(self) -> PlanCounts:
        """What has been counted since the start: documents known and unknown, operations that fell back."""
        return PlanCounts(self.documents.hits, self.documents.misses, dict(self.fallbacks))

    def name_of(self, query: str, operation_name: str | None) -> str:
        """The name of an operation that was executed, "" if it has none or its document was refused."""
        return self.documents.operation_name(query) if operation_name is None else operation_name

    async def _planned(
        self,
        operation: Operation,
        asked: Asked,
        outcomes: dict[str, Outcome],
        answers: dict[str, Any],
    ) -> None:
        """Carry out the plan; `outcomes` and `answers` grow by each root field. Raises Irregular."""
        variables, decoded = self.variables_of(operation, asked.inputs)
        if isinstance(variables, list):
            raise Irregular("variables")
        plan = self._plan(operation, variables)
        run = Run(asked.context, variables, decoded, asked.event)
        for root in plan.roots:
            value = await self._resolve(root, plan, operation, run, outcomes)
            (answers[root.key],) = await root.completion.complete(run, [value])

    def _plan(self, operation: Operation, variables: VariableValues) -> Plan:
        """The plan for these outcomes of the conditions, compiled when they occur for the first time."""
        key = tuple(variables.coerced.get(name) for name in operation.conditions)
        found = operation.plans.get(key)
        if found is None:
            compiler = Compiler(
                self._schema,
                self.schema_converter,
                self.config,
                self._natives,
                self._inputs,
                operation.definition,
                operation.fragments,
                variables,
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
        self, root: Root, plan: Plan, operation: Operation, run: Run, outcomes: dict[str, Outcome]
    ) -> Any:
        """Call the resolver of a root field, and keep how it turned out."""
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
            outcomes[root.key] = Outcome(error=error)
            raise
        outcomes[root.key] = Outcome(value)
        return value

    def info_of(  # noqa: PLR0913, PLR0917 - where a field stands takes so much to say
        self,
        operation: Operation,
        type_: GraphQLObjectType,
        key: str,
        field: GraphQLField,
        nodes: list[FieldNode],
        run: Run,
    ) -> Any:
        """What a resolver of a root field is told about where it stands."""
        return GraphQLResolveInfo(
            nodes[0].name.value,
            nodes,
            field.type,
            type_,
            Path(None, key, type_.name),
            self._schema,
            operation.fragment_definitions,
            None,
            operation.definition,
            run.variables.coerced,  # type: ignore[arg-type] # Strawberry's resolvers get the values alone
            run.context,
            is_awaitable,
            None,
            None,  # type: ignore[arg-type] # helpers for work beside a resolver, of which there is none
        )

    async def _standard(
        self,
        operation: Operation,
        asked: Asked,
        outcomes: dict[str, Outcome],
        answers: dict[str, Any],
    ) -> ExecutionResult:
        """Let graphql-core execute what is not answered; root fields that were resolved turn out as they did."""

        def replay(resolve: Any, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
            if info.path.prev is None and info.path.key in outcomes:
                return outcomes[str(info.path.key)].again()
            return resolve(source, info, **arguments)

        result = execute(
            self._schema,
            operation.document,
            root_value=asked.event,
            context_value=asked.context,
            variable_values=asked.inputs,
            operation_name=operation.name or None,
            middleware=MiddlewareManager(replay) if outcomes else None,
            executor_class=Resuming,
            hide_suggestions=self._hide_suggestions,
            answers=answers,
        )
        finished: CoreResult = await result if is_awaitable(result) else result  # type: ignore[assignment]
        return ExecutionResult(data=finished.data, errors=finished.errors)
