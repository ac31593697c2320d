"""A failure at any depth gives the same data and errors as graphql-core."""

import itertools
from functools import partial
from typing import Final

import pytest
import strawberry

from graphql_api.execution import CompiledSchema
from tests.support.execution.faults import Fault
from tests.support.execution.oracle import compare
from tests.support.execution.synthetic_rows import Thing, World, fault_places

FRAGMENTS: Final = """
fragment Leaves on Thing {
  __typename number title note ratio price made day blob color level mood colors tags looseTags matrix looseMatrix
  doubled remark secret
}
fragment Lists on Thing {
  parts { side label } looseParts { side } grid { side } looseGrid { side label }
  shape { __typename ... on Circle { radius } ... on Square { side label } }
  shapes { ... on Circle { radius } }
}
fragment Loaders on Thing {
  weight mustWeight owner { number title mustOwner { doubled } } ownerTitle mustOwner { number friends { note } }
  friends { number } looseFriends { number title } friendCount children { number } more: children(first: 3) { title }
}
"""
SMALL: Final = (
    """
{ things { same { ...Leaves } ...Lists ...Loaders looseFriends { number mustOwner { ...Leaves ...Lists } } } }
"""
    + FRAGMENTS
)
DOCUMENT: Final = (
    """
{
  things(count: 5) {
    ...Leaves
    same { number mustOwner { ...Leaves owner { title } } }
    perhaps { title perhaps { ...Lists remark } }
    named { __typename title ... on Thing { number children(first: 1) { ...Leaves } } }
    ...Lists
    ...Loaders
  }
  plane { __typename ... on Square { side } }
  named { title ... on Thing { owner { note } } }
  looseThings { number remark friends { mustOwner { title } } }
  thing(number: 2) { ...Leaves ...Lists ...Loaders }
  none: thing(number: -1) { number }
  count
}
"""
    + FRAGMENTS
)
BY_KIND: Final = {
    "attribute": [Fault.MISSING, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.LATER],
    "function": [Fault.RAISES, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.LATER],
    "loader": [Fault.RAISES, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.LATER, Fault.TOO_FEW],
}
PLACES: Final = fault_places()
FAULTS: Final = [(*place, fault) for place, kind in PLACES.items() for fault in BY_KIND[kind]]


async def test_an_operation_without_failures(synthetic: CompiledSchema, plain_unvalidated: strawberry.Schema) -> None:
    found = await compare(synthetic, plain_unvalidated, DOCUMENT, context=World)
    assert found.differences == []
    assert found.engine.errors == []
    assert found.fallback is None


@pytest.mark.parametrize("field", sorted({name for name, _ in PLACES}))
async def test_a_field_that_fails_everywhere(
    field: str, synthetic_all: CompiledSchema, plain_unvalidated: strawberry.Schema
) -> None:
    for fault in BY_KIND[PLACES[field, None]]:
        world = partial(World, {(field, None): fault})
        found = await compare(synthetic_all, plain_unvalidated, DOCUMENT, context=world)
        assert found.differences == [], fault


@pytest.mark.parametrize("field", sorted(name for (name, _), kind in PLACES.items() if kind == "attribute"))
async def test_a_field_that_fails_in_one_row(
    field: str, synthetic_all: CompiledSchema, plain_unvalidated: strawberry.Schema
) -> None:
    for number, fault in itertools.product((2, 22), BY_KIND["attribute"]):
        world = partial(World, {(field, number): fault})
        found = await compare(synthetic_all, plain_unvalidated, SMALL, context=world)
        assert found.differences == [], (number, fault)


@pytest.mark.parametrize(
    ("document", "faults", "data", "paths"),
    [
        ("{ things { number doubled } count }", {("doubled", 2): Fault.RAISES}, b"null", [("things", 1, "doubled")]),
        (
            "{ count looseThings { number doubled } }",
            {("doubled", 4): Fault.RAISES},
            b'{"count":3,"looseThings":[null,null,{"number":5,"doubled":10}]}',
            [("looseThings", 1, "doubled")],
        ),
        (
            "{ thing { number perhaps { perhaps { same { same { title } } } } } }",
            {("title", 1): Fault.NULL},
            b'{"thing":{"number":1,"perhaps":{"perhaps":null}}}',
            [("thing", "perhaps", "perhaps", "same", "same", "title")],
        ),
        (
            "{ thing { looseMatrix matrix } }",
            {("matrix", 1): Fault.LATER},
            b'{"thing":null}',
            [("thing", "matrix", 3)],
        ),
        (
            "{ thing { looseTags note } }",
            {("loose_tags", 1): Fault.LATER, ("note", 1): Fault.EXCEPTION},
            b'{"thing":{"looseTags":[null,null],"note":null}}',
            [("thing", "looseTags", 0), ("thing", "note")],
        ),
        (
            "{ thing(number: 4) { owner { title } ownerTitle mustOwner { number } } }",
            {("must_owners", None): Fault.NULL, ("owners", None): Fault.RAISES},
            b'{"thing":{"owner":null,"ownerTitle":null,"mustOwner":{"number":24}}}',
            [("thing", "owner"), ("thing", "ownerTitle")],
        ),
        (
            "{ thing(number: 3) { looseGrid { side } grid { side label } } }",
            {("grid", 3): Fault.LATER},
            b'{"thing":null}',
            [("thing", "grid", 3)],
        ),
    ],
)
async def test_nulls_propagate_as_specified(  # noqa: PLR0913, PLR0917 - a table
    synthetic: CompiledSchema,
    plain_unvalidated: strawberry.Schema,
    document: str,
    faults: dict[tuple[str, int | None], Fault],
    data: bytes,
    paths: list[tuple[str | int, ...]],
) -> None:
    found = await compare(synthetic, plain_unvalidated, document, context=lambda: World(faults))
    assert found.differences == []
    assert not found.loose
    assert found.engine.data == data
    assert found.engine.paths == paths
    assert found.fallback is not None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, 3, "4", 2**60, 2.5, -(2**31) - 1, b"x", object])
async def test_leaf_values_are_accepted_or_rejected(
    value: object, synthetic: CompiledSchema, plain_unvalidated: strawberry.Schema
) -> None:
    leaves = ("ratio", "number", "title", "note", "price", "color", "level", "mood", "made", "day", "blob", "tags")

    class Odd(World):
        """Things that have the value everywhere."""

        def thing(self, number: int) -> Thing:
            row = super().thing(number)
            row.__dict__[leaf] = value
            return row

    for leaf in leaves:
        found = await compare(synthetic, plain_unvalidated, "{ thing { %s } }" % leaf, context=Odd)  # noqa: UP031 - braces
        assert found.differences == [], leaf
