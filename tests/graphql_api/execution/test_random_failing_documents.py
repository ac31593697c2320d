"""Random documents over a schema whose fields fail at random are answered as graphql-core answers them.

TESSERA_FUZZ=5000 in the environment makes so many examples.
"""

from typing import Any, Final

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st

from graphql_api.execution import CompiledSchema
from tests.support.execution.faults import Fault, Faults
from tests.support.execution.fuzz import FUZZ, Tally
from tests.support.execution.oracle import compare
from tests.support.execution.random_documents import RandomDocument, documents
from tests.support.execution.synthetic import compiled_schema
from tests.support.execution.synthetic_rows import World, fault_places

pytestmark = pytest.mark.long

VALUES: Final = {"count": st.integers(0, 4), "first": st.integers(-1, 3), "number": st.integers(-1, 9)}
KINDS: Final = {
    "attribute": [Fault.MISSING, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.LATER],
    "function": [Fault.RAISES, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.LATER],
    "loader": [Fault.RAISES, Fault.EXCEPTION, Fault.NULL, Fault.WRONG_TYPE, Fault.TOO_FEW],
}
TALLY: Final = Tally()


@st.composite
def faults(draw: Any) -> Faults:
    """Up to three faults, anywhere."""
    places = draw(st.lists(st.sampled_from(sorted(fault_places(), key=str)), max_size=3, unique=True))
    return {place: draw(st.sampled_from(KINDS[fault_places()[place]])) for place in places}


@FUZZ
@given(
    document=documents(compiled_schema()._schema, VALUES, fields=30),  # noqa: SLF001 - no public way
    broken=faults(),
)
async def test_documents_over_a_schema_that_fails(
    document: RandomDocument, broken: Faults, plain_unvalidated: strawberry.Schema, synthetic_all: CompiledSchema
) -> None:
    found = await compare(
        synthetic_all, plain_unvalidated, document.text, document.variables, context=lambda: World(broken)
    )
    TALLY.check(found)


def test_random_documents_exercise_plans_and_fallbacks() -> None:
    TALLY.assert_worthwhile()
