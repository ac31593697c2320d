"""The mutation withdrawSettlement."""

from uuid import UUID

from msgspec import Struct

from db.settlements.changes import record_settlement_decision
from domain.events import EventKind
from domain.settlements.facts import SettlementStatus
from domain.settlements.guards import SETTLEMENT_GUARDS, SettlementAction
from domain.settlements.stored_facts import SettlementWithdrawn
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.schemes.rederive import rederive_execution
from resolvers.settlements.locking import lock_settlement
from resolvers.settlements.notify import deciders_of, notify_of_settlement, settlement_fact


class WithdrawSettlement(Struct, frozen=True):
    """Withdraw a settlement of one's own that nobody has decided about."""

    settlement_id: UUID
    idempotency_key: str


async def withdraw_settlement(operation: Operation, command: WithdrawSettlement) -> UUID:
    """Withdraw a settlement as its maker, and notify those who were to decide. Nothing was posted.

    Raises InvalidInput, NotFound, IllegalState and IdempotencyMismatch.
    """
    async with operation.writing() as session:
        standing = await lock_settlement(operation, session, command.settlement_id)
        if await claim_key(operation, session, command, result_id=standing.id):
            return standing.id
        SETTLEMENT_GUARDS.check(SettlementAction.WITHDRAW, standing.facts, operation.viewer)
        await record_settlement_decision(
            session,
            standing.id,
            status=SettlementStatus.WITHDRAWN,
            reason=None,
            account_id=None,
            at=operation.now,
        )
        proposed = standing.status == SettlementStatus.PROPOSED
        deciders = await deciders_of(session, standing) if proposed else []
        facts = dict.fromkeys(deciders, settlement_fact(SettlementWithdrawn, standing))
        await notify_of_settlement(operation, session, EventKind.SETTLEMENT_WITHDRAWN, standing, facts)
        await rederive_execution(operation, session, standing.scheme_id)
    return command.settlement_id
