"""The actions that viewers are offered on consignments and batches (R12, R14, R15)."""

from uuid import UUID

import pytest

from domain.consignments.facts import BatchStatus, Condition
from domain.consignments.failures import NothingToDo
from domain.consignments.guards import (
    BATCH_GUARDS,
    CONSIGNMENT_GUARDS,
    BatchAction,
    BatchFacts,
    ConsignmentAction,
    ConsignmentFacts,
)
from domain.consignments.state import Holding
from domain.failures import IllegalState
from domain.permissions import Role
from domain.spans import Span
from domain.viewers import Viewer
from resolvers.consignments.action_loaders import actions_by_batch, actions_by_consignment
from resolvers.context import Operation
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.packs import sscc

RECEIVED = (
    "The receiver has received coupons of BAT-1, so its dispatch can no longer be voided. "
    "Ask the receiver to void the receipt first."
)
VENDORS = (UUID(int=1), UUID(int=2), UUID(int=3))


async def actions(operation: Operation, consignment_id: UUID) -> list[str]:
    """The actions offered on a consignment."""
    (found,) = await actions_by_consignment(operation, [consignment_id])
    await operation.close()
    return [action.value for action in found]


async def batch_actions(operation: Operation, batch_id: UUID) -> list[str]:
    """The actions offered on a batch."""
    (found,) = await actions_by_batch(operation, [batch_id])
    await operation.close()
    return [action.value for action in found]


async def test_actions_follow_the_coupons(consignments: ConsignmentFactory) -> None:
    """R14: each vendor is offered what it can do with what it has."""
    made = await consignments.created()

    async def offered(who: str) -> list[str]:
        return await actions(consignments.operations() if who == "OPS" else consignments.vendor(who), made)

    assert await offered("OPS") == ["UPDATE", "CANCEL", "DOWNLOAD_CODES"]
    assert await offered("PRN-1") == ["DOWNLOAD_CODES", "RECORD_PRODUCTION"]
    assert await offered("PCK-1") == []
    await consignments.produce(made, quantity=1000)
    assert await offered("OPS") == ["UPDATE", "DOWNLOAD_CODES"]
    assert await offered("PRN-1") == ["DOWNLOAD_CODES", "DECLARE_PACKS", "DISPATCH", "REPORT_DAMAGE"]
    batch_id = await consignments.dispatch(made, quantity=1000)
    assert await offered("PRN-1") == []
    assert await offered("PCK-1") == []
    await consignments.receive(batch_id, accepted=1000)
    assert await offered("PCK-1") == ["DECLARE_PACKS", "DISPATCH", "REPORT_DAMAGE"]
    last = await consignments.dispatch(made, by="PCK-1", quantity=1000)
    await consignments.receive(last, by="FAC-1", accepted=1000)
    assert await offered("FAC-1") == ["DECLARE_PACKS", "COMMISSION", "REPORT_DAMAGE"]
    await consignments.commission(made, Span(0, 999))
    assert await offered("FAC-1") == []


async def test_other_roles_are_offered_nothing(consignments: ConsignmentFactory) -> None:
    """R25: without a statement."""
    made = await consignments.created()
    for role in set(Role) - {Role.OPERATIONS, Role.VENDOR}:
        operation = consignments.schemes.operation(role)
        assert await actions_by_consignment(operation, [made]) == [[]]
        assert operation.statements == 0


async def test_a_receipt_can_be_voided_until_something_moves_on(consignments: ConsignmentFactory) -> None:
    """R15: the sender may void what was not received, the receiver what it still has."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch_id = await consignments.dispatch(made, quantity=100)

    async def offered(code: str) -> list[str]:
        return await batch_actions(consignments.vendor(code), batch_id)

    assert [await offered(code) for code in ("PRN-1", "PCK-1", "FAC-1")] == [["VOID_DISPATCH"], ["RECEIVE"], []]
    await consignments.receive(batch_id, accepted_serials=(Span(0, 49),), final=False)
    assert [await offered(code) for code in ("PRN-1", "PCK-1")] == [[], ["RECEIVE", "VOID_RECEIPT"]]
    await consignments.receive(batch_id, accepted_serials=(Span(50, 97),), damaged_serials=(Span(98, 98),))
    assert [await offered(code) for code in ("PRN-1", "PCK-1")] == [[], ["VOID_RECEIPT"]]
    await consignments.dispatch(made, by="PCK-1", serials=(Span(10, 10),))
    assert await offered("PCK-1") == []
    assert await batch_actions(consignments.operations(), batch_id) == []


async def test_packs_on_hand_can_be_opened(consignments: ConsignmentFactory) -> None:
    """R14: packing is offered while loose coupons are on hand, and opening while packs are."""
    made = await consignments.created()
    await consignments.produce(made, quantity=200)

    async def offered(code: str) -> list[str]:
        found = await actions(consignments.vendor(code), made)
        return [action for action in found if action.endswith("_PACKS")]

    assert await offered("PRN-1") == ["DECLARE_PACKS"]
    await consignments.pack(made, (sscc(1), Span(0, 99)))
    assert await offered("PRN-1") == ["DECLARE_PACKS", "UNPACK_PACKS"]
    await consignments.pack(made, (sscc(2), Span(100, 199)))
    assert await offered("PRN-1") == ["UNPACK_PACKS"]
    batch_id = await consignments.dispatch(made, quantity=200)
    assert await offered("PRN-1") == []
    await consignments.receive(batch_id, accepted=200)
    assert await offered("PCK-1") == ["UNPACK_PACKS"]


async def test_every_offered_action_is_checked_by_its_own_mutation(consignments: ConsignmentFactory) -> None:
    """R14: a movement does not count what is there, and its guard agrees with the one of viewerActions otherwise."""
    viewer = Viewer(
        account_id=UUID(int=9), display_name="Asha", email=None, roles=frozenset({Role.VENDOR}), vendor_id=VENDORS[1]
    )
    known = ConsignmentFacts(code="CON-1", canceled=False, vendor_ids=VENDORS, holdings=[], packed={})
    unknown = ConsignmentFacts(code="CON-1", canceled=False, vendor_ids=VENDORS)
    assert CONSIGNMENT_GUARDS.allowed(unknown, viewer) == (
        ConsignmentAction.DECLARE_PACKS,
        ConsignmentAction.UNPACK_PACKS,
        ConsignmentAction.DISPATCH,
        ConsignmentAction.REPORT_DAMAGE,
    )
    assert CONSIGNMENT_GUARDS.allowed(known, viewer) == ()
    assert isinstance(CONSIGNMENT_GUARDS.find_failure(ConsignmentAction.DISPATCH, known, viewer), NothingToDo)


@pytest.mark.parametrize("action", ConsignmentAction)
def test_a_canceled_consignment_allows_nothing(action: ConsignmentAction) -> None:
    """R12."""
    facts = ConsignmentFacts(code="CON-1", canceled=True, vendor_ids=VENDORS, holdings=[])
    for roles in ({Role.OPERATIONS}, {Role.VENDOR}):
        viewer = Viewer(
            account_id=UUID(int=9), display_name="Asha", email=None, roles=frozenset(roles), vendor_id=VENDORS[0]
        )
        with pytest.raises(IllegalState, match=r"^CON-1 is canceled\.$"):
            CONSIGNMENT_GUARDS.check(action, facts, viewer)


@pytest.mark.parametrize(
    ("action", "vendor", "status", "message"),
    [
        ("VOID_DISPATCH", 2, "IN_TRANSIT", "Another vendor sent BAT-1, and only the sender can void its dispatch."),
        ("VOID_DISPATCH", 1, "VOIDED", "The dispatch of BAT-1 is void already."),
        (
            "VOID_DISPATCH",
            1,
            "PARTLY_RECEIVED",
            RECEIVED,
        ),
        ("RECEIVE", 1, "IN_TRANSIT", "BAT-1 goes to another vendor, which receives it."),
        ("RECEIVE", 2, "VOIDED", "The sender voided the dispatch of BAT-1, so there is nothing to receive."),
        ("RECEIVE", 2, "RECEIVED", "BAT-1 is received already. To correct the receipt, void it first."),
        ("VOID_RECEIPT", 1, "RECEIVED", "BAT-1 goes to another vendor, and only the receiver can void its receipt."),
        ("VOID_RECEIPT", 2, "IN_TRANSIT", "Nothing of BAT-1 is received, so there is no receipt to void."),
        ("VOID_RECEIPT", 2, "VOIDED", "The sender voided the dispatch of BAT-1, so there is no receipt to void."),
    ],
)
def test_a_batch_says_why_it_allows_no_action(action: str, vendor: int, status: str, message: str) -> None:
    """R15."""
    facts = BatchFacts(
        code="BAT-1",
        consignment="CON-1",
        canceled=False,
        from_vendor_id=VENDORS[0],
        to_vendor_id=VENDORS[1],
        status=BatchStatus(status),
    )
    viewer = Viewer(
        account_id=UUID(int=9),
        display_name="Asha",
        email=None,
        roles=frozenset({Role.VENDOR}),
        vendor_id=UUID(int=vendor),
    )
    failure = BATCH_GUARDS.find_failure(BatchAction(action), facts, viewer)
    assert failure is not None
    assert failure.message == message


def test_a_consignment_is_canceled_only_before_production() -> None:
    """R12: what was spoiled before does not matter, unless nothing else is left."""
    viewer = Viewer(account_id=UUID(int=9), display_name="Asha", email=None, roles=frozenset({Role.OPERATIONS}))

    def holding(condition: Condition, *, leg: int = 1, in_batch: bool = False) -> Holding:
        return Holding(leg=leg, in_batch=in_batch, condition=condition, quantity=5)

    def reason(*holdings: Holding) -> str | None:
        facts = ConsignmentFacts(code="CON-1", canceled=False, vendor_ids=VENDORS, holdings=holdings)
        failure = CONSIGNMENT_GUARDS.find_failure(ConsignmentAction.CANCEL, facts, viewer)
        return None if failure is None else failure.message

    planned, void, good = (holding(condition) for condition in (Condition.PLANNED, Condition.VOID, Condition.GOOD))
    produced = "Coupons of CON-1 are produced, so it cannot be canceled. Recall the coupons instead."
    assert reason(planned) is None
    assert reason(planned, void) is None
    assert reason(planned, good) == produced
    assert reason(planned, holding(Condition.VOID, in_batch=True)) == produced
    assert reason(void) == "All coupons of CON-1 are void, so there is nothing to cancel."
