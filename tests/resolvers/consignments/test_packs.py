"""Packs: made of coupons on hand, moved whole, opened where a movement tears them (R15, N3)."""

from uuid import UUID

import pytest

from db.database import Database
from domain.failures import InvalidInput
from domain.spans import Span
from resolvers.consignments.declare_packs import DeclarePacks, NewPack, declare_packs
from resolvers.retrying import retry_conflicts
from tests.support.custody import HeldCommit, overlap, places_of, query
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.packs import find_faults, kinds_of, packs_of, set_prefix, sscc
from tests.support.spans import spans

ONE, TWO, THREE = sscc(1), sscc(2), sscc(3)
SENT, OPENED = "on the way from leg 1", "opened"


async def make_packs(consignments: ConsignmentFactory) -> UUID:
    """1,000 coupons on hand at the printer, of which the lowest 300 are in three packs."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    await consignments.pack(made, (ONE, Span(0, 99)), (TWO, Span(100, 199)), (THREE, Span(200, 299)))
    return made


async def send_packs(consignments: ConsignmentFactory) -> tuple[UUID, UUID]:
    """The three packs in a batch, and their consignment."""
    made = await make_packs(consignments)
    return made, await consignments.dispatch(made, packs=(ONE, TWO, THREE))


async def test_a_batch_takes_packs_along(consignments: ConsignmentFactory, database: Database) -> None:
    """A pack is dispatched by its code, beside ranges."""
    made = await make_packs(consignments)
    await consignments.dispatch(made, packs=(ONE, f"(00) {THREE}"), serials=(Span(500, 509),))
    assert await packs_of(database, made) == {ONE: SENT, TWO: "leg 1", THREE: SENT}
    assert (await kinds_of(database, made))[1:] == [("PACKED", 100)] * 3 + [("DISPATCHED", 210)]
    assert (await places_of(database, made))[1, True, "GOOD"] == spans((0, 99), (200, 299), (500, 509))
    assert await find_faults(database) == []


async def test_a_batch_with_a_part_of_a_pack_opens_it(consignments: ConsignmentFactory, database: Database) -> None:
    """The lowest serials are taken, and the pack that is torn is opened before they leave."""
    made = await make_packs(consignments)
    await consignments.dispatch(made, quantity=150)
    assert await packs_of(database, made) == {ONE: SENT, TWO: OPENED, THREE: "leg 1"}
    assert (await kinds_of(database, made))[4:] == [("UNPACKED", 100), ("DISPATCHED", 150)]
    assert await find_faults(database) == []


async def test_loose_coupons_leave_packs_alone(consignments: ConsignmentFactory, database: Database) -> None:
    """A range that touches no pack opens none."""
    made = await make_packs(consignments)
    await consignments.dispatch(made, serials=(Span(300, 399),))
    assert await packs_of(database, made) == {ONE: "leg 1", TWO: "leg 1", THREE: "leg 1"}


async def test_packs_are_received_by_code(consignments: ConsignmentFactory, database: Database) -> None:
    """One pack arrives good and one damaged; the third is missing as a whole, and found as a whole later."""
    made, batch = await send_packs(consignments)
    await consignments.receive(batch, accepted_packs=(ONE,), damaged_packs=(TWO,))
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: OPENED, THREE: SENT}
    places = await places_of(database, made)
    assert places[2, False, "GOOD"] == spans((0, 99))
    assert places[2, False, "DAMAGED"] == spans((100, 199))
    assert places[1, True, "UNRESOLVED"] == spans((200, 299))
    await CorrectionFactory(consignments).resolve(await _discrepancy(database), found_packs=(THREE,))
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: OPENED, THREE: "leg 2"}
    assert (await places_of(database, made))[2, False, "GOOD"] == spans((0, 99), (200, 299))
    assert await find_faults(database) == []


async def test_a_count_of_everything_receives_all_packs(consignments: ConsignmentFactory, database: Database) -> None:
    made, batch = await send_packs(consignments)
    await consignments.receive(batch, accepted=300)
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: "leg 2", THREE: "leg 2"}


async def test_a_count_and_damaged_packs_add_up(consignments: ConsignmentFactory, database: Database) -> None:
    made, batch = await send_packs(consignments)
    await consignments.receive(batch, accepted=200, damaged_packs=(THREE,))
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: "leg 2", THREE: OPENED}


async def test_a_pack_of_which_a_part_is_received_is_opened(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """The rest is on its way; it was not in the pack any more when it left the road."""
    made, batch = await send_packs(consignments)
    await consignments.receive(batch, accepted_serials=(Span(0, 149),), final=False)
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: OPENED, THREE: SENT}
    assert (await kinds_of(database, made))[-2:] == [("UNPACKED", 100), ("RECEIVED", 150)]
    await consignments.receive(batch, accepted_packs=(THREE,), accepted_serials=(Span(150, 199),))
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: OPENED, THREE: "leg 2"}
    assert await find_faults(database) == []


async def test_a_lost_pack_is_no_pack_any_more(consignments: ConsignmentFactory, database: Database) -> None:
    made, batch = await send_packs(consignments)
    await consignments.receive(batch, accepted_packs=(ONE, TWO))
    await CorrectionFactory(consignments).resolve(await _discrepancy(database), lost_packs=(THREE,))
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: "leg 2", THREE: OPENED}
    assert await find_faults(database) == []


async def test_a_pack_that_was_not_sent_opens_a_discrepancy(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """The pack stays with the sender until Operations moves it."""
    made = await make_packs(consignments)
    batch = await consignments.dispatch(made, packs=(ONE,))
    await consignments.receive(batch, accepted_packs=(ONE, TWO))
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: "leg 1", THREE: "leg 1"}
    await CorrectionFactory(consignments).resolve(await _discrepancy(database), found_packs=(TWO,))
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: "leg 2", THREE: "leg 1"}
    assert await find_faults(database) == []


async def test_voided_movements_bring_packs_back(consignments: ConsignmentFactory, database: Database) -> None:
    made, batch = await send_packs(consignments)
    await consignments.receive(batch, accepted=300)
    corrections = CorrectionFactory(consignments)
    await corrections.void_receipt(batch)
    assert await packs_of(database, made) == {ONE: SENT, TWO: SENT, THREE: SENT}
    await corrections.void_dispatch(batch)
    assert await packs_of(database, made) == {ONE: "leg 1", TWO: "leg 1", THREE: "leg 1"}
    assert await query(database, "SELECT count(*) FROM batch_pack") == [(3,)]
    assert await find_faults(database) == []


async def test_recalled_coupons_travel_inside(consignments: ConsignmentFactory, database: Database) -> None:
    """The pack arrives with its void coupons, and the last vendor commissions the others."""
    made, batch = await send_packs(consignments)
    ((scheme_id,),) = await query(database, "SELECT scheme_id FROM consignment")
    corrections = CorrectionFactory(consignments)
    await corrections.recall(scheme_id, Span(10, 19))
    assert await packs_of(database, made) == {ONE: SENT, TWO: SENT, THREE: SENT}
    await consignments.receive(batch, accepted_packs=(ONE,), final=False)
    assert await packs_of(database, made) == {ONE: "leg 2", TWO: SENT, THREE: SENT}
    await consignments.unpack(made, ONE, by="PCK-1")
    assert (await kinds_of(database, made))[-2:] == [("UNPACKED", 90), ("UNPACKED", 10)]
    assert await find_faults(database) == []


async def test_commissioning_and_damage_end_packs(consignments: ConsignmentFactory, database: Database) -> None:
    """Good coupons only: a void coupon never becomes active, and it is not damaged either."""
    made = await make_packs(consignments)
    batch = await consignments.dispatch(made, packs=(ONE, TWO, THREE))
    await consignments.receive(batch, accepted=300)
    onward = await consignments.dispatch(made, packs=(ONE, TWO, THREE), by="PCK-1")
    await consignments.receive(onward, by="FAC-1", accepted=300)
    ((scheme_id,),) = await query(database, "SELECT scheme_id FROM consignment")
    corrections = CorrectionFactory(consignments)
    await corrections.recall(scheme_id, Span(0, 9), Span(100, 109))
    await consignments.commission(made, Span(250, 259), packs=(ONE,))
    await corrections.report_damage(made, packs=(TWO,), by="FAC-1")
    assert await packs_of(database, made) == {ONE: OPENED, TWO: OPENED, THREE: OPENED}
    places = await places_of(database, made)
    assert places[3, False, "COMMISSIONED"] == spans((10, 99), (250, 259))
    assert places[3, False, "DAMAGED"] == spans((110, 199))
    assert await find_faults(database) == []


async def test_opened_codes_can_be_used_again(consignments: ConsignmentFactory, database: Database) -> None:
    """GS1 lets a code be used again later; the server keeps both packs apart."""
    made = await make_packs(consignments)
    await consignments.unpack(made, ONE, TWO)
    assert await packs_of(database, made) == {ONE: OPENED, TWO: OPENED, THREE: "leg 1"}
    await consignments.pack(made, (ONE, Span(50, 149)))
    rows = await query(database, "SELECT spans::text FROM pack WHERE sscc = :sscc ORDER BY id", sscc=ONE)
    assert rows == [("{[0,100)}",), ("{[50,150)}",)]
    assert await find_faults(database) == []


async def test_the_server_makes_codes_of_the_company_prefix(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """A code that a vendor stated is passed over."""
    made = await consignments.created()
    await consignments.produce(made, quantity=100)
    await set_prefix(database)
    ((number,),) = await query(database, "SELECT nextval('pack_number')")
    taken = sscc(number + 1)
    await consignments.pack(made, (taken, Span(0, 9)), (None, Span(10, 19)), (None, Span(20, 29)))
    assert list(await packs_of(database, made)) == [taken, sscc(number + 2), sscc(number + 3)]


async def test_a_pack_declared_beside_a_dispatch_is_not_torn(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """The dispatch saw no packs, waits for the declaration, and begins again: it opens the pack."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    held = HeldCommit(consignments.vendor("PRN-1"))
    declared = _one_pack(consignments, made, Span(0, 99))
    attempts = 0

    async def dispatch() -> UUID:
        nonlocal attempts
        attempts += 1
        return await consignments.dispatch(made, quantity=50)

    await overlap(held, declare_packs(held.operation, declared), retry_conflicts(dispatch))
    assert attempts == 2
    assert await packs_of(database, made) == {ONE: OPENED}
    assert await find_faults(database) == []


async def test_of_two_packs_with_one_code_at_a_time_one_is_rejected(
    consignments: ConsignmentFactory, database: Database
) -> None:
    """They are of different consignments, so that nothing else makes them wait for each other."""
    scheme_id = await consignments.generated()
    first, second = [await consignments.created(scheme_id, quantities={"AMB-1L": 100}) for _ in range(2)]
    for made in (first, second):
        await consignments.produce(made, quantity=100)
    held = HeldCommit(consignments.vendor("PRN-1"))
    declared = _one_pack(consignments, first, Span(0, 9))
    other = retry_conflicts(lambda: consignments.pack(second, (ONE, Span(100, 109))))
    with pytest.raises(InvalidInput, match=f"The SSCC {ONE} is in use"):
        await overlap(held, declare_packs(held.operation, declared), other)
    assert await packs_of(database, first) == {ONE: "leg 1"}
    assert await packs_of(database, second) == {}


def _one_pack(consignments: ConsignmentFactory, made: UUID, span: Span) -> DeclarePacks:
    packs = (NewPack(consignments.variant(), (span,), ONE),)
    return DeclarePacks(consignment_id=made, packs=packs, occurred_at=None, idempotency_key="declare")


async def _discrepancy(database: Database) -> UUID:
    ((found,),) = await query(database, "SELECT id FROM discrepancy WHERE resolved_at IS NULL")
    return UUID(str(found))
