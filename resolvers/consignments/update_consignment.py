"""The mutation updateConsignment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from db.consignments.changes import replace_legs, set_consignment
from db.consignments.correction_reads import STARTED_LEG
from db.consignments.custody_reads import HOLDINGS_BY_CONSIGNMENT
from db.consignments.reads import DUE_ON
from db.sessions import Writing
from domain.consignments.chains import find_started_change
from domain.consignments.facts import Condition
from domain.consignments.failures import CONSIGNMENT_PATH
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.events import EventKind, Subject, SubjectKind
from domain.failures import IllegalState, InvalidInput, Problem, UserErrorCode
from domain.schemes.execution_facts import ConsignmentUpdated
from resolvers.consignments.artwork_states import refresh_after_chain
from resolvers.consignments.chains import check_chain, due_problems
from resolvers.consignments.locking import Chain, lock_any_chain
from resolvers.consignments.notify import notify_of_update
from resolvers.consignments.state import refresh_state
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.schemes.execution import NewActivity, lock_execution, record_activity, rederive
from resolvers.validation import reject_invalid


class UpdateConsignment(Struct, frozen=True):
    """Changes to a consignment; None leaves a value as it is."""

    consignment_id: UUID
    due_on: date | None = None
    remove_due_on: bool = False
    vendor_ids: tuple[UUID, ...] | None = None
    acknowledge_warnings: bool = False
    idempotency_key: str | None = None


async def update_consignment(operation: Operation, command: UpdateConsignment) -> UUID:
    """Change the due date of a consignment, or vendors of its chain that have not started; return its id.

    Raises InvalidInput, NotFound, IllegalState, ChainNotAcknowledged and IdempotencyMismatch.
    """
    reject_invalid(_problems(command))
    async with operation.writing() as session:
        chain = await lock_any_chain(operation, session, command.consignment_id, exclusive=True)
        earlier = await claim_key(operation, session, command, result_id=chain.id)
        if earlier:
            return earlier
        CONSIGNMENT_GUARDS.check(ConsignmentAction.UPDATE, chain.facts, operation.viewer)
        definition = await lock_execution(operation, session, chain.scheme_id)
        changed_due = await _change_due_date(operation, session, chain, command)
        names = await _change_chain(session, chain, command)
        if not changed_due and names is None:
            return command.consignment_id
        if changed_due:
            await set_consignment(session, chain.id, changed_due)
        if names is not None:
            await refresh_state(operation, session, chain.id)
            variant_ids = [line.variant_id for line in chain.lines]
            await refresh_after_chain(operation, session, chain.scheme_id, variant_ids)
            await rederive(operation, session, chain.scheme_id)
        fact = ConsignmentUpdated(
            scheme=definition.name,
            code=chain.code,
            due_on=changed_due.get("due_on"),
            due_changed=bool(changed_due),
            vendors=names,
        )
        subjects = (Subject(SubjectKind.CONSIGNMENT, chain.id),)
        activity = NewActivity(EventKind.CONSIGNMENT_UPDATED, fact, subjects=subjects)
        await record_activity(operation, session, chain.scheme_id, activity)
        await _notify(operation, session, chain, command, fact)
    return command.consignment_id


async def _notify(
    operation: Operation, session: Writing, chain: Chain, command: UpdateConsignment, fact: ConsignmentUpdated
) -> None:
    holdings = await session.fetch(HOLDINGS_BY_CONSIGNMENT, ids=[chain.id])
    (due_on,) = await session.fetch(DUE_ON, id=chain.id)
    vendor_ids = chain.vendor_ids if command.vendor_ids is None else command.vendor_ids
    await notify_of_update(
        operation,
        session,
        chain,
        vendors=list(zip(vendor_ids, fact.vendors or chain.vendor_names, strict=True)),
        quantity=sum(row.quantity for row in holdings),
        due_on=due_on,
        due_changed=fact.due_changed,
    )


def _problems(command: UpdateConsignment) -> Iterator[Problem]:
    if command.due_on is not None and command.remove_due_on:
        message = "State a due date, or remove it, but not both."
        yield Problem(UserErrorCode.CONFLICT, message, ("removeDueOn",))


async def _change_due_date(
    operation: Operation, session: Writing, chain: Chain, command: UpdateConsignment
) -> Mapping[str, Any]:
    """The new due date as a column, empty if it stays as it is."""
    (current,) = await session.fetch(DUE_ON, id=chain.id)
    wanted = None if command.remove_due_on else command.due_on or current
    if wanted == current:
        return {}
    reject_invalid(due_problems(wanted, (await operation.calendar()).day_of(operation.now)))
    return {"due_on": wanted}


async def _change_chain(session: Writing, chain: Chain, command: UpdateConsignment) -> tuple[str, ...] | None:
    """Replace the vendors that have not started; return the names of the new chain, None if it stays as it is."""
    wanted = command.vendor_ids
    if wanted is None or wanted == chain.vendor_ids:
        return None
    (started,) = await session.fetch(STARTED_LEG, ids=[chain.id])
    index = find_started_change(chain.vendor_ids[:started], wanted)
    vendors = await check_chain(session, wanted, acknowledged=command.acknowledge_warnings or index is not None)
    if index is not None:
        message = (
            f"The first {started} vendors of {chain.code} have started, so they stay in the chain. "
            "Change only the vendors after them."
        )
        if started == 1:
            message = (
                f"The first vendor of {chain.code} has its coupons, so it stays. Change only the vendors after it, "
                "or cancel the consignment before production and create another."
            )
        path = ("input", "vendorIds", *((str(index),) if index < len(wanted) else ()))
        raise InvalidInput(Problem(UserErrorCode.CONFLICT, message, path))
    await _require_uncommissioned(session, chain, wanted)
    await replace_legs(session, chain.id, wanted, kept=started)
    return tuple(vendor.name for vendor in vendors)


async def _require_uncommissioned(session: Writing, chain: Chain, wanted: Sequence[UUID]) -> None:
    """Check that a chain is not made longer after its last vendor has commissioned coupons."""
    holdings = await session.fetch(HOLDINGS_BY_CONSIGNMENT, ids=[chain.id])
    if len(wanted) > chain.last_leg and any(row.condition == Condition.COMMISSIONED for row in holdings):
        message = f"The last vendor of {chain.code} has commissioned coupons, so no vendor can follow it."
        raise IllegalState(message, CONSIGNMENT_PATH)
