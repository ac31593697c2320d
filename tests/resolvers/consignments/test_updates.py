"""Consignments whose due date or chain changes (R12)."""

from datetime import date
from typing import Any

import pytest

from db.database import Database
from domain.consignments.failures import ChainNotAcknowledged
from domain.failures import IllegalState, InvalidInput
from domain.spans import Span
from tests.support.custody import query, state_of
from tests.support.downloads import change
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.rejections import rejects
from tests.support.unchanged import nothing_changes
from tests.support.world import key

DUE = "SELECT due_on FROM consignment WHERE id = :id"
CHAIN = (
    "SELECT code FROM consignment_leg JOIN vendor ON vendor.id = vendor_id WHERE consignment_id = :id ORDER BY position"
)
UPDATES = "SELECT count(*) FROM event WHERE kind = 'CONSIGNMENT_UPDATED'"


def chain(*codes: str) -> dict[str, Any]:
    return {"vendor_ids": tuple(key(f"vendor {code}") for code in codes), "acknowledge_warnings": True}


async def codes(database: Database, made: Any) -> list[Any]:
    return [row[0] for row in await query(database, CHAIN, id=made)]


async def test_the_due_date_changes(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R12, R25: set, kept, and removed; a day that is over is rejected, and saving the same changes nothing."""
    made = await consignments.created()
    await corrections.update(made, due_on=date(2026, 5, 1))
    assert await query(database, DUE, id=made) == [(date(2026, 5, 1),)]
    async with nothing_changes(database_url):
        await corrections.update(made, due_on=date(2026, 5, 1), **chain("PRN-1", "PCK-1", "FAC-1"))
        await corrections.update(made)
        with rejects(InvalidInput, "The due date is over. Choose today or a later day."):
            await corrections.update(made, due_on=date(2026, 3, 9))
        with rejects(InvalidInput, "State a due date, or remove it, but not both."):
            await corrections.update(made, due_on=date(2026, 5, 2), remove_due_on=True)
    await corrections.update(made, remove_due_on=True)
    assert await query(database, DUE, id=made) == [(None,)]
    assert await query(database, UPDATES) == [(2,)]


async def test_vendors_that_have_not_started_change(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R12: a vendor has started once coupons are or were on their way to it, even if the dispatch is void."""
    made = await consignments.created()
    await corrections.update(made, **chain("PRN-1", "FAC-1"))
    assert await codes(database, made) == ["PRN-1", "FAC-1"]
    await corrections.update(made, **chain("PRN-1", "PCK-1"))
    assert await codes(database, made) == ["PRN-1", "PCK-1"]
    await change(database, "UPDATE vendor SET kind = 'PRINTER' WHERE code = 'PCK-1'")
    async with nothing_changes(database_url):
        message = "The first vendor of CON-2026-000001 has its coupons, so it stays. Change only the vendors after it, "
        with rejects(InvalidInput, f"{message}or cancel the consignment before production and create another."):
            await corrections.update(made, **chain("PCK-1", "FAC-1"))
    await consignments.produce(made, quantity=100)
    batch = await consignments.dispatch(made, quantity=10)
    await corrections.void_dispatch(batch)
    async with nothing_changes(database_url):
        with pytest.raises(InvalidInput) as rejected:
            await corrections.update(made, **chain("PRN-1", "FAC-1", "PCK-1"))
        (problem,) = rejected.value.problems
        message = "The first 2 vendors of CON-2026-000001 have started, so they stay in the chain. "
        message += "Change only the vendors after them."
        assert (problem.path, problem.message) == (("input", "vendorIds", "1"), message)
        with rejects(InvalidInput, "The first 2 vendors"):
            await corrections.update(made, **chain("PRN-1"))
        with rejects(InvalidInput, "Vendor 3 is in the chain already."):
            await corrections.update(made, **chain("PRN-1", "PCK-1", "PRN-1"))
    await corrections.update(made, **chain("PRN-1", "PCK-1", "FAC-1"))
    assert await codes(database, made) == ["PRN-1", "PCK-1", "FAC-1"]
    assert await state_of(database, made) == ("IN_PRODUCTION", [1], False)


async def test_an_unusual_chain_is_acknowledged(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database_url: str
) -> None:
    """R12: as when the consignment is created."""
    made = await consignments.created()
    async with nothing_changes(database_url):
        with pytest.raises(ChainNotAcknowledged) as rejected:
            await corrections.update(made, **{**chain("PRN-1", "PCK-1"), "acknowledge_warnings": False})
        assert rejected.value.warnings == (
            "No factory is at the end of the chain, so the last vendor commissions the coupons.",
        )
        with rejects(InvalidInput, "A chain begins with a printer, and the first vendor is a packager."):
            await corrections.update(made, **chain("PCK-1", "FAC-1"))


async def test_no_vendor_follows_one_that_commissioned(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database_url: str
) -> None:
    """N3: coupons become active at the last leg only."""
    made = await consignments.created(chain=("PRN-1",))
    await consignments.produce(made, quantity=100)
    await consignments.commission(made, Span(0, 9), by="PRN-1")
    async with nothing_changes(database_url):
        with rejects(IllegalState, "The last vendor of CON-2026-000001 has commissioned coupons"):
            await corrections.update(made, **chain("PRN-1", "FAC-1"))
