"""Leaves: scalars and enum values, encoded by one generated function per selection.

A value passes unchanged if orjson writes it as the scalar's own serializer would. The test is an expression, so that it
runs inside the generated function; all other values go through the scalar's serializer.
"""

import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    Undefined,
    is_leaf_type,
)
from msgspec import Struct

from graphql_api.execution.plan import Irregular, Row

# By scalar, the values v for which the serializer of graphql-core returns v itself.
BUILT_IN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "String": "type(v) is str",
        "ID": "type(v) is str",
        "Int": "type(v) is int and -2147483648 <= v <= 2147483647",
        "Float": "type(v) is float and v - v == 0.0",
        "Boolean": "type(v) is bool",
    }
)
_NAMES: Final = MappingProxyType({"ONLY_STR": {str}, "date": date, "datetime": datetime, "UTC": UTC})


class LeafField(Struct, frozen=True):
    """A leaf of a selection: its response key, where its value comes from, and its type.

    `source` is the name of an attribute, or a function of the parent; a constant is a function that ignores it.
    """

    key: str
    source: str | Callable[[Any], Any]
    type: Any


def is_leaf(type_: GraphQLOutputType) -> bool:
    """Whether a type is a scalar, an enum, or a list of them."""
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    return is_leaf_type(type_)


def compile_leaves(
    keys: Iterable[str], leaves: Iterable[LeafField], natives: Mapping[str, str]
) -> Callable[[list[Any]], list[Row]]:
    """Return a function from parents to answers: dicts with `keys` in order, with the leaves, and None for the rest."""
    names: dict[str, Any] = dict(_NAMES)
    by_key = {leaf.key: _expression(index, leaf, natives, names) for index, leaf in enumerate(leaves)}
    items = ", ".join(f"{key!r}: {by_key.get(key, 'None')}" for key in keys)
    code = f"def build(sources):\n    return [{{{items}}} for s in sources]\n"
    exec(code, names)  # noqa: S102 - made from names of the schema and of the validated document, which are identifiers
    built: Callable[[list[Any]], list[Row]] = names["build"]
    return built


def leaf_encoder(type_: GraphQLOutputType) -> Callable[[Any], Any]:
    """Return a function that encodes one value of a leaf type, or a list. It raises Irregular for a forbidden null."""
    nullable = not isinstance(type_, GraphQLNonNull)
    inner: Any = type_ if nullable else type_.of_type  # type: ignore[union-attr]
    if isinstance(inner, GraphQLList):
        return functools.partial(_encode_list, leaf_encoder(inner.of_type), nullable)
    return functools.partial(_encode, inner, nullable)


def _expression(index: int, leaf: LeafField, natives: Mapping[str, str], names: dict[str, Any]) -> str:
    if isinstance(leaf.source, str):
        value = f"s.{leaf.source}"
    else:
        names[f"c{index}"] = leaf.source
        value = f"c{index}(s)"
    nullable = not isinstance(leaf.type, GraphQLNonNull)
    inner = leaf.type if nullable else leaf.type.of_type
    if isinstance(inner, GraphQLEnumType):
        names[f"n{index}"] = _enum_names(inner, nullable=nullable)
        return f"n{index}[{value}]"
    names[f"e{index}"] = leaf_encoder(leaf.type)
    if isinstance(inner, GraphQLList):
        return _list_expression(index, value, inner.of_type, names)
    test = natives.get(inner.name) if isinstance(inner, GraphQLScalarType) else None
    if test is None:
        return f"e{index}({value})"
    absent = "(v := {0}) is None or" if nullable else "(v := {0}) is not None and"
    return f"(v if {absent.format(value)} {test} else e{index}(v))"


def _list_expression(index: int, value: str, item: GraphQLOutputType, names: dict[str, Any]) -> str:
    """Return an expression without a call per item for lists of enum values or texts, which are nearly all lists."""
    kind = item.of_type if isinstance(item, GraphQLNonNull) else None
    if isinstance(kind, GraphQLEnumType):
        names[f"n{index}"] = _enum_names(kind, nullable=False)
        return f"([n{index}[w] for w in v] if type(v := {value}) is list else e{index}(v))"
    if isinstance(kind, GraphQLScalarType) and kind.name in {"String", "ID"}:
        return f"(v if type(v := {value}) is list and set(map(type, v)) <= ONLY_STR else e{index}(v))"
    return f"e{index}({value})"


def _enum_names(type_: GraphQLEnumType, *, nullable: bool) -> dict[Any, str | None]:
    """Return names by value and by enum member; an unknown value then raises KeyError, which is irregular."""
    names: dict[Any, str | None] = {value.value: name for name, value in type_.values.items()}
    names.update({member: names[member.value] for member in getattr(type_, "wrapped_cls", ())})
    return {**names, None: None} if nullable else names


def _encode(type_: GraphQLLeafType, nullable: bool, value: Any) -> Any:  # noqa: FBT001 - a partial's argument
    if value is None:
        if nullable:
            return None
        raise Irregular("null")
    if isinstance(value, Exception | Awaitable):
        # graphql-core treats these as errors and future values, even for scalars that accept any object.
        raise Irregular("exception or awaitable")
    encoded = type_.coerce_output_value(value)
    if encoded is None or encoded is Undefined:
        raise Irregular("null")
    return encoded


def _encode_list(encode: Callable[[Any], Any], nullable: bool, value: Any) -> Any:  # noqa: FBT001 - as above
    if value is None and nullable:
        return None
    if not isinstance(value, list | tuple):
        reason = "null" if value is None else "not a list"
        raise Irregular(reason)
    return [encode(item) for item in value]
