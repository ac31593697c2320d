"""Compiles input types: msgspec decodes a variable, and generated code makes the object that a resolver takes.

A struct per input type checks the JSON; a generated function then calls the constructor of the Strawberry class. Values
that are rejected here or not covered go to graphql-core and Strawberry, which report errors in their own words. A value
that they reject must never be accepted here, because a mutation could run before they report it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from functools import partial
from itertools import product
from typing import Any

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_input_field,
)
from graphql.language.parser import MAX_NESTING_DEPTH
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField

from graphql_api.execution.input_shapes import (
    ABSENT,
    DEFINITION,
    NATIVE_TYPES,
    input_shape_of,
    is_covered,
    members_of,
    struct_of,
)

Decode = Callable[[Any], Any]


class DoesNotFit(Exception):
    """A value that is not of its type, or not in its usual form; graphql-core decides which."""


class Inputs:
    """Compiles input types, each once. The schema must be final, because defaults are read at the first compilation."""

    def __init__(self, schema: GraphQLSchema, converter: GraphQLCoreConverter, config: StrawberryConfig) -> None:
        self.schema = schema
        self.converter = converter
        self.config = config
        self._names: dict[str, Any] = {"ABSENT": ABSENT, "Undefined": Undefined, "reject": _reject}
        self._compiled: dict[str, Decode | None] = {}

    def compile(self, type_: GraphQLInputType) -> Decode | None:
        """Return a function from JSON to the arguments of a Strawberry resolver; None if the type is not covered.

        The function takes values as `orjson.loads` makes them, and raises DoesNotFit.
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
            covered = all(is_covered(kind) for kind in kinds.values())
            self._compiled[name] = self._decoder(type_, kinds) if covered else None
        return self._compiled[name]

    def _decoder(self, type_: GraphQLInputType, kinds: Mapping[str, GraphQLInputObjectType]) -> Decode:
        for kind in kinds.values():
            if f"struct_{kind.name}" not in self._names:
                self._names[f"struct_{kind.name}"] = struct_of(kind)
                exec(self._constructor(kind), self._names)  # noqa: S102 - made of names in the schema, which are identifiers
        # msgspec caches its knowledge of the fields of a struct, but not of a list or a union.
        root: Any = msgspec.defstruct("Root", [("value", input_shape_of(type_))])
        structs = {f"struct_{name}": self._names[f"struct_{name}"] for name in kinds}
        for struct, (name, known) in product((root, *structs.values()), structs.items()):
            setattr(struct, name, known)
        make = eval(f"lambda v, d=0: {self._value(type_, 0)}", self._names)  # noqa: S307 - as above

        def decode(value: Any) -> Any:
            try:
                return make(msgspec.convert({"value": value}, root).value)
            except Exception as error:  # parsers of scalars and constructors may raise anything
                raise DoesNotFit from error

        return decode

    def _constructor(self, kind: GraphQLInputObjectType) -> str:
        """Return the source of a function from the struct to the object, as deep as graphql-core allows."""
        owner, members = kind.extensions[DEFINITION], list(members_of(kind))
        self._names[f"class_{kind.name}"] = owner.origin
        # A value is one level below its object, and the items of a list are another level below.
        checks = f"d > {MAX_NESTING_DEPTH - max(1 + str(type_).count('[') for _, _, type_ in members)}"
        if owner.is_one_of:
            values = "".join(f"s.{definition.python_name}, " for definition, _, _ in members)
            checks += f" or ({values}).count(ABSENT) != {len(members) - 1}"
        lines = [f"def make_{kind.name}(s, d):", f"    if {checks}:", "        reject()"]
        for definition, field, type_ in members:
            value = self._value(type_, 1)
            if not is_required_input_field(field):
                value = f"{self._default(owner, definition, field)} if v is ABSENT else {value}"
            lines += [f"    v = s.{definition.python_name}", f"    a_{definition.python_name} = {value}"]
        arguments = ", ".join(f"{definition.python_name}=a_{definition.python_name}" for definition, _, _ in members)
        return "\n".join([*lines, f"    return class_{kind.name}({arguments})", ""])

    def _value(self, type_: Any, depth: int) -> str:
        """Return an expression that converts `v`, this many levels below the depth `d`."""
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
        if type_ in NATIVE_TYPES:
            return "v"
        if isinstance(type_, GraphQLEnumType):
            self._names[f"enum_{type_.name}"] = {name: type_.coerce_input_value(name) for name in type_.values}
            return f"enum_{type_.name}[v]"
        self._names[f"parse_{type_.name}"] = type_.coerce_input_value
        return f"(reject() if v is None or (w := parse_{type_.name}(v)) is Undefined else w)"

    def _default(self, owner: Any, definition: StrawberryField, field: GraphQLInputField) -> str:
        """Return an expression for an omitted field: the default of GraphQL, or else that of the class."""
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


def _reject() -> Any:
    raise DoesNotFit
