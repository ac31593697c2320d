"""Vendors and Operations are notified of what concerns them, in the transaction in which it happens (R14, R15)."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select, text

from db.columns import scalar
from db.consignments.tables import DiscrepancyTable
from db.database import Database
from db.statement import Statement
from domain.consignments.failures import QuantityExceeded
from domain.events import EventKind
from domain.permissions import Role
from domain.spans import Span
from resolvers.consignments.cancel_consignment import CancelConsignment, cancel_consignment
from resolvers.consignments.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from resolvers.consignments.update_consignment import UpdateConsignment, update_consignment
from resolvers.consignments.void_coupons import VoidCoupons, void_coupons
from resolvers.consignments.void_dispatch import VoidDispatch, void_dispatch
from tests.support.factories.consignments import CHAIN, ConsignmentFactory
from tests.support.vendor_accounts import hire, notified, vendor_account
from tests.support.world import BEGINNING, key

ALL_DISCREPANCIES = Statement(select(DiscrepancyTable.id), scalar(UUID))
ABOUT_CONSIGNMENT = """
SELECT event.kind FROM event JOIN event_subject AS about USING (xid, id)
WHERE subject_kind = 'CONSIGNMENT' AND subject_id = :id ORDER BY xid, id
"""
ADDED = """
SELECT subject_ids[1] AS account, object_id FROM event
WHERE kind = 'NOTIFICATION_ADDED' AND object_id IN (SELECT id FROM notification WHERE kind = :kind AND fact IS NOT NULL)
"""


@pytest.fixture
async def scheme_id(consignments: ConsignmentFactory, database: Database) -> UUID:
    """A scheme with coupons, and people who work for the vendors of the chain.

    The factory acts as the account of the world that works for First Print.
    """
    await hire(
        database,
        vendor_account("PRN-1", "Printer"),
        vendor_account("PCK-1", "Packer"),
        vendor_account("PCK-1", "Other packer"),
        vendor_account("FAC-1", "Factory"),
        vendor_account("PCK-1", "Gone", disabled_at=BEGINNING),
        vendor_account("PCK-1", "Not a vendor any more", roles=[Role.ANALYST.value]),
    )
    return await consignments.generated()


async def codes(database: Database) -> list[str]:
    """The codes of batches, in order."""
    async with database.engine.connect() as connection:
        return list(await connection.scalars(text("SELECT code FROM batch ORDER BY id")))


async def test_a_new_consignment_is_announced_to_its_chain(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    """Each vendor reads the name of its neighbor only, and people without the role or access read nothing."""
    await consignments.created(scheme_id, due_on=date(2026, 7, 1))
    coupons = "1,000 coupons of the new consignment CON-2026-000001, due on 1 July 2026."
    assert await notified(database, scheme_id) == {
        ("Vendor", "CONSIGNMENT_CREATED", f"You produce {coupons}"),
        ("Printer", "CONSIGNMENT_CREATED", f"You produce {coupons}"),
        ("Packer", "CONSIGNMENT_CREATED", f"First Print will send you {coupons}"),
        ("Other packer", "CONSIGNMENT_CREATED", f"First Print will send you {coupons}"),
        ("Factory", "CONSIGNMENT_CREATED", f"Second Pack will send you {coupons}"),
    }


async def test_a_dispatch_is_announced_to_its_receiver(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    """Live, too: each notification has its event."""
    made = await consignments.created(scheme_id)
    before = await notified(database, scheme_id)
    await consignments.produce(made, quantity=1000)
    assert await notified(database, scheme_id) == before
    await consignments.dispatch(made, quantity=400)
    (code,) = await codes(database)
    sentence = f"First Print sent you 400 coupons of CON-2026-000001 in {code}. Record what arrives."
    assert await notified(database, scheme_id) - before == {
        ("Packer", "COUPONS_DISPATCHED", sentence),
        ("Other packer", "COUPONS_DISPATCHED", sentence),
    }
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(ADDED), {"kind": EventKind.COUPONS_DISPATCHED})
        assert {row.account for row in rows} == {key("account Packer"), key("account Other packer")}


async def test_a_rejected_dispatch_notifies_nobody(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    made = await consignments.created(scheme_id)
    before = await notified(database, scheme_id)
    with pytest.raises(QuantityExceeded):
        await consignments.dispatch(made, quantity=1)
    assert await notified(database, scheme_id) == before


async def test_a_short_receipt_is_a_matter_of_its_sender_and_of_operations(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    """R15: a receipt without a difference notifies nobody."""
    made = await consignments.created(scheme_id)
    await consignments.produce(made, quantity=1000)
    first = await consignments.dispatch(made, quantity=100)
    second = await consignments.dispatch(made, quantity=200)
    before = await notified(database, scheme_id)
    await consignments.receive(first, accepted=100)
    assert await notified(database, scheme_id) == before
    await consignments.receive(second, accepted_serials=(Span(100, 287), Span(300, 302)))
    code = (await codes(database))[1]
    where = f"in {code} of CON-2026-000001"
    # The account of the factory records the receipt, so it is the actor here.
    assert await notified(database, scheme_id) - before == {
        (
            "Printer",
            "COUPONS_SHORT",
            (
                f"Second Pack received 12 fewer coupons than you sent {where}, and 3 coupons that you did not send. "
                "Operations will resolve the discrepancy."
            ),
        ),
        (
            "Operations",
            "COUPONS_SHORT",
            (
                f"Second Pack received 12 fewer coupons than First Print sent {where}, and 3 coupons that First "
                "Print did not send. Resolve the discrepancy."
            ),
        ),
    }


async def test_a_voided_dispatch_is_announced_to_its_receiver(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    made = await consignments.created(scheme_id)
    await consignments.produce(made, quantity=1000)
    sent = await consignments.dispatch(made, quantity=100)
    before = await notified(database, scheme_id)
    await void_dispatch(consignments.vendor("PRN-1"), VoidDispatch(sent, "Wrong truck", "key"))
    (code,) = await codes(database)
    sentence = f"First Print voided the dispatch of {code} of CON-2026-000001 to you: Wrong truck."
    assert await notified(database, scheme_id) - before == {
        ("Packer", "COUPONS_DISPATCH_VOIDED", sentence),
        ("Other packer", "COUPONS_DISPATCH_VOIDED", sentence),
    }


async def test_a_cancellation_is_announced_to_the_chain(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    made = await consignments.created(scheme_id)
    before = await notified(database, scheme_id)
    await cancel_consignment(consignments.operations(), CancelConsignment(made, "Wrong printer"))
    sentence = "CON-2026-000001 was canceled: Wrong printer."
    assert await notified(database, scheme_id) - before == {
        (name, "CONSIGNMENT_CANCELED", sentence) for name in ("Vendor", "Printer", "Packer", "Other packer", "Factory")
    }


async def test_a_changed_chain_is_announced_to_those_whom_it_changes(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    """First Print sends to the factory from now on, and Second Pack is out. Then Second Pack is in again."""
    made = await consignments.created(scheme_id)
    before = await notified(database, scheme_id)
    ends, whole = [tuple(key(f"vendor {code}") for code in chain) for chain in (("PRN-1", "FAC-1"), CHAIN)]
    change = UpdateConsignment(made, due_on=date(2026, 7, 1), vendor_ids=ends, acknowledge_warnings=True)
    await update_consignment(consignments.operations(), change)
    changed, due = "The chain of CON-2026-000001 changed", "CON-2026-000001 is now due on 1 July 2026."
    found = await notified(database, scheme_id) - before
    assert {row[1] for row in found} == {"CONSIGNMENT_UPDATED"}
    assert {(row[0], row[2]) for row in found} == {
        ("Packer", "You no longer take part in CON-2026-000001."),
        ("Other packer", "You no longer take part in CON-2026-000001."),
        ("Vendor", f"{changed}: you produce its coupons, and you send them to Third Factory."),
        ("Printer", f"{changed}: you produce its coupons, and you send them to Third Factory."),
        ("Factory", f"{changed}: First Print sends you its coupons, and you commission them."),
        *((name, due) for name in ("Vendor", "Printer", "Factory")),
    }
    before |= found
    await update_consignment(consignments.operations(), UpdateConsignment(made, vendor_ids=whole))
    again = {row[2] for row in await notified(database, scheme_id) - before if row[0] == "Packer"}
    assert again == {
        "First Print will send you 1,000 coupons of the new consignment CON-2026-000001, due on 1 July 2026."
    }


async def test_a_due_date_alone_is_announced_alone(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    """And nothing is announced when nothing changes."""
    made = await consignments.created(scheme_id, due_on=date(2026, 7, 1))
    before = await notified(database, scheme_id)
    same = UpdateConsignment(made, due_on=date(2026, 7, 1))
    await update_consignment(consignments.operations(), same)
    assert await notified(database, scheme_id) == before
    await update_consignment(consignments.operations(), UpdateConsignment(made, remove_due_on=True))
    assert {row[1:] for row in await notified(database, scheme_id) - before} == {
        ("CONSIGNMENT_UPDATED", "CON-2026-000001 no longer has a due date.")
    }


async def test_holders_are_notified_of_a_recall(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    """Each vendor of the coupons that it has or expects. What is lost needs no work."""
    made = await consignments.created(scheme_id)
    await consignments.produce(made, quantity=600)
    first = await consignments.dispatch(made, quantity=300)
    await consignments.dispatch(made, quantity=200)
    await consignments.receive(first, accepted_serials=(Span(0, 298),))
    operation = consignments.operations()
    (lost,) = await operation.fetch(ALL_DISCREPANCIES)
    await operation.close()
    command = ResolveDiscrepancy(
        discrepancy_id=lost,
        found=None,
        damaged=None,
        lost=(Span(299, 299),),
        dismissed=None,
        note="It fell off the truck.",
        idempotency_key="key",
    )
    await resolve_discrepancy(consignments.operations(), command)
    before = await notified(database, scheme_id)
    recall = VoidCoupons(
        scheme_id=scheme_id, serials=(Span(290, 309), Span(590, 609)), reason="Misprint", idempotency_key="key"
    )
    await void_coupons(consignments.operations(), recall)
    found = await notified(database, scheme_id) - before
    assert {row[1] for row in found} == {"COUPONS_RECALLED"}

    def sentence(quantity: int, where: str, task: str) -> str:
        coupons = f"{quantity} coupons of AMB-1L in CON-2026-000001"
        return f"Operations recalled {coupons} {where}: Misprint. {task}"

    expected = {
        ("Printer", sentence(10, "that you hold", "Destroy them.")),
        ("Printer", sentence(10, "that you have not produced", "Do not produce them.")),
        ("Packer", sentence(9, "that you hold", "Destroy them.")),
        ("Packer", sentence(10, "on the way to you", "Destroy them when they arrive.")),
    }
    same = {"Printer": "Vendor", "Packer": "Other packer"}
    assert {(row[0], row[2]) for row in found} == {*expected, *((same[name], words) for name, words in expected)}


async def test_events_of_consignments_name_them(
    consignments: ConsignmentFactory, database: Database, scheme_id: UUID
) -> None:
    """R17: the progress of a consignment is streamed when its due date changes or it is canceled."""
    made = await consignments.created(scheme_id)
    await update_consignment(consignments.operations(), UpdateConsignment(made, due_on=date(2026, 7, 1)))
    await cancel_consignment(consignments.operations(), CancelConsignment(made, "Wrong printer"))
    async with database.engine.connect() as connection:
        rows = await connection.execute(text(ABOUT_CONSIGNMENT), {"id": made})
        assert [row.kind for row in rows] == ["CONSIGNMENT_CREATED", "CONSIGNMENT_UPDATED", "CONSIGNMENT_CANCELED"]
