"""Values of variables, and the arguments of root fields that are made from them."""

import re
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLField,
    OperationDefinitionNode,
    VariableNode,
    print_ast,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.schema_converter import get_arguments
from strawberry.types.field import StrawberryField

from graphql_api.execution.input_shapes import DEFINITION, matches
from graphql_api.execution.inputs import Decode, DoesNotFit, Inputs


class RootArguments:
    """The arguments of a root field; calls its resolver with decoded and with coerced arguments."""

    def __init__(self, inputs: Inputs, field: GraphQLField, node: FieldNode) -> None:
        self._inputs = inputs
        self._field = field
        self._definition: StrawberryField = field.extensions[DEFINITION]
        named = {inputs.config.name_converter.from_argument(found): found for found in self._definition.arguments}
        # Strawberry wraps resolvers only for these, so others are called without the wrapping.
        self._plain = plain = not self._definition.extensions and not inputs.converter.exception_handlers
        self.variables = {
            argument.value.name.value: (argument.name.value, named[argument.name.value])
            for argument in node.arguments or ()
            if isinstance(argument.value, VariableNode) and plain
        }

    def resolve(self, info: Any, arguments: dict[str, Any], decoded: AbstractSet[str]) -> Any:
        """Call the resolver with the arguments of graphql-core, of which `decoded` ones need no conversion."""
        ready = dict(self.variables[variable] for variable in self.variables.keys() & decoded)
        if not self._plain:
            return self._field.resolve(None, info, **arguments)  # type: ignore[misc] # every root field has a resolver
        # As Strawberry's own resolver does, without the conversion of decoded arguments.
        config, registry = self._inputs.config, self._inputs.converter.scalar_registry
        ours = config.info_class(_raw_info=info, _field=self._definition)
        others = {name: value for name, value in arguments.items() if name not in ready}
        args, kwargs = get_arguments(
            field=self._definition, source=None, info=ours, kwargs=others, config=config, scalar_registry=registry
        )
        kwargs.update({argument.python_name: arguments[name] for name, argument in ready.items()})
        return self._definition.get_result(None, info=ours, args=args, kwargs=kwargs)


class Variables:
    """The variables of an operation. Those that are used once, as an argument of a root field, are decoded."""

    def __init__(self, inputs: Inputs, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._inputs = inputs
        self._definitions = {node.variable.name.value: node for node in operation.variable_definitions or ()}
        self._decoders: dict[str, Decode] = {}
        # Counts definitions, other operations, and texts that look like variables too: too many is safe.
        seen = Counter(re.findall(r"\$(\w+)", print_ast(document)))
        fields = getattr(inputs.schema.get_root_type(operation.operation), "fields", {})
        for node in operation.selection_set.selections:
            if isinstance(node, FieldNode) and node.name.value in fields:
                for name, (_, argument) in RootArguments(inputs, fields[node.name.value], node).variables.items():
                    type_: Any = type_from_ast(inputs.schema, self._definitions[name].type)
                    once = seen[name] == 2  # noqa: PLR2004 - the definition and the use
                    decode = inputs.compile(type_) if once and matches(argument.type, type_) else None
                    if decode is not None:
                        self._decoders[name] = decode

    def values(self, given: Mapping[str, Any]) -> tuple[VariableValues | list[GraphQLError], AbstractSet[str]]:
        """Return the values of one request, or the errors of graphql-core; and the names of decoded variables."""
        try:
            decoded = {name: decode(given[name]) for name, decode in self._decoders.items() if name in given}
        except DoesNotFit:
            decoded = {}
        others = [node for name, node in self._definitions.items() if name not in decoded]
        hidden = self._inputs.config.disable_field_suggestions
        values = get_variable_values(self._inputs.schema, others, dict(given), hide_suggestions=hidden)
        if isinstance(values, VariableValues):
            values.coerced.update(decoded)
        return values, decoded.keys()
