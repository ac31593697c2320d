"""Values of every input type, usual and spoiled, and both ways to decode one."""

import copy
import dataclasses
import functools
from collections.abc import Callable
from datetime import UTC
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    is_required_input_field,
    parse,
)
from graphql.execution.values import get_variable_values
from hypothesis import strategies as st
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryList, StrawberryOptional

from domain.calendar import BEGINNING, FOREVER
from graphql_api.execution.inputs import DoesNotFit, Inputs
from schema.build import build_schema
from tests.support.execution.inputs_schema import build_inputs_schema

REJECTED: Final = object()
UNCOVERED: Final = {"MaybeInput", "WithMaybeInput", "GlobalIdInput"}
SCHEMAS: Final = {"real": build_schema(), "synthetic": build_inputs_schema()}
CORES: Final = {where: schema._schema for where, schema in SCHEMAS.items()}  # noqa: SLF001 - no public way
INPUTS: Final = {
    where: Inputs(CORES[where], schema.schema_converter, schema.config) for where, schema in SCHEMAS.items()
}
KINDS: Final = [
    (where, name)
    for where, core in CORES.items()
    for name, kind in core.type_map.items()
    if isinstance(kind, GraphQLInputObjectType)
]
COVERED: Final = [(where, name) for where, name in KINDS if name not in UNCOVERED]

# What a client might send by mistake, and some of it fits some types.
NUMBERS: Final = [0, 1, 3.0, 3.5, -0.0, 1e300, 2**31, -(2**31) - 1, 2**53, 10**400]
TEXTS: Final = [
    "",
    "3",
    "x",
    "SHOP",
    "MONDAY",
    "2026-02-30",
    "2026-03-01",
    "2026-03-01T09:30:00Z",
    "2026-03-01 09:30:00Z",
]
OTHERS: Final[list[Any]] = [
    None,
    True,
    "12.50",
    "NaN",
    "true",
    [],
    {},
    [None],
    [[1]],
    [{}],
    {"": None},
    {"all": []},
    {"text": None},
]
STRAY: Final[st.SearchStrategy[Any]] = st.sampled_from([*NUMBERS, *TEXTS, *OTHERS]).map(copy.deepcopy)
_MOMENTS: Final = st.datetimes(
    BEGINNING.replace(tzinfo=None), FOREVER.replace(tzinfo=None), timezones=st.just(UTC)
).map(lambda at: at.isoformat().replace("+00:00", "Z"))
SCALARS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "String": st.text(max_size=4),
    "ID": st.text(max_size=4),
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**40), 2**40),
    "Boolean": st.booleans(),
    "Even": st.integers(-9, 9).map(lambda half: 2 * half),
    "SafeInt": st.integers(-(2**53) + 1, 2**53 - 1),
    "Date": st.dates().map(lambda day: day.isoformat()),
    "DateTime": _MOMENTS,
    "ReportedDecimal": st.decimals(-(10**9), 10**9, places=2).map(str) | st.text(max_size=4),
    "ReportedDateTime": _MOMENTS | st.text(max_size=4),
    "EventCursor": st.text(max_size=200),
    "Decimal": st.decimals(-(10**9), 10**9, places=2).map(str) | st.integers(-(10**9), 10**9),
    "JSON": st.recursive(st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=3),
}


@functools.cache
def usual(type_: Any) -> st.SearchStrategy[Any]:
    """Values as clients send them for a type."""
    if not isinstance(type_, GraphQLNonNull):
        return st.none() | usual(GraphQLNonNull(type_))
    inner = type_.of_type
    if isinstance(inner, GraphQLList):
        return st.lists(usual(inner.of_type), max_size=2)
    if isinstance(inner, GraphQLEnumType):
        return st.sampled_from(sorted(inner.values))
    if isinstance(inner, GraphQLInputObjectType):
        return st.deferred(lambda: _objects(inner))
    return SCALARS[inner.name]


def _objects(kind: GraphQLInputObjectType) -> st.SearchStrategy[dict[str, Any]]:
    if kind.extensions["strawberry-definition"].is_one_of:
        members = [{name: usual(GraphQLNonNull(field.type))} for name, field in kind.fields.items()]
        return st.one_of([st.fixed_dictionaries(member) for member in members])
    required = {name: usual(field.type) for name, field in kind.fields.items() if is_required_input_field(field)}
    optional = {name: usual(field.type) for name, field in kind.fields.items() if name not in required}
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def spoiled(draw: st.DrawFn, type_: Any) -> Any:
    """A usual value in which up to three places, at any depth, hold something else, nothing, or too much."""
    holder = [draw(usual(type_))]
    for _ in range(draw(st.integers(1, 3))):
        within, key = draw(st.sampled_from(list(_places(holder))))
        match draw(st.sampled_from(["other", "other", "missing", "unknown", "one for a list"])):
            case "missing" if isinstance(within, dict):
                del within[key]
            case "unknown" if isinstance(within[key], dict):
                within[key][draw(st.sampled_from(["x", "id", "all", "expectedVersion", "in_", ""]))] = draw(STRAY)
            case "one for a list" if isinstance(within[key], list) and within[key]:
                within[key] = within[key][0]
            case _:
                within[key] = draw(STRAY)
    return holder[0]


def _places(within: Any) -> Any:
    """Every place of a value: the dict or list, and the key or index in it."""
    for key, value in list(within.items() if isinstance(within, dict) else enumerate(within)):
        yield within, key
        if isinstance(value, dict | list):
            yield from _places(value)


def by_oracle(where: str, type_: Any, value: Any) -> Any:
    """Decode a value without compiled inputs; REJECTED for an error."""
    schema = SCHEMAS[where]
    definitions = operation_of(parse(f"query ($v: {type_}) {{ __typename }}")).variable_definitions or ()
    try:
        found = get_variable_values(CORES[where], definitions, {"v": value})
        if isinstance(found, list):
            return REJECTED
        registry = schema.schema_converter.scalar_registry
        return convert_argument(found.coerced["v"], _declared(type_), registry, schema.config)
    except Exception:  # noqa: BLE001 - Strawberry raises its own, and constructors raise anything
        return REJECTED


def _declared(type_: Any) -> Any:
    """Strawberry's type for a GraphQL type."""
    if not isinstance(type_, GraphQLNonNull):
        return StrawberryOptional(_declared(GraphQLNonNull(type_)))
    inner = type_.of_type
    if isinstance(inner, GraphQLList):
        return StrawberryList(_declared(inner.of_type))
    # Strawberry converts leaves all alike: not at all.
    return inner.extensions["strawberry-definition"].origin if isinstance(inner, GraphQLInputObjectType) else str


def compiled(where: str, type_: Any) -> Callable[[Any], Any]:
    """The same by compiled inputs; REJECTED for what does not fit."""
    decode = INPUTS[where].compile(type_)
    assert decode is not None

    def decoded(value: Any) -> Any:
        try:
            return decode(value)
        except DoesNotFit:
            return REJECTED

    return decoded


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in every attribute, with its type."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if dataclasses.is_dataclass(one):
        attributes, others = vars(one), vars(other)
        return attributes.keys() == others.keys() and all(same(value, others[key]) for key, value in attributes.items())
    # Decimal("1.0") == Decimal("1.00"), and moments in several zones are equal: not so their texts.
    return bool(one == other) and repr(one) == repr(other)


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    """The first operation of a document."""
    return next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))


def input_kind(where: str, name: str) -> Any:
    """An input type of one of the schemas."""
    return CORES[where].type_map[name]
