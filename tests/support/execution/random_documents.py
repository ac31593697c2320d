"""A strategy for random valid documents over any schema, and for the values of their variables.

What a response key stands for is settled once per document: the same key always names the same field with the same
arguments and type, so selections can be repeated anywhere and merge.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_input_field,
)
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
# Values of an argument, by its name or else its type; graphql-core may reject some of them.
Values = Mapping[str, st.SearchStrategy[Any]]

ALIASES: Final = ("a", "b", "c")
SCALARS: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "Int": st.sampled_from([0, 1, 2, 3, 7, -1, 201, 2**31 - 1]),
    "String": st.sampled_from(["", "a", "x y", "None", 'quoted "text"', "é\n"]),
    "ID": st.sampled_from(["", "1", "x_y"]),
    "Boolean": st.booleans(),
    "Decimal": st.sampled_from(["12.50", "0"]),
    "SafeInt": st.sampled_from([0, 7, -1, 2**53 - 1]),
    "Date": st.sampled_from(["2026-05-02", "2026-02-30"]),
    "DateTime": st.sampled_from(["2026-05-02T12:00:00Z", "2026-05-02T17:30:00+05:30", "2026-05-02T12:00:00"]),
}
# What only a variable may hold: written in a document, it would make the document invalid.
VALID: Final = {"2026-02-30": "2026-02-28", "2026-05-02T12:00:00": "2026-05-02T12:00:00Z"}


@dataclass(frozen=True)
class RandomDocument:
    """A document and its variables."""

    text: str
    variables: dict[str, Any]


def documents(schema: GraphQLSchema, values: Values, *, depth: int = 6, fields: int = 24) -> Any:
    """Random valid queries, with at most so many fields and levels."""

    @st.composite
    def made(draw: Draw) -> RandomDocument:
        writer = _Writer(draw=draw, schema=schema, values=values, left=fields)
        body = writer.selection(schema.query_type, depth)
        variables = f"({', '.join(writer.definitions.values())})" if writer.definitions else ""
        text = " ".join([f"query Random{variables} {body}", *writer.fragments.values()])
        return RandomDocument(text, writer.variables)

    return made()


@dataclass
class _Writer:
    """Writes one document."""

    draw: Draw
    schema: GraphQLSchema
    values: Values
    left: int
    keys: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    on: dict[str, list[str]] = field(default_factory=dict)

    def selection(self, type_: Any, depth: int) -> str:
        """A selection set on a composite type."""
        wanted = self.draw(st.integers(1, 5))
        found = [self._one(type_, depth) for _ in range(wanted)]
        return "{ " + " ".join(found) + " }"

    def _one(self, type_: Any, depth: int) -> str:
        kind = self.draw(st.integers(0, 9))
        if kind <= 1 and depth > 1:
            return f"... {self._condition(type_, depth)}"
        if kind == 2 and depth > 1:
            return f"...{self._fragment(type_, depth)}{self._directive()}"
        return self._field(type_, depth)

    def _condition(self, type_: Any, depth: int) -> str:
        """An inline fragment on the type itself, without a type, or on one that it may be or is part of."""
        on = self.draw(st.sampled_from([None, type_, *self._overlapping(type_)]))
        name = "" if on is None else f"on {on.name}"
        return f"{name}{self._directive()} {self.selection(on or type_, depth - 1)}"

    def _fragment(self, type_: Any, depth: int) -> str:
        """A fragment that is there already, or a new one."""
        on = self.draw(st.sampled_from([type_, *self._overlapping(type_)]))
        known = self.on.get(on.name, [])
        if known and self.draw(st.booleans()):
            name: str = self.draw(st.sampled_from(known))
            return name
        body = self.selection(on, depth - 1)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = f"fragment {name} on {on.name} {body}"
        self.on.setdefault(on.name, []).append(name)
        return name

    def _overlapping(self, type_: Any) -> list[Any]:
        if is_abstract_type(type_):
            return list(self.schema.get_possible_types(type_))
        unions = [kind for kind in self.schema.type_map.values() if isinstance(kind, GraphQLUnionType)]
        return [*type_.interfaces, *(union for union in unions if type_ in union.types)]

    def _field(self, type_: Any, depth: int) -> str:
        self.left -= 1
        fields: dict[str, GraphQLField] = {} if isinstance(type_, GraphQLUnionType) else type_.fields
        leaves = [name for name, found in fields.items() if is_leaf_type(get_named_type(found.type))]
        names = ["__typename", *(leaves if depth <= 1 or self.left <= 0 else fields)]
        name: str = self.draw(st.sampled_from(names))
        if name == "__typename":
            return f"{self._key(name, '', 'String!')}{self._directive()}"
        found = fields[name]
        arguments = self._arguments(found)
        key = self._key(name, arguments, str(found.type))
        inner = get_named_type(found.type)
        below = "" if is_leaf_type(inner) else f" {self.selection(inner, depth - 1)}"
        return f"{key}{arguments}{self._directive()}{below}"

    def _key(self, name: str, arguments: str, type_: str) -> str:
        """`name`, or `alias: name`, such that the response key stands for nothing else in this document."""
        wanted = self.draw(st.sampled_from(ALIASES)) if self.draw(st.integers(0, 4)) == 0 else name
        key, number = wanted, 0
        while self.keys.setdefault(key, (name, arguments, type_)) != (name, arguments, type_):
            number += 1
            key = f"{wanted}{number}"
        return key if key == name else f"{key}: {name}"

    def _arguments(self, found: GraphQLField) -> str:
        written = [self._argument(name, argument) for name, argument in found.args.items()]
        given = [text for text in written if text]
        return f"({', '.join(given)})" if given else ""

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        required = isinstance(argument.type, GraphQLNonNull)
        if not required and self.draw(st.integers(0, 2)):
            return ""
        value = self._value(name, argument.type)
        if self.draw(st.booleans()):
            return f"{name}: {self._literal(value, argument.type)}"
        return f"{name}: {self._variable(name, argument.type, value)}"

    def _variable(self, name: str, type_: Any, value: Any) -> str:
        """A new variable: with a value, with a default, with both, or with nothing where it may be left out."""
        variable = f"{name}{len(self.definitions)}"
        how = self.draw(st.sampled_from(["value", "value", "default", "both", "neither", "wrong"]))
        default = f" = {self._literal(value, type_)}" if how in {"default", "both"} else ""
        self.definitions[variable] = f"${variable}: {type_}{default}"
        if how in {"value", "both"} or (how == "neither" and isinstance(type_, GraphQLNonNull)):
            self.variables[variable] = value
        elif how == "wrong":
            self.variables[variable] = self.draw(st.sampled_from([value, value, value, None, {"x": 1}, ["y"], 2.5]))
        return f"${variable}"

    def _value(self, name: str, type_: Any) -> Any:
        """A JSON value of an input type."""
        if isinstance(type_, GraphQLNonNull):
            return self._present(name, type_.of_type)
        if self.draw(st.integers(0, 9)) == 0:
            return None
        return self._present(name, type_)

    def _present(self, name: str, type_: Any) -> Any:
        if isinstance(type_, GraphQLList):
            return [self._value(name, type_.of_type) for _ in range(self.draw(st.integers(0, 3)))]
        if isinstance(type_, GraphQLEnumType):
            return self.draw(st.sampled_from(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            needed = [key for key, field in type_.fields.items() if is_required_input_field(field)]
            others = self.draw(st.lists(st.sampled_from(list(type_.fields)), unique=True, max_size=2))
            chosen = dict.fromkeys([*needed, *others])
            return {key: self._value(key, type_.fields[key].type) for key in chosen}
        known = {**SCALARS, **self.values}
        return self.draw(known[name if name in known else type_.name])

    def _literal(self, value: Any, type_: Any) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self._literal(value, type_.of_type)
        if isinstance(value, list):
            return f"[{', '.join(self._literal(item, type_.of_type) for item in value)}]"
        if isinstance(value, dict):
            pairs = (f"{key}: {self._literal(item, type_.fields[key].type)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        return (
            value
            if isinstance(type_, GraphQLEnumType) and isinstance(value, str)
            else json.dumps(VALID.get(value, value))
        )

    def _directive(self) -> str:
        kind = self.draw(st.integers(0, 11))
        if kind > 2:
            return ""
        names = {0: ["skip"], 1: ["include"], 2: ["include", "skip"]}[kind]
        return "".join(f" @{name}(if: {self._condition_value()})" for name in names)

    def _condition_value(self) -> str:
        if self.draw(st.booleans()):
            return "true" if self.draw(st.booleans()) else "false"
        name = self.draw(st.sampled_from(["yes", "no"]))
        self.definitions.setdefault(name, f"${name}: Boolean" + ("!" if name == "yes" else " = false"))
        if name not in self.variables and self.draw(st.integers(0, 3)):
            self.variables[name] = self.draw(st.booleans())
        elif name == "yes":
            self.variables.setdefault(name, True)
        return f"${name}"
