"""Inputs: variables, decoded by msgspec and made into the objects that resolvers take.

A struct per input type checks what JSON holds; a generated function then calls the constructor of the Strawberry class.
What is refused here or not covered, graphql-core and Strawberry decide, in their own words. What they refuse is never
accepted: a mutation might be carried out before they say so.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import MISSING
from functools import partial
from itertools import product
from typing import Annotated, Any, Final, ForwardRef, Literal

import msgspec
from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    DocumentNode,
    FieldNode,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_input_field,
    print_ast,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language.parser import MAX_NESTING_DEPTH
from strawberry.relay import GlobalID
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter, get_arguments
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

Decode = Callable[[Any], Any]

# What msgspec decodes just as graphql-core coerces it. It refuses rare forms, like 3.0 for an Int or 4 for an ID.
_NATIVE: Final[Mapping[Any, Any]] = {
    GraphQLString: str,
    GraphQLID: str,
    GraphQLBoolean: bool,
    GraphQLInt: Annotated[int, msgspec.Meta(ge=GRAPHQL_MIN_INT, le=GRAPHQL_MAX_INT)],
}
_ABSENT: Final = object()
_DEFINITION: Final = GraphQLCoreConverter.DEFINITION_BACKREF


class DoesNotFit(Exception):
    """A value is not of its type, or not in its usual form: graphql-core decides which."""


class Inputs:
    """Compiles input types, each once. Ask for the first one when the schema is final: defaults are looked at then."""

    def __init__(self, schema: GraphQLSchema, converter: GraphQLCoreConverter, config: StrawberryConfig) -> None:
        self.schema = schema
        self.converter = converter
        self.config = config
        self._names: dict[str, Any] = {"ABSENT": _ABSENT, "Undefined": Undefined, "refuse": _refuse}
        self._compiled: dict[str, Decode | None] = {}

    def compile(self, type_: GraphQLInputType) -> Decode | None:
        """A function from JSON to what the resolver of a Strawberry field takes; None if the type is not covered.

        It takes values as `orjson.loads` makes them, and raises DoesNotFit.
        """
        name = str(type_)
        if name not in self._compiled:
            kinds: dict[str, GraphQLInputObjectType] = {}
            pending: list[Any] = [type_]
            while pending:
                inner = get_named_type(pending.pop())
                if isinstance(inner, GraphQLInputObjectType) and inner.name not in kinds:
                    kinds[inner.name] = inner
                    pending += [field.type for field in inner.fields.values()]
            covered = all(_covered(kind) for kind in kinds.values())
            self._compiled[name] = self._decoder(type_, kinds) if covered else None
        return self._compiled[name]

    def _decoder(self, type_: GraphQLInputType, kinds: Mapping[str, GraphQLInputObjectType]) -> Decode:
        for kind in kinds.values():
            if f"struct_{kind.name}" not in self._names:
                self._names[f"struct_{kind.name}"] = _struct(kind)
                exec(self._constructor(kind), self._names)  # noqa: S102 - made of names of the schema: identifiers
        # msgspec keeps what it learns about the fields of a struct, but not about a list or a union.
        root: Any = msgspec.defstruct("Root", [("value", _shape(type_))])
        structs = {f"struct_{name}": self._names[f"struct_{name}"] for name in kinds}
        for struct, (name, known) in product((root, *structs.values()), structs.items()):
            setattr(struct, name, known)
        make = eval(f"lambda v, d=0: {self._value(type_, 0)}", self._names)  # noqa: S307 - as above

        def decode(value: Any) -> Any:
            try:
                return make(msgspec.convert({"value": value}, root).value)
            except Exception as error:  # parsers of scalars and constructors raise what they like
                raise DoesNotFit from error

        return decode

    def _constructor(self, kind: GraphQLInputObjectType) -> str:
        """The source of a function from the struct to the object, down to the depth that graphql-core allows."""
        owner, members = kind.extensions[_DEFINITION], list(_members(kind))
        self._names[f"class_{kind.name}"] = owner.origin
        # A value is one level beneath its object, and the items of a list another one.
        checks = f"d > {MAX_NESTING_DEPTH - max(1 + str(type_).count('[') for _, _, type_ in members)}"
        if owner.is_one_of:
            values = "".join(f"s.{definition.python_name}, " for definition, _, _ in members)
            checks += f" or ({values}).count(ABSENT) != {len(members) - 1}"
        lines = [f"def make_{kind.name}(s, d):", f"    if {checks}:", "        refuse()"]
        for definition, field, type_ in members:
            value = self._value(type_, 1)
            if not is_required_input_field(field):
                value = f"{self._default(owner, definition, field)} if v is ABSENT else {value}"
            lines += [f"    v = s.{definition.python_name}", f"    a_{definition.python_name} = {value}"]
        arguments = ", ".join(f"{definition.python_name}=a_{definition.python_name}" for definition, _, _ in members)
        return "\n".join([*lines, f"    return class_{kind.name}({arguments})", ""])

    def _value(self, type_: Any, depth: int) -> str:
        """An expression for what is made of `v`, so many levels beneath the depth `d`."""
        if isinstance(type_, GraphQLNonNull):
            return self._given(type_.of_type, depth)
        given = self._given(type_, depth)
        return "v" if given == "v" else f"(None if v is None else {given})"

    def _given(self, type_: Any, depth: int) -> str:
        if isinstance(type_, GraphQLList):
            item = self._value(type_.of_type, depth + 1)
            return "v" if item == "v" else f"[{item} for v in v]"
        if isinstance(type_, GraphQLInputObjectType):
            return f"make_{type_.name}(v, d + {depth})"
        if type_ in _NATIVE:
            return "v"
        if isinstance(type_, GraphQLEnumType):
            self._names[f"enum_{type_.name}"] = {name: type_.coerce_input_value(name) for name in type_.values}
            return f"enum_{type_.name}[v]"
        self._names[f"parse_{type_.name}"] = type_.coerce_input_value
        return f"(refuse() if v is None or (w := parse_{type_.name}(v)) is Undefined else w)"

    def _default(self, owner: Any, definition: StrawberryField, field: GraphQLInputField) -> str:
        """An expression for the value of a field that is left out: GraphQL's default, or else that of the class."""
        name, default, make = f"default{len(self._names)}", field.default_value, definition.default_factory
        if default is Undefined:
            default = None if definition.default is MISSING else definition.default
        elif default is None or is_leaf_type(get_nullable_type(field.type)):
            make = MISSING
        else:
            type_, registry = definition.resolve_type(type_definition=owner), self.converter.scalar_registry
            make = partial(convert_argument, default, type_, registry, self.config)
        self._names[name] = default if make is MISSING else make
        return name if make is MISSING else f"{name}()"


class RootArguments:
    """The arguments of a root field; calls its resolver with those that are decoded already, and with others."""

    def __init__(self, inputs: Inputs, field: GraphQLField, node: FieldNode) -> None:
        self._inputs = inputs
        self._field = field
        self._definition: StrawberryField = field.extensions[_DEFINITION]
        named = {inputs.config.name_converter.from_argument(found): found for found in self._definition.arguments}
        plain = not self._definition.extensions and not inputs.converter.exception_handlers
        self.variables = {
            argument.value.name.value: (argument.name.value, named[argument.name.value])
            for argument in node.arguments or ()
            if isinstance(argument.value, VariableNode) and plain
        }

    def resolve(self, info: Any, arguments: dict[str, Any], decoded: AbstractSet[str]) -> Any:
        """What the resolver returns for the arguments as graphql-core has them, `decoded` of them by `Variables`."""
        ready = dict(self.variables[variable] for variable in self.variables.keys() & decoded)
        if not ready:
            return self._field.resolve(None, info, **arguments)  # type: ignore[misc] # every root field has a resolver
        # This is what Strawberry's own resolver does, but for the conversion of what needs none.
        config, registry = self._inputs.config, self._inputs.converter.scalar_registry
        ours = config.info_class(_raw_info=info, _field=self._definition)
        others = {name: value for name, value in arguments.items() if name not in ready}
        args, kwargs = get_arguments(
            field=self._definition, source=None, info=ours, kwargs=others, config=config, scalar_registry=registry
        )
        kwargs.update({argument.python_name: arguments[name] for name, argument in ready.items()})
        return self._definition.get_result(None, info=ours, args=args, kwargs=kwargs)


class Variables:
    """The variables of an operation; Inputs decodes those that are used once, as an argument of a root field."""

    def __init__(self, inputs: Inputs, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._inputs = inputs
        self._definitions = {node.variable.name.value: node for node in operation.variable_definitions or ()}
        self._decoders: dict[str, Decode] = {}
        # The definition counts too, and so does what looks like a variable in a text, and those of other operations.
        seen = Counter(re.findall(r"\$(\w+)", print_ast(document)))
        fields = getattr(inputs.schema.get_root_type(operation.operation), "fields", {})
        for node in operation.selection_set.selections:
            if isinstance(node, FieldNode) and node.name.value in fields:
                for name, (_, argument) in RootArguments(inputs, fields[node.name.value], node).variables.items():
                    type_: Any = type_from_ast(inputs.schema, self._definitions[name].type)
                    once = seen[name] == 2  # noqa: PLR2004 - the definition and the use
                    decode = inputs.compile(type_) if once and _matches(argument.type, type_) else None
                    if decode is not None:
                        self._decoders[name] = decode

    def values(self, given: Mapping[str, Any]) -> tuple[VariableValues | list[GraphQLError], AbstractSet[str]]:
        """The values of one request, or the errors of graphql-core; and which variables have what a resolver takes."""
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


def _members(kind: GraphQLInputObjectType) -> Iterator[tuple[StrawberryField, GraphQLInputField, Any]]:
    """The fields of an input type, each with the type of its value; the one that a @oneOf has is never null."""
    for field in kind.fields.values():
        one_of = kind.extensions[_DEFINITION].is_one_of
        yield field.extensions[_DEFINITION], field, GraphQLNonNull(field.type) if one_of else field.type


def _covered(kind: GraphQLInputObjectType) -> bool:
    """Whether Strawberry makes such an input of its fields, and of each what its GraphQL type tells."""
    owner, members = kind.extensions[_DEFINITION], list(_members(kind))
    return (
        owner.from_input is None
        and len(members) == len(owner.fields)
        and all(_matches(found.resolve_type(type_definition=owner), type_) for found, _, type_ in members)
    )


def _matches(declared: Any, type_: Any) -> bool:
    """Whether Strawberry makes of a value what its GraphQL type tells; with `Maybe` and `GlobalID` it makes more."""
    if isinstance(type_, GraphQLNonNull):
        return _matches(declared, type_.of_type)
    if isinstance(declared, LazyType):
        return _matches(declared.resolve_type(), type_)
    if isinstance(declared, StrawberryOptional) and not isinstance(declared, StrawberryMaybe):
        return _matches(declared.of_type, type_)
    if isinstance(type_, GraphQLList):
        return isinstance(declared, StrawberryList) and _matches(declared.of_type, type_.of_type)
    if isinstance(type_, GraphQLInputObjectType):
        return get_object_definition(declared) is type_.extensions[_DEFINITION]
    return declared is not GlobalID and not isinstance(declared, StrawberryMaybe)


def _struct(kind: GraphQLInputObjectType) -> Any:
    """What JSON may hold for an input type."""
    fields = [
        (definition.python_name, _shape(type_), msgspec.NODEFAULT if is_required_input_field(field) else _ABSENT)
        for definition, field, type_ in _members(kind)
    ]
    renamed = dict(zip((name for name, *_ in fields), kind.fields, strict=True))
    return msgspec.defstruct(kind.name, fields, kw_only=True, forbid_unknown_fields=True, rename=renamed)


def _shape(type_: Any) -> Any:
    """What JSON holds for a type. Structs are referred to by name, because they may contain themselves."""
    if not isinstance(type_, GraphQLNonNull):
        return _shape(GraphQLNonNull(type_)) | None
    inner = type_.of_type
    if isinstance(inner, GraphQLList):
        return list[_shape(inner.of_type)]  # type: ignore[misc] # made while the program runs
    if isinstance(inner, GraphQLInputObjectType):
        return ForwardRef(f"struct_{inner.name}")
    if isinstance(inner, GraphQLEnumType):
        return Literal[tuple(inner.values)]
    # Anything may be a custom scalar, until its own parser has looked at it.
    return _NATIVE.get(inner, Any)


def _refuse() -> Any:
    raise DoesNotFit
