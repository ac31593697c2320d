"""The statements of the app: as many for one entry of the ledger as for many (R22)."""

from typing import Any

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from graphql_api.execution import CompiledSchema
from resolvers.ecps.loaders import ecps_by_id
from tests.support.client import document, gid
from tests.support.clock import TestClock
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.ledger_desk import Line
from tests.support.ledger_story import LedgerStory, day
from tests.support.world import World


@pytest.fixture
async def story(enrollments: EnrollmentFactory, clock: TestClock, world: World) -> LedgerStory:
    """A scheme and an ECP with one sale."""
    made = LedgerStory(enrollments, clock, world)
    await made.begin()
    clock.now = day(5, 2)
    await made.desk.sell(made.ecp_id, "S", day(5, 1), Line("AMB-1L", 1))
    return made


async def count(compiled: CompiledSchema, story: LedgerStory, name: str, variables: dict[str, Any]) -> int:
    """How many statements a document takes for the ECP."""
    operation = story.enrollments.schemes.operation(Role.ECP)
    result = await compiled.execute(document(name), variables, context_value=operation)
    await operation.close()
    assert result.errors is None
    return operation.statements


@pytest.mark.parametrize(
    ("name", "most"),
    [("mobile/Home", 18), ("mobile/Ledger", 16), ("mobile/Statement", 12)],
)
async def test_documents_take_few_statements(
    compiled: CompiledSchema, story: LedgerStory, name: str, most: int
) -> None:
    """R22: the number does not depend on how many entries, sales, and corrections there are."""
    given = {"month": "2026-05", "schemeId": gid(NodeKind.SCHEME, story.scheme_id)}
    variables = given if name.endswith("Statement") else {}
    alone = await count(compiled, story, name, variables)
    await story.may()
    await story.june()
    assert await count(compiled, story, name, variables) == alone <= most


async def test_the_points_of_an_ecp_take_one_statement_for_each_list(
    compiled: CompiledSchema, story: LedgerStory
) -> None:
    """R22: the schemes of balances come with them, and entries of these schemes need no statement for them."""
    await story.may()
    operation = story.enrollments.schemes.operation(Role.ECP)
    operation.remember(ecps_by_id, {story.ecp_id: (await ecps_by_id(operation, [story.ecp_id]))[0]})
    before = operation.statements
    text = """{ viewer { ecp { balance { byScheme { scheme { title } } }
        ledger(first: 20) { nodes { points scheme { title } } } } } }"""
    result = await compiled.execute(text, context_value=operation)
    await operation.close()
    assert result.errors is None
    assert result.data is not None
    ecp = result.data["viewer"]["ecp"]
    (balance,) = ecp["balance"]["byScheme"]
    assert {entry["scheme"]["title"] for entry in ecp["ledger"]["nodes"]} == {balance["scheme"]["title"]}
    assert operation.statements == before + 2
