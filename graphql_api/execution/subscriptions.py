"""Opens subscriptions: the root field is called once and returns the feed to follow.

Each event is then executed by `CompiledSchema.execute`, with the event as its root value.
"""

from collections.abc import Hashable
from typing import Any, Final

import orjson
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, VariableNode, located_error
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values, get_variable_values
from graphql.pyutils import Path
from msgspec import Struct
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from graphql_api.execution.plan import Run
from graphql_api.execution.schema import CompiledSchema

_SUBSCRIPTIONS: Final = frozenset({OperationType.SUBSCRIPTION})
# The argument for the start of a subscription. Answers to events do not depend on it.
RESUME_ARGUMENT: Final = "after"


class Opened(Struct, frozen=True):
    """An open subscription: the value of its root field, and the key of its answers.

    Two subscriptions with the same `key` get the same answers, as long as their viewers have the same access.
    """

    value: Any
    key: Hashable


async def open_subscription(  # noqa: PLR0913 - the parts of a request
    schema: CompiledSchema,
    query: str,
    *,
    variables: dict[str, Any],
    operation_name: str | None,
    context: Any,
    resume: str | None = None,
) -> Opened | PreExecutionError | list[GraphQLError]:
    """Call the root field, or return the errors of the request; `resume` replaces the argument `after`.

    Raises what Strawberry raises for unknown operations and for those that are not subscriptions.
    """
    operation = schema.find(query, operation_name, _SUBSCRIPTIONS)
    if isinstance(operation, list):
        return PreExecutionError(data=None, errors=operation)
    core = schema._schema  # noqa: SLF001 - no public way
    # Not the decoded variables of plans: Strawberry converts the inputs of fields that it subscribes to.
    definitions = operation.definition.variable_definitions or ()
    hidden = schema.config.disable_field_suggestions
    values = get_variable_values(core, definitions, variables, hide_suggestions=hidden)
    if isinstance(values, list):
        return values
    type_ = core.subscription_type
    if type_ is None:
        raise TypeError("A schema without subscriptions has no valid subscription.")
    fields = collect_fields(core, operation.fragments, values, type_, operation.definition).grouped_field_set
    ((key, details),) = fields.items()
    nodes = [found.node for found in details]
    field = type_.fields[nodes[0].name.value]
    try:
        arguments = get_argument_values(field, nodes[0], values)
        if resume is not None and RESUME_ARGUMENT in field.args:
            arguments[RESUME_ARGUMENT] = resume
        info = schema.info_of(operation, type_, key, field, nodes, Run(context, values))
        value = await field.subscribe(None, info, **arguments)  # every subscription has one
    except Exception as error:  # noqa: BLE001 - as graphql-core does; the transport masks undeclared errors
        return [located_error(error, nodes, Path(None, key, type_.name).as_list())]
    return Opened(value, _key(query, operation.definition, variables, nodes[0]))


def _key(query: str, operation: OperationDefinitionNode, variables: dict[str, Any], node: FieldNode) -> Hashable:
    # Undeclared variables are left out: nothing reads them, and they may be nested to any depth.
    declared = (definition.variable.name.value for definition in operation.variable_definitions or ())
    given = {name: variables[name] for name in declared if name in variables}
    for argument in node.arguments or ():
        if argument.name.value == RESUME_ARGUMENT and isinstance(argument.value, VariableNode):
            # Its type fits no other argument, so nothing else reads the variable.
            given.pop(argument.value.name.value, None)
    return query, operation.name and operation.name.value, orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
