"""Random documents, over the real schema and over one whose fields fail at random, are answered as by graphql-core.

TESSERA_FUZZ=5000 in the environment makes so many examples of each.
"""

import os
from collections import Counter
from typing import Any, Final

import pytest
import strawberry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.permissions import Role
from graphql_api.execution import CompiledSchema
from schema.build import build_schema
from tests.support.execution.example import ID_COUNT, SCHEME_COUNT, Example
from tests.support.execution.faults import Fault, Faults
from tests.support.execution.oracle import Comparison, compare
from tests.support.execution.random_documents import RandomDocument, documents
from tests.support.execution.synthetic import compiled_schema
from tests.support.execution.synthetic_rows import World, fault_places

pytestmark = pytest.mark.long

EXAMPLES: Final = int(os.environ.get("TESSERA_FUZZ", "300"))
FUZZ: Final = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    # The same examples every time, so that the suite says the same about the same code; a long run makes new ones.
    derandomize="TESSERA_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
# Ids, codes and cursors stand for those of the example database, which has not been made yet.
IDS: Final = [f"id:{index}" for index in range(ID_COUNT)]
CODES: Final = [f"code:{index}" for index in range(SCHEME_COUNT)]
CURSORS: Final = [f"cursor:{index}" for index in range(2)]
REAL_VALUES: Final = {
    "id": st.sampled_from([*IDS, *IDS, "sch_AAAAAAAAAAAAAAAAAAAAAA", "x", ""]),
    "ids": st.sampled_from([*IDS, *IDS, *IDS, "tir_AAAAAAAAAAAAAAAAAAAAAA", "x"]),
    "code": st.sampled_from([*CODES, "SCH-1", ""]),
    "schemeId": st.sampled_from([IDS[1], IDS[1], IDS[3], IDS[0], IDS[6], "x"]),
    "EventCursor": st.sampled_from([*CURSORS, *CURSORS, "", "x"]),
    "parentId": st.sampled_from([IDS[6], IDS[7], IDS[0], "x"]),
    "geographyIds": st.sampled_from([IDS[6], IDS[7], IDS[0]]),
    "variantIds": st.sampled_from([IDS[13], IDS[0]]),
    "search": st.sampled_from(["", "am", "a", "monsoon care", "x'\"%"]),
    "first": st.sampled_from([1, 2, 3, 100, 0, -1, 201]),
    "last": st.sampled_from([1, 2, 3, 0]),
}
SYNTHETIC_VALUES: Final = {"count": st.integers(0, 4), "first": st.integers(-1, 3), "number": st.integers(-1, 9)}
VIEWERS: Final = ["everybody"] * 6 + [Role.PROGRAM_MANAGER, Role.APPROVER, Role.ADMIN, None]
KINDS: Final = {
    "attribute": [Fault.MISSING, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.LATER],
    "function": [Fault.RAISES, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.LATER],
    "loader": [Fault.RAISES, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.TOO_FEW],
}
SEEN: Final[Counter[str]] = Counter()


@st.composite
def faults(draw: Any) -> Faults:
    """Up to three faults, anywhere."""
    places = draw(st.lists(st.sampled_from(sorted(fault_places(), key=str)), max_size=3, unique=True))
    return {place: draw(st.sampled_from(KINDS[fault_places()[place]])) for place in places}


@FUZZ
@given(
    document=documents(build_schema()._schema, REAL_VALUES),  # noqa: SLF001 - no public way
    viewer=st.sampled_from(VIEWERS),
)
async def test_documents_over_the_real_schema(
    document: RandomDocument,
    viewer: str | None,
    compiled: CompiledSchema,
    standard_unvalidated: strawberry.Schema,
    example: Example,
) -> None:
    asks = example.everybody if viewer == "everybody" else example.world.viewer(viewer) if viewer else None
    text = document.text
    for kind, values in _named(example).items():
        for index, value in enumerate(values):
            text = text.replace(f'"{kind}:{index}"', f'"{value}"')
    variables = _with_ids(document.variables, _named(example))
    found = await compare(compiled, standard_unvalidated, text, variables, context=example.context(asks))
    _check(found, "real")


@FUZZ
@given(
    document=documents(compiled_schema()._schema, SYNTHETIC_VALUES, fields=30),  # noqa: SLF001 - no public way
    broken=faults(),
)
async def test_documents_over_a_schema_that_fails(
    document: RandomDocument, broken: Faults, plain_unvalidated: strawberry.Schema, synthetic_all: CompiledSchema
) -> None:
    found = await compare(
        synthetic_all, plain_unvalidated, document.text, document.variables, context=lambda: World(broken)
    )
    _check(found, "synthetic")


def test_the_random_documents_are_worth_it() -> None:
    """Most are carried out by a plan, many by graphql-core, and none was invalid."""
    for name in ("real", "synthetic"):
        assert SEEN[name] >= EXAMPLES
        assert SEEN[f"{name} planned"] > SEEN[name] * 0.4
        assert SEEN[f"{name} fallback"] > SEEN[name] * 0.1
        assert SEEN[f"{name} invalid"] == 0


def _check(found: Comparison, name: str) -> None:
    SEEN[name] += 1
    SEEN[f"{name} {'planned' if found.fallback is None else 'fallback'}"] += 1
    SEEN[f"{name} invalid"] += not found.engine.executed
    SEEN[f"{name} loose"] += found.loose
    assert found.differences == []


def _named(example: Example) -> dict[str, tuple[str, ...]]:
    return {"id": example.ids, "code": example.codes, "cursor": example.cursors}


def _with_ids(value: Any, named: dict[str, tuple[str, ...]]) -> Any:
    if isinstance(value, dict):
        return {key: _with_ids(item, named) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_ids(item, named) for item in value]
    if isinstance(value, str) and value.partition(":")[0] in named:
        kind, _, index = value.partition(":")
        return named[kind][int(index)]
    return value
