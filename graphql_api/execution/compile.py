"""Compiles a validated operation to a plan, once: merges fields, fuses leaves, and resolves the types of children."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    OperationType,
    is_abstract_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from graphql_api.execution.children import AttributeChild, BatchedChild
from graphql_api.execution.completions import AbstractCompletion, LeafCompletion, ListCompletion, ObjectCompletion
from graphql_api.execution.inputs import Inputs
from graphql_api.execution.leaves import LeafField, compile_leaves, is_leaf, leaf_encoder
from graphql_api.execution.plan import Child, Completion, Irregular, Selection
from graphql_api.execution.variables import RootArguments
from schema.fields import COMPUTE, LOADER, BatchedField, ComputedField


@dataclass(frozen=True)
class Root:
    """A root field: its resolver, and how its value becomes the answer."""

    key: str
    field: GraphQLField
    nodes: list[FieldNode]
    completion: Completion
    arguments: RootArguments | None = None


@dataclass(frozen=True)
class Plan:
    """A compiled operation."""

    type: GraphQLObjectType
    roots: tuple[Root, ...]


@dataclass(frozen=True)
class Compiler:
    """Compiles one operation. Only the variables in @skip and @include matter."""

    schema: GraphQLSchema
    converter: GraphQLCoreConverter
    config: StrawberryConfig
    natives: Mapping[str, str]
    inputs: Inputs
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues

    def plan(self) -> Plan:
        """Return the plan. Raises Irregular for operations that only graphql-core executes."""
        type_ = self.schema.get_root_type(self.operation.operation)
        if type_ is None:
            raise Irregular("no such root")
        fields = collect_fields(self.schema, self.fragments, self.variables, type_, self.operation)
        return Plan(type_, tuple(self._root(type_, key, found) for key, found in fields.grouped_field_set.items()))

    def _root(self, type_: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Root:
        node = details[0].node
        name = node.name.value
        if name == "__typename":
            typename = GraphQLField(GraphQLNonNull(GraphQLString), resolve=lambda *_: type_.name)
            return Root(key=key, field=typename, nodes=[node], completion=self._completion(typename.type, details))
        if name.startswith("__"):
            raise Irregular("introspection")
        field = type_.fields[name]
        # The event of a subscription exists already: no resolver is called, so there are no arguments.
        is_called = self.operation.operation is not OperationType.SUBSCRIPTION and _definition(field) is not None
        arguments = RootArguments(self.inputs, field, node) if is_called else None
        return Root(
            key=key,
            field=field,
            nodes=[found.node for found in details],
            completion=self._completion(field.type, details),
            arguments=arguments,
        )

    def _selection(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> Selection:
        fields = collect_subfields(
            self.schema, self.fragments, self.variables, self.operation, type_, details
        ).grouped_field_set
        leaves: list[LeafField] = []
        children: list[Child] = []
        for key, found in fields.items():
            leaf = self._leaf(type_, key, found)
            if leaf is not None:
                leaves.append(leaf)
            else:
                children.append(self._child(type_, key, found))
        return Selection(type_, compile_leaves(fields, leaves, self.natives), children)

    def _leaf(self, type_: GraphQLObjectType, key: str, details: list[FieldDetails]) -> LeafField | None:
        name = details[0].node.name.value
        if name == "__typename":
            return LeafField(key, lambda _source: type_.name, GraphQLNonNull(GraphQLString))
        field = type_.fields[name]
        if not is_leaf(field.type):
            return None
        source = _source(field)
        return None if source is None else LeafField(key, source, field.type)

    def _child(self, type_: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Child:
        node = details[0].node
        field = type_.fields[node.name.value]
        completion = self._completion(field.type, details)
        source = _source(field)
        if source is not None:
            return AttributeChild(key, completion, attrgetter(source) if isinstance(source, str) else source)
        definition = _definition(field)
        if isinstance(definition, BatchedField):
            loader = definition.metadata[LOADER]
            return BatchedChild(
                key=key,
                completion=completion,
                loader=loader,
                field=field,
                node=node,
                convert=self._converter_of(definition),
            )
        raise Irregular("resolver")

    def _completion(self, type_: GraphQLOutputType, details: list[FieldDetails]) -> Completion:
        if is_leaf(type_):
            return LeafCompletion(leaf_encoder(type_))
        nullable = not isinstance(type_, GraphQLNonNull)
        inner: Any = type_ if nullable else type_.of_type  # type: ignore[union-attr]
        if isinstance(inner, GraphQLList):
            return ListCompletion(self._completion(inner.of_type, details), nullable=nullable)
        if is_abstract_type(inner):
            return AbstractCompletion(
                self.schema, inner, lambda concrete: self._selection(concrete, details), nullable=nullable
            )
        return ObjectCompletion(self._selection(inner, details), nullable=nullable)

    def _converter_of(self, definition: StrawberryField) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """Return a function that turns the coerced arguments of a field into those of its resolver."""
        registry = self.converter.scalar_registry

        def convert(values: dict[str, Any]) -> dict[str, Any]:
            return convert_arguments(values, definition.arguments, scalar_registry=registry, config=self.config)

        return convert


def _definition(field: GraphQLField) -> StrawberryField | None:
    found = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return found if isinstance(found, StrawberryField) else None


def _source(field: GraphQLField) -> str | Callable[[Any], Any] | None:
    """Return the attribute or function of the parent that gives the field; None when it needs more than the parent."""
    definition = _definition(field)
    if isinstance(definition, ComputedField):
        compute: Callable[[Any], Any] = definition.metadata[COMPUTE]
        return compute
    if definition is not None and definition.is_basic_field and not isinstance(definition, BatchedField):
        return definition.python_name
    return None
