"""Store the state of a consignment that follows from its custody, and derive the stages of its scheme again."""

from uuid import UUID

from db.consignments.changes import set_state
from db.consignments.custody_reads import HOLDINGS_BY_CONSIGNMENT
from db.consignments.state_reads import LOCK_STATE
from db.sessions import Writing
from domain.consignments.facts import Condition
from domain.consignments.state import Holding, derive_state
from resolvers.context import Operation
from resolvers.schemes.execution import rederive


async def refresh_state(operation: Operation, session: Writing, consignment_id: UUID, *, voids: bool = False) -> None:
    """Derive the state of a consignment again, and the stages of its scheme if the state changed.

    With `voids` the stages are derived in any case: more coupons may be needed. The state is locked first, so that of
    two movements that end at the same time the second one sees what the first one did.
    """
    (stored,) = await session.fetch(LOCK_STATE, consignment_id=consignment_id)
    rows = await session.fetch(HOLDINGS_BY_CONSIGNMENT, ids=[consignment_id])
    holdings = [
        Holding(leg=row.leg, in_batch=row.in_batch, condition=Condition(row.condition), quantity=row.quantity)
        for row in rows
    ]
    derived = derive_state(holdings, canceled=stored.canceled)
    before = (stored.status, tuple(stored.waiting_legs), stored.has_discrepancy)
    after = (derived.status, derived.waiting_legs, stored.discrepancy_open)
    if before != after:
        waits_alike = before[1] == after[1]
        await set_state(
            session,
            consignment_id,
            {
                "status": derived.status,
                "since": stored.since if stored.status == derived.status else operation.now,
                "waiting_legs": list(derived.waiting_legs),
                "waiting_since": (stored.waiting_since if waits_alike else operation.now)
                if derived.waiting_legs
                else None,
                "has_discrepancy": stored.discrepancy_open,
            },
        )
    if voids or before != after:
        await rederive(operation, session, stored.scheme_id)
