"""Random documents over the real schema are answered as graphql-core answers them.

TESSERA_FUZZ=5000 in the environment makes so many examples.
"""

from typing import Any, Final

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st

from domain.permissions import Role
from graphql_api.execution import CompiledSchema
from schema.build import build_schema
from tests.support.execution.example import ID_COUNT, SCHEME_COUNT, Example
from tests.support.execution.fuzz import FUZZ, Tally
from tests.support.execution.oracle import compare
from tests.support.execution.random_documents import RandomDocument, documents

pytestmark = pytest.mark.long

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
VIEWERS: Final = ["everybody"] * 6 + [Role.PROGRAM_MANAGER, Role.APPROVER, Role.ADMIN, None]
TALLY: Final = Tally()


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
    TALLY.check(found)


# It counts what the test before it did, so it needs what that test needs.
@pytest.mark.usefixtures("example")
def test_random_documents_exercise_plans_and_fallbacks() -> None:
    TALLY.assert_worthwhile()


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
