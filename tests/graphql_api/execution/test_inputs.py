"""Compiled inputs against the oracle: graphql-core's coercion, followed by Strawberry's conversion."""

from types import SimpleNamespace
from typing import Any, Final

import pytest
import strawberry
from graphql import (
    FieldNode,
    GraphQLNonNull,
    parse,
    parse_type,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.language.parser import MAX_NESTING_DEPTH
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.execution.inputs import Inputs
from graphql_api.execution.variables import RootArguments, Variables
from schema.build import build_schema
from tests.support.execution.inputs import (
    CORES,
    COVERED,
    INPUTS,
    KINDS,
    REJECTED,
    SCHEMAS,
    STRAY,
    UNCOVERED,
    by_oracle,
    compiled,
    input_kind,
    operation_of,
    same,
    spoiled,
    usual,
)

pytestmark = pytest.mark.long


@pytest.mark.parametrize(("where", "name"), COVERED)
@settings(deadline=None, max_examples=8)
@given(st.data())
def test_usual_values_are_decoded_as_the_oracle_does(where: str, name: str, data: st.DataObject) -> None:
    type_ = GraphQLNonNull(input_kind(where, name))
    value = data.draw(usual(type_))
    expected = by_oracle(where, type_, value)
    decoded = compiled(where, type_)(value)
    assert decoded is not REJECTED or expected is REJECTED
    assert same(decoded, expected)


@pytest.mark.parametrize(("where", "name"), COVERED)
@settings(deadline=None, max_examples=12)
@given(st.data())
def test_other_values_are_decoded_as_the_oracle_does_or_rejected(where: str, name: str, data: st.DataObject) -> None:
    type_ = GraphQLNonNull(input_kind(where, name))
    value = data.draw(spoiled(type_))
    decoded = compiled(where, type_)(value)
    if decoded is not REJECTED:
        assert same(decoded, by_oracle(where, type_, value))


@pytest.mark.parametrize("text", ["OddInput", "[OddInput!]", "[[OddInput]!]!", "[Channel!]!", "Decimal", "[Float]"])
@settings(deadline=None, max_examples=12)
@given(st.data())
def test_lists_and_nullable_types_are_decoded_too(text: str, data: st.DataObject) -> None:
    type_: Any = type_from_ast(CORES["synthetic"], parse_type(text))
    value = data.draw(usual(type_) | spoiled(type_) | STRAY)
    decoded = compiled("synthetic", type_)(value)
    if decoded is not REJECTED:
        assert same(decoded, by_oracle("synthetic", type_, value))


def test_every_input_type_of_the_real_schema_is_covered() -> None:
    uncovered = {name for where, name in KINDS if INPUTS[where].compile(input_kind(where, name)) is None}
    assert uncovered == UNCOVERED


@pytest.mark.parametrize("depth", [3, 99, 100, 101, 150, 198, 199, 200, 201, 2_000])
@pytest.mark.parametrize("step", ["not", "all"])
def test_inputs_too_deep_for_graphql_core_are_rejected(step: str, depth: int) -> None:
    type_ = GraphQLNonNull(input_kind("real", "RuleConditionInput"))
    value: Any = {"enrolledWithin": {"days": 3}}
    for _ in range(depth):
        value = {step: value} if step == "not" else {step: [value]}
    decoded = compiled("real", type_)(value)
    expected = by_oracle("real", type_, value)
    assert (
        (decoded is REJECTED) == (expected is REJECTED) == (depth * (1 if step == "not" else 2) + 2 > MAX_NESTING_DEPTH)
    )


def test_a_circular_value_is_rejected() -> None:
    value: dict[str, Any] = {}
    value["not"] = value
    assert compiled("real", GraphQLNonNull(input_kind("real", "RuleConditionInput")))(value) is REJECTED


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
    type_ = GraphQLNonNull(input_kind("synthetic", "OddInput"))
    value = {"ratio": 1, **given_}
    assert same(compiled("synthetic", type_)(value), by_oracle("synthetic", type_, value))


def test_defaults_are_not_shared() -> None:
    decode = compiled("synthetic", GraphQLNonNull(input_kind("synthetic", "OddInput")))
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
    operation = operation_of(parse(text))
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
    assert errors == get_variable_values(
        CORES["synthetic"], operation_of(parse(text)).variable_definitions or (), inputs
    )


def test_inputs_that_their_constructor_rejects_are_left_to_strawberry() -> None:
    assert compiled("synthetic", input_kind("synthetic", "PickyInput"))({"percent": 101}) is REJECTED


def test_unsupported_inputs_are_left_to_strawberry() -> None:
    text = "query ($by: WithMaybeInput!, $key: ID!, $ids: GlobalIdInput!) { uncovered(by: $by, key: $key, ids: $ids) }"
    values, decoded = _values(text, {"by": {"inner": {"text": "a"}}, "key": "VGhpbmc6MQ==", "ids": {"ids": []}})
    assert isinstance(values, VariableValues)
    assert not decoded


def _values(text: str, inputs: dict[str, Any]) -> tuple[Any, Any]:
    document = parse(text)
    return Variables(INPUTS["synthetic"], document, operation_of(document)).values(inputs)


def _key(node: FieldNode) -> str:
    return (node.alias or node.name).value


def test_suggestions_are_hidden_as_the_schema_says() -> None:
    schema = build_schema(strawberry.Schema, suggestions=False)
    inputs = Inputs(schema._schema, schema.schema_converter, schema.config)  # noqa: SLF001 - no public way
    document = parse("mutation ($i: CreateSchemeInput!) { createScheme(input: $i) { __typename } }")
    errors, _ = Variables(inputs, document, operation_of(document)).values({"i": {"titel": "x"}})
    assert isinstance(errors, list)
    assert not any("Did you mean" in error.message for error in errors)
