"""The statements of tracking: as many for one consignment as for many (R15)."""

from typing import Any

import pytest

from domain.permissions import Role
from graphql_api.execution import CompiledSchema
from tests.support.client import document
from tests.support.factories.consignments import ConsignmentFactory

# The statements of the tracking page and of the board.
MOST = 10


async def count(compiled: CompiledSchema, made: ConsignmentFactory, name: str, variables: dict[str, Any]) -> int:
    """How many statements a document takes for Operations."""
    operation = made.schemes.operation(Role.OPERATIONS)
    result = await compiled.execute(document(name), variables, context_value=operation)
    await operation.close()
    assert result.errors is None
    return operation.statements


@pytest.mark.parametrize(
    ("name", "variables", "most"),
    [
        ("dashboard/TrackingBoard", {}, MOST),
        ("portal/ConsignmentTracking", {"code": "CON-2026-000001"}, MOST),
        ("portal/ConsignmentList", {"orderBy": "WAITING_SINCE_ASC"}, 6),
        ("portal/SchemeAllocation", {"code": "SCH-2026-000001"}, 14),
    ],
)
async def test_documents_take_few_statements(
    compiled: CompiledSchema, consignments: ConsignmentFactory, name: str, variables: dict[str, Any], most: int
) -> None:
    """R15: the number does not depend on how many consignments, batches, and movements there are."""
    scheme_id = await consignments.generated()
    first = await consignments.created(scheme_id, quantities={"AMB-1L": 100})
    await consignments.produce(first, quantity=50)
    await consignments.dispatch(first, quantity=10)
    alone = await count(compiled, consignments, name, variables)
    for _ in range(3):
        made = await consignments.created(scheme_id, quantities={"AMB-1L": 100, "AMB-4L": 10})
        await consignments.produce(made, quantity=50)
        await consignments.receive(await consignments.dispatch(made, quantity=20), accepted=20)
    await consignments.dispatch(first, quantity=10)
    assert await count(compiled, consignments, name, variables) == alone <= most
