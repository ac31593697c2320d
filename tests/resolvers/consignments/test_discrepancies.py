"""Discrepancies: what did not arrive, or arrived without having been sent, and how Operations resolve it (R15, N3)."""

from typing import Any

import pytest

from db.database import Database
from domain.consignments.failures import SerialsNotHeld
from domain.failures import IllegalState, InvalidInput, NotFound
from domain.spans import Span, Spans
from tests.support.custody import discrepancies_of, places_of, query, state_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.rejections import rejects
from tests.support.unchanged import nothing_changes
from tests.support.world import key

LINES = "SELECT quantity, accepted, damaged FROM batch_line WHERE batch_id = :id"

EVENTS = """
SELECT kind, object_id, subject_kinds FROM event
WHERE kind IN ('OVER_SENT_REPORTED', 'DISCREPANCY_DISMISSED') ORDER BY xid, id
"""


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans(tuple(Span(pair[0], pair[1]) for pair in pairs))


async def test_a_shortage_is_resolved_by_ranges(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15: found, damaged, and lost, in several calls, until nothing is open."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=1000)
    await consignments.receive(batch, accepted_serials=(Span(0, 899),), damaged_serials=(Span(900, 909),))
    ((found, kind, _, _),) = await discrepancies_of(database, made)
    assert kind == "SHORT"
    await corrections.resolve(found, found=(Span(910, 919), Span(990, 999)), damaged=(Span(920, 920),), key="again")
    rest = spans((921, 989))
    assert await discrepancies_of(database, made) == [(found, "SHORT", rest, False)]
    assert await query(database, LINES, id=batch) == [(1000, 920, 11)]
    assert await state_of(database, made) == ("IN_PRODUCTION", [2], True)
    async with nothing_changes(database_url):
        await corrections.resolve(found, found=(Span(910, 919), Span(990, 999)), damaged=(Span(920, 920),), key="again")
        with rejects(SerialsNotHeld, "Serial 920 of AMB-1L is not open in this discrepancy."):
            await corrections.resolve(found, lost=(Span(920, 921),))
        with rejects(InvalidInput, "AMB-1L was sent and did not arrive. Name"):
            await corrections.resolve(found, dismissed=(Span(921, 921),))
        with rejects(InvalidInput, "The ranges 921 to 930 and 930 to 989 overlap."):
            await corrections.resolve(found, found=(Span(921, 930),), lost=(Span(930, 989),))
        with rejects(InvalidInput, "Name the serials that you resolve."):
            await corrections.resolve(found)
        with pytest.raises(NotFound):
            await corrections.resolve(key("nothing"), lost=(Span(921, 921),))
    await corrections.resolve(found, lost=(Span(921, 989),))
    assert await discrepancies_of(database, made) == [(found, "SHORT", Spans(), True)]
    assert await places_of(database, made) == {
        (2, False, "GOOD"): spans((0, 899), (910, 919), (990, 999)),
        (2, False, "DAMAGED"): spans((900, 909), (920, 920)),
        (1, True, "LOST"): rest,
    }
    assert await state_of(database, made) == ("IN_PRODUCTION", [2], False)
    async with nothing_changes(database_url):
        with rejects(IllegalState, "This discrepancy is resolved already."):
            await corrections.resolve(found, lost=(Span(921, 921),))


async def test_serials_that_were_not_sent_are_found_or_dismissed(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15: they move from the sender to the receiver, or stay; the batch accounts for what it carried only."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch, accepted_serials=(Span(0, 103),))
    ((found, kind, open_spans, _),) = await discrepancies_of(database, made)
    assert (kind, open_spans) == ("OVER_SENT", spans((100, 103)))
    assert await state_of(database, made) == ("IN_PRODUCTION", [1, 2], True)
    await consignments.dispatch(made, serials=(Span(102, 102),))
    async with nothing_changes(database_url):
        with rejects(SerialsNotHeld, "Serial 102 of AMB-1L is not with the sender: it is on its way to "):
            await corrections.resolve(found, found=(Span(102, 102),))
        named: list[dict[str, Any]] = [{"lost": (Span(100, 100),)}, {"damaged": (Span(100, 100),)}]
        for outcome in named:
            with rejects(InvalidInput, "AMB-1L arrived without having been sent. Name"):
                await corrections.resolve(found, **outcome)
    await corrections.resolve(found, found=(Span(100, 101),))
    await corrections.resolve(found, dismissed=(Span(102, 103),))
    assert await discrepancies_of(database, made) == [(found, "OVER_SENT", Spans(), True)]
    places = await places_of(database, made)
    assert places[2, False, "GOOD"] == spans((0, 101))
    assert places[1, False, "GOOD"] == spans((103, 999))
    assert await query(database, LINES, id=batch) == [(100, 100, 0)]
    assert await state_of(database, made) == ("IN_PRODUCTION", [1, 2], False)
    subjects = ["SCHEME", "CONSIGNMENT", "VENDOR", "VENDOR"]
    kinds = ("OVER_SENT_REPORTED", "DISCREPANCY_DISMISSED")
    assert await query(database, EVENTS) == [(kind, found, subjects) for kind in kinds]


async def test_a_receipt_of_nothing_but_what_was_not_sent(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15: it opens a discrepancy, and the batch is still on its way unless it did not arrive."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    async with nothing_changes(database_url):
        with rejects(InvalidInput, "State which coupons of BAT-2026-"):
            await consignments.receive(batch, accepted=0, final=False)
    await consignments.receive(batch, accepted_serials=(Span(200, 200),))
    assert [row[1:] for row in await discrepancies_of(database, made)] == [
        ("SHORT", spans((0, 99)), False),
        ("OVER_SENT", spans((200, 200)), False),
    ]
    await corrections.void_receipt(batch)
    assert [row[0] for row in await query(database, EVENTS)] == ["OVER_SENT_REPORTED", "DISCREPANCY_DISMISSED"]
    assert [row[2:] for row in await discrepancies_of(database, made)] == [(Spans(), True), (Spans(), True)]


async def test_what_was_not_sent_is_reported_once(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R15: while its discrepancy is open, the same serial opens no other one; a vendor cannot fill the list."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch, accepted_serials=(Span(100, 101),), final=False)
    async with nothing_changes(database_url):
        with rejects(SerialsNotHeld, "Serial 101 of AMB-1L is reported already: a discrepancy of BAT-"):
            await consignments.receive(batch, accepted_serials=(Span(0, 9), Span(101, 102)), final=False)
    await corrections.resolve((await discrepancies_of(database, made))[0][0], dismissed=(Span(101, 101),))
    await consignments.receive(batch, accepted_serials=(Span(101, 101),), final=False)
    assert [row[2] for row in await discrepancies_of(database, made)] == [spans((100, 100)), spans((101, 101))]


async def test_receipts_of_two_trucks_add_up(consignments: ConsignmentFactory, database: Database) -> None:
    """R14: the batch states what was accepted and damaged of all receipts."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    for first in (0, 50):
        good, damaged = (Span(first, first + 39),), (Span(first + 40, first + 42),)
        await consignments.receive(batch, accepted_serials=good, damaged_serials=damaged, final=False)
    assert await query(database, LINES, id=batch) == [(100, 80, 6)]
