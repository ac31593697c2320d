"""The stages of a scheme while its coupons go from generation to the factory, by the real mutations (R8, R9, R15)."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from db.schemes.stage_rows import StageRow
from domain.permissions import Role
from domain.schemes.stages import StageKind
from domain.spans import Span
from resolvers.schemes.rederive import rederive, rederive_execution
from resolvers.schemes.stages import stage_label
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.stages import read_stages, stages_agree

GENERATION, ALLOCATION, PRODUCTION = (
    StageKind.COUPON_GENERATION,
    StageKind.VENDOR_ALLOCATION,
    StageKind.PRODUCTION,
)
BOTH = {"AMB-1L": 1000, "AMB-4L": 1000}


def shown(row: StageRow) -> tuple[str, str, str | None, int]:
    """What people read of a stage."""
    return row.state, stage_label(row), row.waiting_on, row.done


def began_today(row: StageRow, clock: TestClock) -> bool:
    """Whether a stage reached its status on the present day. The clock moves a little with every operation."""
    return row.since is not None and row.since.date() == clock.now.date()


async def test_stages_follow_the_coupons_to_the_factory(
    consignments: ConsignmentFactory, factory: SchemeFactory, clock: TestClock
) -> None:
    """R8, R9: after every step all of it is stored as it follows from the facts."""
    scheme_id = await consignments.generated()
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[GENERATION]) == ("DONE", "Coupons generated", None, 2000)
    assert shown(rows[ALLOCATION]) == ("PENDING", "Vendor not assigned", "Operations: AMB-1L and AMB-4L", 0)
    assert shown(rows[PRODUCTION]) == ("NOT_STARTED", "Not started", None, 0)

    clock.advance(days=1)
    first = await consignments.created(scheme_id, quantities={"AMB-1L": 1000})
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[ALLOCATION]) == ("PENDING", "1,000 coupons not allocated", "Operations: AMB-4L", 1000)
    assert shown(rows[PRODUCTION]) == ("PENDING", "Production not started", "First Print", 0)

    clock.advance(days=1)
    second = await consignments.created(scheme_id, quantities={"AMB-4L": 1000}, chain=("PRN-1", "FAC-1"))
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[ALLOCATION]) == ("DONE", "Fully allocated", None, 2000)

    clock.advance(days=1)
    await consignments.produce(first, quantity=1000)
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[PRODUCTION]) == ("IN_PROGRESS", "In production", "First Print", 0)
    assert began_today(rows[PRODUCTION], clock)

    clock.advance(days=1)
    batch = await consignments.dispatch(first, quantity=1000)
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[PRODUCTION]) == ("IN_PROGRESS", "In production", "Second Pack and First Print", 0)

    await consignments.produce(second, sku="AMB-4L", quantity=1000)
    last = await consignments.dispatch(second, sku="AMB-4L", quantity=1000)
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[PRODUCTION]) == ("IN_PROGRESS", "In transit", "Second Pack and Third Factory", 0)

    clock.advance(days=1)
    await consignments.receive(last, sku="AMB-4L", by="FAC-1", accepted_serials=(Span(1000, 1989),))
    rows = await stages_agree(factory, scheme_id)
    (sentence,) = rows[PRODUCTION].blocked_by
    assert sentence.startswith("Operations must resolve a discrepancy of CON-2026-")
    await consignments.commission(second, batch_id=last, sku="AMB-4L")
    rows = await stages_agree(factory, scheme_id)
    # Nothing of what was commissioned is a threshold, and still the progress is there.
    assert rows[PRODUCTION].done == 990
    await consignments.receive(batch, accepted=1000)
    rows = await stages_agree(factory, scheme_id)
    assert rows[PRODUCTION].waiting_on == "Second Pack"


async def test_spoilage_opens_generation_and_allocation_again(
    consignments: ConsignmentFactory, factory: SchemeFactory, clock: TestClock
) -> None:
    """R12: the allocation is blocked until the missing coupons are generated."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities=BOTH)
    clock.advance(days=1)
    await consignments.produce(made, quantity=880, spoiled_serials=(Span(0, 119),))
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[GENERATION]) == ("PENDING", "120 coupons not generated", "Operations: AMB-1L", 1880)
    assert shown(rows[ALLOCATION]) == ("BLOCKED", "120 coupons not allocated", "Operations: AMB-1L", 1880)
    assert rows[ALLOCATION].blocked_by == ["120 coupons of AMB-1L are not generated."]
    assert began_today(rows[GENERATION], clock)
    assert began_today(rows[ALLOCATION], clock)
    clock.advance(days=1)
    await consignments.generated(scheme_id)
    rows = await stages_agree(factory, scheme_id)
    assert shown(rows[GENERATION]) == ("DONE", "Coupons generated", None, 2000)
    assert shown(rows[ALLOCATION]) == ("PENDING", "120 coupons not allocated", "Operations: AMB-1L", 1880)


async def test_delivered_coupons_end_the_production(consignments: ConsignmentFactory, factory: SchemeFactory) -> None:
    """R15: damaged coupons are settled; nothing reopens."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities=BOTH, chain=("PRN-1", "FAC-1"))
    for sku, first in (("AMB-1L", 0), ("AMB-4L", 1000)):
        await consignments.produce(made, sku=sku, quantity=1000)
        batch = await consignments.dispatch(made, sku=sku, quantity=1000)
        await consignments.receive(
            batch, sku=sku, by="FAC-1", accepted=999, damaged_serials=(Span(first + 7, first + 7),)
        )
        await consignments.commission(made, batch_id=batch, sku=sku)
    rows = await stages_agree(factory, scheme_id)
    assert [shown(rows[kind]) for kind in (GENERATION, ALLOCATION, PRODUCTION)] == [
        ("DONE", "Coupons generated", None, 2000),
        ("DONE", "Fully allocated", None, 2000),
        ("DONE", "Delivered", None, 2000),
    ]
    assert rows[StageKind.RUNNING].is_current


async def test_names_of_vendors_and_consignments_are_for_those_who_may_see_them(
    consignments: ConsignmentFactory, factory: SchemeFactory
) -> None:
    """R25: an ECP reads that a vendor must act, and not which one."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities=BOTH)
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=1000)
    await consignments.receive(batch, accepted_serials=(Span(0, 989),))
    seen = {}
    for role in (Role.OPERATIONS, Role.ANALYST, Role.ECP):
        rows = await read_stages(factory.operation(role), scheme_id)
        seen[role] = (rows[PRODUCTION].waiting_on, len(rows[PRODUCTION].blocked_by[0]), rows[ALLOCATION].waiting_on)
    named = "Operations must resolve a discrepancy of CON-2026-000001."
    assert seen[Role.OPERATIONS] == seen[Role.ANALYST] == ("First Print and Second Pack", len(named), None)
    assert seen[Role.ECP] == ("Vendor", len("Operations must resolve a discrepancy of a consignment."), None)
    own = await read_stages(consignments.vendor("PCK-1"), scheme_id)
    assert own[PRODUCTION].waiting_on == "Second Pack"
    # A vendor reads no quantities of other chains either.
    assert {(row.done, row.total, *row.blocked_by) for row in own.values()} == {(1, 1), (0, 1)}
    other = await read_stages(consignments.vendor("FAC-1"), scheme_id)
    assert other[PRODUCTION].waiting_on == "Vendor"


async def test_stages_of_execution_are_derived_without_touching_the_scheme(
    consignments: ConsignmentFactory, factory: SchemeFactory, clock: TestClock, database_url: str
) -> None:
    """R8: the quick way stores what the whole way stores, and the scheme keeps its place in lists."""
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id)
    before = await _stored(database_url, scheme_id)
    changed = (await factory.definition(scheme_id)).scheme.updated_at
    clock.advance(days=1)
    operation = consignments.operations()
    async with operation.writing() as session:
        await rederive_execution(operation, session, scheme_id)
    assert await _stored(database_url, scheme_id) == before
    assert (await factory.definition(scheme_id)).scheme.updated_at == changed
    async with operation.writing() as session:
        await rederive(operation, session, scheme_id)
    assert await _stored(database_url, scheme_id) == before
    assert (await factory.definition(scheme_id)).scheme.updated_at > changed + timedelta(hours=23)
    await operation.close()


@pytest.mark.parametrize("schemes", [1, 3])
async def test_names_and_progress_take_three_statements_for_any_number_of_schemes(
    consignments: ConsignmentFactory, factory: SchemeFactory, schemes: int
) -> None:
    """R8: and none where no stage needs them."""
    idle = await factory.approved()
    operation = factory.operation()
    await read_stages(operation, idle)
    assert operation.statements == 1
    for _ in range(schemes):
        scheme_id = await consignments.generated()
        made = await consignments.created(scheme_id)
        await consignments.produce(made, quantity=500)
        operation = factory.operation()
        await read_stages(operation, scheme_id)
    assert operation.statements == 4


async def _stored(url: str, scheme_id: UUID) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT * FROM scheme_stage WHERE scheme_id = $1 ORDER BY 2, 3", scheme_id)
    await connection.close()
    return [tuple(row.values()) for row in rows]
