"""The actions that the state of a consignment or of a batch allows."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.consignments.facts import BatchStatus, Condition
from domain.consignments.failures import BATCH_PATH, CONSIGNMENT_PATH, NothingToDo
from domain.consignments.state import Holding
from domain.coupons.downloads import CodesDenied, derives_all_codes
from domain.failures import Failure, IllegalState
from domain.guards import Guards, first_failure
from domain.permissions import Permission
from domain.viewers import Viewer


class ConsignmentAction(StrEnum):
    """What a viewer can do to a consignment; each is the mutation that does it."""

    UPDATE = "UPDATE"
    CANCEL = "CANCEL"
    DOWNLOAD_CODES = "DOWNLOAD_CODES"
    RECORD_PRODUCTION = "RECORD_PRODUCTION"
    DECLARE_PACKS = "DECLARE_PACKS"
    UNPACK_PACKS = "UNPACK_PACKS"
    DISPATCH = "DISPATCH"
    COMMISSION = "COMMISSION"
    REPORT_DAMAGE = "REPORT_DAMAGE"


class BatchAction(StrEnum):
    """What a viewer can do to a batch; each is the mutation that does it."""

    VOID_DISPATCH = "VOID_DISPATCH"
    RECEIVE = "RECEIVE"
    VOID_RECEIPT = "VOID_RECEIPT"


class ConsignmentFacts(Struct, frozen=True, kw_only=True):
    """The facts about a consignment that guards use.

    `holdings` and `packed`, the serials in packs on hand by leg, are None in a movement, which takes serials where they
    are and fails if they are not there: it need not count them first. `held_back` are the actions that artwork leaves
    for none of the variants; a movement checks the variants that it names, and says what holds them.
    """

    code: str
    canceled: bool
    vendor_ids: Sequence[UUID]
    holdings: Sequence[Holding] | None = None
    held_back: frozenset[ConsignmentAction] = frozenset()
    packed: Mapping[int, int] | None = None

    def position_of(self, viewer: Viewer) -> int | None:
        """The position of the viewer's vendor in the chain; None if it has none there."""
        if viewer.vendor_id is None or viewer.vendor_id not in self.vendor_ids:
            return None
        return self.vendor_ids.index(viewer.vendor_id) + 1

    def lacks(self, leg: int | None, *conditions: Condition) -> bool:
        """Whether the leg is known to have no serials in these conditions on hand."""
        if self.holdings is None:
            return False
        return not any(
            each.quantity and each.leg == leg and not each.in_batch and each.condition in conditions
            for each in self.holdings
        )


class BatchFacts(Struct, frozen=True, kw_only=True):
    """The facts about a batch that guards use.

    `moved_on` says that something of it is not any more where its receipts put it; the mutation finds that out by
    itself, and says which serials they are.
    """

    code: str
    consignment: str
    canceled: bool
    from_vendor_id: UUID
    to_vendor_id: UUID
    status: BatchStatus
    moved_on: bool = False


def _live(facts: ConsignmentFacts, _viewer: Viewer) -> Failure | None:
    return IllegalState(f"{facts.code} is canceled.", CONSIGNMENT_PATH) if facts.canceled else None


def _cancel(facts: ConsignmentFacts, _viewer: Viewer) -> Failure | None:
    """What was spoiled or recalled before production is void and does not matter."""
    present = [each for each in facts.holdings or () if each.quantity]
    unproduced = {Condition.PLANNED, Condition.VOID}
    if any(each.condition not in unproduced or each.in_batch or each.leg > 1 for each in present):
        message = f"Coupons of {facts.code} are produced, so it cannot be canceled. Recall the coupons instead."
        return IllegalState(message, CONSIGNMENT_PATH)
    if all(each.condition is Condition.VOID for each in present):
        message = f"All coupons of {facts.code} are void, so there is nothing to cancel."
        return IllegalState(message, CONSIGNMENT_PATH)
    return None


def _download_codes(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    if not derives_all_codes(viewer):
        if facts.position_of(viewer) != 1:
            return CodesDenied(facts.code)
        if facts.lacks(1, Condition.PLANNED, Condition.GOOD):
            message = f"All coupons of {facts.code} have left your hands, so you cannot download their codes any more."
            return IllegalState(f"{message} Ask Operations if you need one.", CONSIGNMENT_PATH)
    if facts.holdings is not None and all(each.condition is Condition.VOID for each in facts.holdings if each.quantity):
        return IllegalState(f"All coupons of {facts.code} are void, so they have no codes.", CONSIGNMENT_PATH)
    return None


def _record_production(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    if facts.position_of(viewer) != 1:
        message = f"Only the first vendor of {facts.code} produces. Receive the batches that are sent to you."
        return IllegalState(message, CONSIGNMENT_PATH)
    if facts.lacks(1, Condition.PLANNED):
        return NothingToDo(f"No coupons of {facts.code} are still to be produced.", CONSIGNMENT_PATH)
    return _held_back(facts, ConsignmentAction.RECORD_PRODUCTION)


def _dispatch(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    if facts.position_of(viewer) == len(facts.vendor_ids):
        message = f"You are the last vendor of {facts.code}, so there is nobody to dispatch to. Commission the coupons."
        return IllegalState(message, CONSIGNMENT_PATH)
    return _on_hand(facts, viewer) or _held_back(facts, ConsignmentAction.DISPATCH)


def _commission(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    if facts.position_of(viewer) != len(facts.vendor_ids):
        message = f"Only the last vendor of {facts.code} commissions coupons. Dispatch them to the next vendor."
        return IllegalState(message, CONSIGNMENT_PATH)
    return _on_hand(facts, viewer) or _held_back(facts, ConsignmentAction.COMMISSION)


def _held_back(facts: ConsignmentFacts, action: ConsignmentAction) -> Failure | None:
    if action in facts.held_back:
        return IllegalState(f"Artwork holds every variant of {facts.code} that you could take.", CONSIGNMENT_PATH)
    return None


def _on_hand(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    if facts.lacks(facts.position_of(viewer), Condition.GOOD):
        return NothingToDo(f"You have no good coupons of {facts.code} on hand.", CONSIGNMENT_PATH)
    return None


def _declare_packs(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    """Recalled coupons in packs count as if they were good: an action that is offered must not fail."""
    if failure := _on_hand(facts, viewer):
        return failure
    leg = facts.position_of(viewer)
    if facts.holdings is None or facts.packed is None or leg is None:
        return None
    good = sum(
        each.quantity
        for each in facts.holdings
        if (each.leg, each.in_batch, each.condition) == (leg, False, Condition.GOOD)
    )
    if good <= facts.packed.get(leg, 0):
        return NothingToDo(f"All good coupons of {facts.code} that you have on hand are in packs.", CONSIGNMENT_PATH)
    return None


def _unpack_packs(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    leg = facts.position_of(viewer)
    if facts.packed is not None and (leg is None or not facts.packed.get(leg)):
        return NothingToDo(f"You have no packs of {facts.code} on hand.", CONSIGNMENT_PATH)
    return None


def _takes_part(facts: ConsignmentFacts, viewer: Viewer) -> Failure | None:
    if facts.position_of(viewer) is None:
        return IllegalState(f"Your vendor takes no part in {facts.code}.", CONSIGNMENT_PATH)
    return None


_MOVE: Final = (_live, _takes_part)
CONSIGNMENT_GUARDS: Final = Guards(
    ConsignmentAction,
    {
        ConsignmentAction.UPDATE: (Permission.CONSIGNMENT_MANAGE, _live),
        ConsignmentAction.CANCEL: (Permission.CONSIGNMENT_MANAGE, first_failure(_live, _cancel)),
        ConsignmentAction.DOWNLOAD_CODES: (Permission.CODES_DOWNLOAD, first_failure(_live, _download_codes)),
        ConsignmentAction.RECORD_PRODUCTION: (Permission.CUSTODY_RECORD, first_failure(*_MOVE, _record_production)),
        ConsignmentAction.DECLARE_PACKS: (Permission.CUSTODY_RECORD, first_failure(*_MOVE, _declare_packs)),
        ConsignmentAction.UNPACK_PACKS: (Permission.CUSTODY_RECORD, first_failure(*_MOVE, _unpack_packs)),
        ConsignmentAction.DISPATCH: (Permission.CUSTODY_RECORD, first_failure(*_MOVE, _dispatch)),
        ConsignmentAction.COMMISSION: (Permission.CUSTODY_RECORD, first_failure(*_MOVE, _commission)),
        ConsignmentAction.REPORT_DAMAGE: (Permission.CUSTODY_RECORD, first_failure(*_MOVE, _on_hand)),
    },
)


def _batch_live(facts: BatchFacts, _viewer: Viewer) -> Failure | None:
    return IllegalState(f"{facts.consignment} is canceled.", BATCH_PATH) if facts.canceled else None


def _void_dispatch(facts: BatchFacts, viewer: Viewer) -> Failure | None:
    if viewer.vendor_id != facts.from_vendor_id:
        message = f"Another vendor sent {facts.code}, and only the sender can void its dispatch."
        return IllegalState(message, BATCH_PATH)
    if facts.status is BatchStatus.VOIDED:
        return IllegalState(f"The dispatch of {facts.code} is void already.", BATCH_PATH)
    if facts.status is not BatchStatus.IN_TRANSIT:
        message = (
            f"The receiver has received coupons of {facts.code}, so its dispatch can no longer be voided. "
            "Ask the receiver to void the receipt first."
        )
        return IllegalState(message, BATCH_PATH)
    return None


def _receive(facts: BatchFacts, viewer: Viewer) -> Failure | None:
    if viewer.vendor_id != facts.to_vendor_id:
        return IllegalState(f"{facts.code} goes to another vendor, which receives it.", BATCH_PATH)
    if facts.status is BatchStatus.VOIDED:
        message = f"The sender voided the dispatch of {facts.code}, so there is nothing to receive."
        return IllegalState(message, BATCH_PATH)
    if facts.status is BatchStatus.RECEIVED:
        message = f"{facts.code} is received already. To correct the receipt, void it first."
        return IllegalState(message, BATCH_PATH)
    return None


def _void_receipt(facts: BatchFacts, viewer: Viewer) -> Failure | None:
    if viewer.vendor_id != facts.to_vendor_id:
        message = f"{facts.code} goes to another vendor, and only the receiver can void its receipt."
        return IllegalState(message, BATCH_PATH)
    if facts.status is BatchStatus.VOIDED:
        message = f"The sender voided the dispatch of {facts.code}, so there is no receipt to void."
        return IllegalState(message, BATCH_PATH)
    if facts.status is BatchStatus.IN_TRANSIT:
        message = f"Nothing of {facts.code} is received, so there is no receipt to void."
        return IllegalState(message, BATCH_PATH)
    if facts.moved_on:
        message = f"Coupons moved on since {facts.code} was received, so its receipt can no longer be voided."
        return IllegalState(message, BATCH_PATH)
    return None


BATCH_GUARDS: Final = Guards(
    BatchAction,
    {
        BatchAction.VOID_DISPATCH: (Permission.CUSTODY_RECORD, first_failure(_batch_live, _void_dispatch)),
        BatchAction.RECEIVE: (Permission.CUSTODY_RECORD, first_failure(_batch_live, _receive)),
        BatchAction.VOID_RECEIPT: (Permission.CUSTODY_RECORD, first_failure(_batch_live, _void_receipt)),
    },
)
