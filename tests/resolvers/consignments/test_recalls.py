"""Recalls by serial, wherever the coupons are (R11, N3)."""

import asyncio
from functools import partial
from typing import Any

import pytest

from db.database import Database
from domain.consignments.failures import CouponsInert, NothingToDo
from domain.failures import InvalidInput, NotFound
from domain.spans import Span, Spans
from resolvers.consignments.batch_loaders import lines_by_batch
from resolvers.consignments.void_coupons import Recall
from resolvers.retrying import retry_conflicts
from tests.support.custody import discrepancies_of, places_of, query, state_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.rejections import rejects
from tests.support.unchanged import nothing_changes
from tests.support.world import key

EVENTS = "SELECT kind, count(*) FROM event WHERE kind IN ('COUPONS_VOIDED', 'COUPONS_RECALLED') GROUP BY 1 ORDER BY 1"


def spans(*pairs: tuple[int, int]) -> Spans:
    return Spans(tuple(Span(pair[0], pair[1]) for pair in pairs))


def holders(recall: Recall) -> set[tuple[Any, bool, str, int]]:
    return {(holder.vendor_id, holder.in_transit, holder.condition, holder.quantity) for holder in recall.holders}


async def test_a_recall_reaches_coupons_wherever_they_are(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database, database_url: str
) -> None:
    """R11, N3: planned, on hand, on the road, missing, damaged, and commissioned, of two consignments."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 600})
    other = await consignments.created(scheme_id, quantities={"AMB-1L": 400}, chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, serials=(Span(0, 499),))
    batch = await consignments.dispatch(made, quantity=300)
    await consignments.receive(batch, accepted_serials=(Span(0, 249),), damaged_serials=(Span(250, 254),))
    onward = await consignments.dispatch(made, by="PCK-1", serials=(Span(0, 99),))
    await consignments.receive(onward, by="FAC-1", accepted=100)
    await consignments.commission(made, Span(0, 49))
    await consignments.dispatch(made, by="PCK-1", serials=(Span(100, 149),))
    recall = await corrections.recall(scheme_id, Span(40, 610), key="again")
    printer, packager, factory = (key(f"vendor {code}") for code in ("PRN-1", "PCK-1", "FAC-1"))
    assert (recall.quantity, recall.already_void) == (571, 0)
    assert holders(recall) == {
        (printer, False, "PLANNED", 111),
        (printer, False, "GOOD", 200),
        (packager, True, "UNRESOLVED", 45),
        (packager, False, "GOOD", 100),
        (packager, False, "DAMAGED", 5),
        (factory, True, "GOOD", 50),
        (factory, False, "GOOD", 50),
        (factory, False, "COMMISSIONED", 10),
    }
    assert await places_of(database, made) == {
        (3, False, "COMMISSIONED"): spans((0, 39)),
        (3, False, "VOID"): spans((40, 99)),
        (2, True, "VOID"): spans((100, 149)),
        (2, False, "VOID"): spans((150, 254)),
        (1, True, "VOID"): spans((255, 299)),
        (1, False, "VOID"): spans((300, 599)),
    }
    assert (await places_of(database, other))[1, False, "VOID"] == spans((600, 610))
    assert [row[2:] for row in await discrepancies_of(database, made)] == [(Spans(), True)]
    assert await state_of(database, made) == ("DELIVERED", [], False)
    assert await query(database, EVENTS) == [("COUPONS_RECALLED", 1), ("COUPONS_VOIDED", 9)]
    async with nothing_changes(database_url):
        again = await corrections.recall(scheme_id, Span(40, 610), key="again")
        assert (again.request_id, again.quantity, holders(again)) == (recall.request_id, 571, holders(recall))
        with rejects(NothingToDo, "All 2 coupons are void already."):
            await corrections.recall(scheme_id, Span(40, 41))
    more = await corrections.recall(scheme_id, Span(39, 41))
    assert (more.quantity, more.already_void, holders(more)) == (1, 2, {(factory, False, "COMMISSIONED", 1)})


async def test_a_recalled_coupon_stays_in_its_batch_and_is_never_commissioned(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database
) -> None:
    """R11, N3: it arrives as void, and nothing commissions it."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    await corrections.recall(scheme_id, Span(10, 19))
    await consignments.receive(batch, by="FAC-1", accepted=100)
    await consignments.commission(made, batch_id=batch)
    assert await places_of(database, made) == {
        (1, False, "GOOD"): spans((100, 999)),
        (2, False, "COMMISSIONED"): spans((0, 9), (20, 99)),
        (2, False, "VOID"): spans((10, 19)),
    }


async def test_a_recall_that_is_rejected(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database_url: str
) -> None:
    """R26: serials that nobody has, serials of another scheme, and a scheme that does not exist."""
    scheme_id = await consignments.generated()
    await consignments.created(scheme_id, quantities={"AMB-1L": 600})
    async with nothing_changes(database_url):
        with pytest.raises(CouponsInert) as inert:
            await corrections.recall(scheme_id, Span(590, 609), Span(1999, 1999))
        assert inert.value.serials == spans((600, 609), (1999, 1999))
        assert inert.value.message == (
            "Serials 600 to 609 and 1999 are not allocated to a consignment, so nobody has these coupons. "
            "Recall only allocated coupons."
        )
        one = "Serial 1999 is not allocated to a consignment, so nobody has this coupon. Recall only allocated coupons."
        with rejects(CouponsInert, one):
            await corrections.recall(scheme_id, Span(590, 599), Span(1999, 1999))
        with rejects(InvalidInput, "The scheme has no coupons with the serials 2000 to 2001."):
            await corrections.recall(scheme_id, Span(0, 3), Span(1990, 2001))
        with rejects(InvalidInput, "The scheme has no coupon with the serial 2000."):
            await corrections.recall(scheme_id, Span(1990, 2000))
        with rejects(InvalidInput, "The ranges 0 to 3 and 2 to 4 overlap."):
            await corrections.recall(scheme_id, Span(0, 3), Span(2, 4))
        with pytest.raises(NotFound):
            await corrections.recall(key("nothing"), Span(0, 0))


async def test_a_recall_while_the_coupons_move(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, database: Database
) -> None:
    """N3: whichever comes first, every recalled serial is void and none is lost."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=1000)
    for round_ in range(6):
        first = 100 * round_
        batch = await consignments.dispatch(made, serials=(Span(first, first + 49),))
        await asyncio.gather(
            retry_conflicts(partial(corrections.recall, scheme_id, Span(first + 25, first + 74))),
            retry_conflicts(partial(corrections.void_dispatch, batch)),
            retry_conflicts(partial(consignments.dispatch, made, serials=(Span(first + 80, first + 89),))),
            retry_conflicts(partial(corrections.recall, scheme_id, Span(first + 90, first + 95))),
        )
    places = await places_of(database, made)
    void = Spans.of(s for (_, _, condition), found in places.items() if condition == "VOID" for s in found)
    expected = [pair for n in range(6) for pair in ((100 * n + 25, 100 * n + 74), (100 * n + 90, 100 * n + 95))]
    assert void == spans(*expected)
    assert Spans.of(s for found in places.values() for s in found) == spans((0, 999))
    assert sum(found.quantity for found in places.values()) == 1000


@pytest.mark.parametrize("ending", ["on the road", "received", "voided"])
async def test_a_line_of_a_batch_adds_up_after_a_recall(
    consignments: ConsignmentFactory, corrections: CorrectionFactory, ending: str
) -> None:
    """R15: what was sent is somewhere, also when it became void on its way."""
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id)
    await consignments.produce(made, quantity=100)
    batch = await consignments.dispatch(made, quantity=100)
    await corrections.recall(scheme_id, Span(0, 9))
    if ending == "received":
        await consignments.receive(batch, accepted=90)
    elif ending == "voided":
        await corrections.void_dispatch(batch)
    operation = consignments.operations()
    ((line,),) = await lines_by_batch(operation, [batch])
    await operation.close()
    found = (line.quantity, line.in_transit, line.accepted, line.void)
    assert found == {"on the road": (100, 90, 0, 10), "received": (100, 0, 90, 10), "voided": (100, 0, 0, 0)}[ending]
