"""Compiled inputs against the oracle: graphql-core's coercion, followed by Strawberry's conversion."""

import copy
import dataclasses
import functools
from collections.abc import Callable
from datetime import UTC
from types import SimpleNamespace
from typing import Any, Final

import pytest
import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    is_required_input_field,
    parse,
    parse_type,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.language.parser import MAX_NESTING_DEPTH
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.types.arguments import convert_argument
from strawberry.types.base import StrawberryList, StrawberryOptional

from graphql_api.execution.inputs import DoesNotFit, Inputs
from graphql_api.execution.variables import RootArguments, Variables
from schema.build import build_schema
from tests.support.execution.inputs_schema import build_inputs_schema

pytestmark = pytest.mark.long

REFUSED: Final = object()
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
SCALARS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "String": st.text(max_size=4),
    "ID": st.text(max_size=4),
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**40), 2**40),
    "Boolean": st.booleans(),
    "Even": st.integers(-9, 9).map(lambda half: 2 * half),
    "SafeInt": st.integers(-(2**53) + 1, 2**53 - 1),
    "Date": st.dates().map(lambda day: day.isoformat()),
    "DateTime": st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat().replace("+00:00", "Z")),
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
    """What a resolver gets for a value without compiled inputs; REFUSED for an error."""
    schema = SCHEMAS[where]
    definitions = _operation(parse(f"query ($v: {type_}) {{ __typename }}")).variable_definitions or ()
    try:
        found = get_variable_values(CORES[where], definitions, {"v": value})
        if isinstance(found, list):
            return REFUSED
        registry = schema.schema_converter.scalar_registry
        return convert_argument(found.coerced["v"], _declared(type_), registry, schema.config)
    except Exception:  # noqa: BLE001 - Strawberry raises its own, and constructors raise anything
        return REFUSED


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
    """The same by compiled inputs; REFUSED for what does not fit."""
    decode = INPUTS[where].compile(type_)
    assert decode is not None

    def decoded(value: Any) -> Any:
        try:
            return decode(value)
        except DoesNotFit:
            return REFUSED

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


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))


def _kind(where: str, name: str) -> Any:
    return CORES[where].type_map[name]


@pytest.mark.parametrize(("where", "name"), COVERED)
@settings(deadline=None, max_examples=15)
@given(st.data())
def test_usual_values_are_decoded_as_the_oracle_does(where: str, name: str, data: st.DataObject) -> None:
    type_ = GraphQLNonNull(_kind(where, name))
    value = data.draw(usual(type_))
    expected = by_oracle(where, type_, value)
    decoded = compiled(where, type_)(value)
    assert decoded is not REFUSED or expected is REFUSED
    assert same(decoded, expected)


@pytest.mark.parametrize(("where", "name"), COVERED)
@settings(deadline=None, max_examples=25)
@given(st.data())
def test_other_values_are_decoded_as_the_oracle_does_or_refused(where: str, name: str, data: st.DataObject) -> None:
    type_ = GraphQLNonNull(_kind(where, name))
    value = data.draw(spoiled(type_))
    decoded = compiled(where, type_)(value)
    if decoded is not REFUSED:
        assert same(decoded, by_oracle(where, type_, value))


@pytest.mark.parametrize("text", ["OddInput", "[OddInput!]", "[[OddInput]!]!", "[Channel!]!", "Decimal", "[Float]"])
@settings(deadline=None, max_examples=25)
@given(st.data())
def test_lists_and_nullable_types_are_decoded_too(text: str, data: st.DataObject) -> None:
    type_: Any = type_from_ast(CORES["synthetic"], parse_type(text))
    value = data.draw(usual(type_) | spoiled(type_) | STRAY)
    decoded = compiled("synthetic", type_)(value)
    if decoded is not REFUSED:
        assert same(decoded, by_oracle("synthetic", type_, value))


def test_every_input_type_of_the_real_schema_is_covered() -> None:
    uncovered = {name for where, name in KINDS if INPUTS[where].compile(_kind(where, name)) is None}
    assert uncovered == UNCOVERED


@pytest.mark.parametrize("depth", [3, 99, 100, 101, 150, 198, 199, 200, 201, 2_000])
@pytest.mark.parametrize("step", ["not", "all"])
def test_what_graphql_core_finds_too_deep_is_refused(step: str, depth: int) -> None:
    type_ = GraphQLNonNull(_kind("real", "RuleConditionInput"))
    value: Any = {"enrolledWithin": {"days": 3}}
    for _ in range(depth):
        value = {step: value} if step == "not" else {step: [value]}
    decoded = compiled("real", type_)(value)
    expected = by_oracle("real", type_, value)
    assert (
        (decoded is REFUSED) == (expected is REFUSED) == (depth * (1 if step == "not" else 2) + 2 > MAX_NESTING_DEPTH)
    )


def test_a_circle_is_refused() -> None:
    value: dict[str, Any] = {}
    value["not"] = value
    assert compiled("real", GraphQLNonNull(_kind("real", "RuleConditionInput")))(value) is REFUSED


@pytest.mark.parametrize(
    "given_",
    [
        {"certainly": None},
        {"certainly": {}},
        {"anything": None},
        {"even": 3},
        {"even": True},
        {"even": 4},
        {"even": None},
    ],
)
def test_parsers_of_scalars_decide_about_everything_but_null(given_: dict[str, Any]) -> None:
    type_ = GraphQLNonNull(_kind("synthetic", "OddInput"))
    value = {"ratio": 1, **given_}
    assert same(compiled("synthetic", type_)(value), by_oracle("synthetic", type_, value))


def test_defaults_are_not_shared() -> None:
    decode = compiled("synthetic", GraphQLNonNull(_kind("synthetic", "OddInput")))
    one, other = decode({"ratio": 1}), decode({"ratio": 1})
    assert one == other
    for attribute in ("ratios", "channels", "many", "line", "written"):
        assert getattr(one, attribute) is not getattr(other, attribute)


SALES: Final = {"source": "till", "sales": []}
SALES_QUERY: Final = "query ($i: RecordSalesInput!, $n: Int) { sales(input: $i, first: $n) }"
DECODED: Final = [
    ("query ($input: RecordSalesInput!) { sales(input: $input) }", {"input": SALES}, {"input"}),
    ("query ($i: RecordSalesInput!, $n: Int) { x: sales(input: $i, first: $n) }", {"i": SALES}, {"i"}),
    ("query ($i: RecordSalesInput!, $n: Int = 5) { sales(input: $i, first: $n) }", {"i": SALES, "n": 4}, {"i", "n"}),
    ("query ($by: OddInput) { odd(by: $by) }", {}, set()),
    ("query ($by: OddInput) { odd(by: $by) }", {"by": None}, {"by"}),
    ("query ($by: OddInput!) { odd(by: $by) }", {"by": {"ratio": 1}}, {"by"}),
    ("query ($in: [Channel!]) { odd(in: $in) }", {"in": ["WEB", "SHOP"]}, {"in"}),
    ("query ($by: OddInput = {ratio: 2}) { odd(by: $by, in: [WEB]) }", {}, set()),
    ("query ($by: OddInput) { odd(by: $by, other: {ratio: 3}) }", {"by": {"ratio": 1}}, {"by"}),
    ("query ($by: PickyInput!) { picky(by: $by) }", {"by": {"percent": 3}}, {"by"}),
    # Used twice, within a literal, in a fragment, in a directive, or looking so in a text.
    ("query ($by: OddInput) { odd(by: $by, other: $by) }", {"by": {"ratio": 1}}, set()),
    ("query ($r: Float!) { odd(by: {ratio: $r}) }", {"r": 1}, set()),
    ("query ($by: OddInput) { ...F } fragment F on Query { odd(by: $by) }", {"by": {"ratio": 1}}, set()),
    ("query ($n: Boolean!) { odd @skip(if: $n) }", {"n": False}, set()),
    (
        'query ($i: RecordSalesInput!) { sales(input: $i) odd(by: {ratio: 1, from: "$i"}) }',
        {"i": SALES},
        set(),
    ),
    # In an unusual form, or on a field that does more than resolve.
    ("query ($in: [Channel!]) { odd(in: $in) }", {"in": "WEB"}, set()),
    (SALES_QUERY, {"i": SALES, "n": 4.0}, set()),
    ("query ($by: WhichInput!) { loud(by: $by) }", {"by": {"text": "a"}}, set()),
]


@pytest.mark.parametrize(("text", "inputs", "expected"), DECODED)
async def test_resolvers_get_the_same_arguments(text: str, inputs: dict[str, Any], expected: set[str]) -> None:
    operation = _operation(parse(text))
    values, decoded = _values(text, inputs)
    assert isinstance(values, VariableValues)
    assert decoded == expected
    standard = await SCHEMAS["synthetic"].execute(text, inputs)
    fields = getattr(CORES["synthetic"].query_type, "fields", {})
    for node in operation.selection_set.selections:
        if isinstance(node, FieldNode):
            field = fields[node.name.value]
            arguments = get_argument_values(field, node, values)
            info = SimpleNamespace(field_name=node.name.value)
            answer = RootArguments(INPUTS["synthetic"], field, node).resolve(info, arguments, decoded)
            assert (standard.data or {})[_key(node)] == (answer if isinstance(answer, str) else await answer)


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        (SALES_QUERY, {"i": {"source": 3, "sales": [{"quantity": 1.5}]}}),
        (SALES_QUERY, {"i": None}),
        (SALES_QUERY, {}),
        (SALES_QUERY, {"i": {"x": 1}, "n": "3"}),
        (SALES_QUERY, {"i": SALES, "n": "3"}),
        ("query ($by: OddInput) { odd(by: $by) }", {"by": {"ratio": 1, "price": "1,5"}}),
        ("query ($by: [Channel!]!) { odd(in: $by) }", {"by": ["WEB", "SHOPP"]}),
    ],
)
def test_errors_are_those_of_graphql_core(text: str, inputs: dict[str, Any]) -> None:
    errors, _ = _values(text, inputs)
    assert isinstance(errors, list)
    assert errors == get_variable_values(CORES["synthetic"], _operation(parse(text)).variable_definitions or (), inputs)


def test_an_input_that_its_constructor_refuses_is_left_to_strawberry() -> None:
    assert compiled("synthetic", _kind("synthetic", "PickyInput"))({"percent": 101}) is REFUSED


def test_what_is_not_covered_is_left_to_strawberry() -> None:
    text = "query ($by: WithMaybeInput!, $key: ID!, $ids: GlobalIdInput!) { uncovered(by: $by, key: $key, ids: $ids) }"
    values, decoded = _values(text, {"by": {"inner": {"text": "a"}}, "key": "VGhpbmc6MQ==", "ids": {"ids": []}})
    assert isinstance(values, VariableValues)
    assert not decoded


def _values(text: str, inputs: dict[str, Any]) -> tuple[Any, Any]:
    document = parse(text)
    return Variables(INPUTS["synthetic"], document, _operation(document)).values(inputs)


def _key(node: FieldNode) -> str:
    return (node.alias or node.name).value


def test_suggestions_are_hidden_as_the_schema_says() -> None:
    schema = build_schema(strawberry.Schema, suggestions=False)
    inputs = Inputs(schema._schema, schema.schema_converter, schema.config)  # noqa: SLF001 - no public way
    document = parse("mutation ($i: CreateSchemeInput!) { createScheme(input: $i) { __typename } }")
    errors, _ = Variables(inputs, document, _operation(document)).values({"i": {"titel": "x"}})
    assert isinstance(errors, list)
    assert not any("Did you mean" in error.message for error in errors)
