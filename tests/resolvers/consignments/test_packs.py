"""Packs: made of coupons on hand, moved whole, opened where a movement tears them (R15, N3)."""

from uuid import UUID

from db.database import Database
from domain.spans import Span
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.packs import find_faults, kinds_of, packs_of, sscc


async def _packed(consignments: ConsignmentFactory) -> UUID:
    """1,000 coupons on hand at the printer, of which the lowest 200 are in two packs."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    await consignments.pack(made, (sscc(1), Span(0, 99)), (sscc(2), Span(100, 199)))
    return made


async def test_a_batch_takes_packs_along(consignments: ConsignmentFactory, database: Database) -> None:
    """A pack is dispatched by its code."""
    made = await _packed(consignments)
    await consignments.dispatch(made, packs=(sscc(1),))
    assert await packs_of(database, made) == {sscc(1): "on the way from leg 1", sscc(2): "leg 1"}
    assert await kinds_of(database, made) == [("PRODUCED", 1000), ("PACKED", 100), ("PACKED", 100), ("DISPATCHED", 100)]
    assert await find_faults(database) == []


async def test_a_batch_with_a_part_of_a_pack_opens_it(consignments: ConsignmentFactory, database: Database) -> None:
    """The lowest serials are taken, and the pack that is torn is opened before they leave."""
    made = await _packed(consignments)
    await consignments.dispatch(made, quantity=150)
    assert await packs_of(database, made) == {sscc(1): "on the way from leg 1", sscc(2): "opened"}
    assert (await kinds_of(database, made))[3:] == [("UNPACKED", 100), ("DISPATCHED", 150)]
    assert await find_faults(database) == []
