"""The mutation voidCoupons."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from db.consignments.changes import touch_states
from db.consignments.correction_reads import ALLOTMENTS_OF_SERIALS, HOLDERS_OF_REQUEST
from db.consignments.discrepancy_changes import resolve_recalled
from db.consignments.rows import RecallHolderRow
from db.coupons.reads import RUNS_BY_SCHEME
from db.redemptions.redeeming_reads import LOCK_COMMISSIONED, REDEEMED_SERIALS
from db.sessions import TransactionConflict, Writing
from domain.checks import reason_problems
from domain.consignments.facts import MovementKind
from domain.consignments.failures import CouponsInert, NothingToDo
from domain.consignments.ranges import merge, range_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.schemes.execution_facts import CouponsRecalled
from domain.spans import Span, Spans
from domain.text import trim_text
from resolvers.consignments.holders import ATTEMPTS, lock_holders, void_steps
from resolvers.consignments.locking import Chain, lock_chains
from resolvers.consignments.moving import record_recall
from resolvers.consignments.notify import notify_of_recall
from resolvers.consignments.state import refresh_states
from resolvers.consignments.steps import Occasion
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.schemes.execution import NewActivity, lock_execution, record_activity, require_scheme
from resolvers.validation import reject_invalid


class VoidCoupons(Struct, frozen=True):
    """Recall coupons of a scheme by serial, wherever they are."""

    scheme_id: UUID
    serials: tuple[Span, ...]
    reason: str
    idempotency_key: str


class Recall(Struct, frozen=True):
    """A recall: its scheme, how many coupons it made void, and how many were redeemed or void before."""

    request_id: UUID
    scheme_id: UUID
    quantity: int
    already_void: int
    already_redeemed: int
    holders: Sequence[RecallHolderRow]


async def void_coupons(operation: Operation, command: VoidCoupons) -> Recall:
    """Make coupons void for ever, and say who holds how many of them, to be destroyed. Redeemed ones stay redeemed.

    Void coupons stay where they are and travel on with their batch. Raises InvalidInput, NotFound, CouponsInert,
    NothingToDo and IdempotencyMismatch.
    """
    reject_invalid(_problems(command))
    serials = merge(command.serials)
    request_id = operation.new_id()
    async with operation.writing() as session:
        await require_scheme(operation, session, command.scheme_id)
        earlier = await claim_key(operation, session, command, result_id=request_id)
        if earlier:
            request_id = earlier
        else:
            await _recall(operation, session, command, (request_id, serials))
        holders = await session.fetch(HOLDERS_OF_REQUEST, request_id=request_id)
        redeemed = await _find_redeemed(session, command.scheme_id, serials)
    quantity = sum(holder.quantity for holder in holders)
    return Recall(
        request_id=request_id,
        scheme_id=command.scheme_id,
        quantity=quantity,
        already_void=serials.quantity - quantity - redeemed.quantity,
        already_redeemed=redeemed.quantity,
        holders=holders,
    )


def _problems(command: VoidCoupons) -> Iterator[Problem]:
    yield from range_problems(command.serials, ("serials",))
    yield from reason_problems(command.reason)


async def _recall(operation: Operation, session: Writing, command: VoidCoupons, request: tuple[UUID, Spans]) -> None:
    request_id, serials = request
    await _require_runs(session, command)
    chains, line_ids = await _lock_consignments(operation, session, command.scheme_id, serials)
    held = await lock_holders(session, line_ids, serials)
    # Redemptions lock the same serials for sharing: those that came first are found, and later ones find them void.
    await session.fetch(LOCK_COMMISSIONED, line_ids=line_ids, spans=serials.text)
    if redeemed := await _find_redeemed(session, command.scheme_id, serials):
        held = [replace(row, text=left.text) for row in held if (left := row.spans - redeemed)]
    steps = void_steps(chains, held, MovementKind.VOIDED, ("input", "serials"))
    if not steps:
        raise _nothing_to_do(serials, redeemed)
    reason = trim_text(command.reason)
    await record_recall(operation, session, steps, Occasion(request_id=request_id, note=reason))
    moved = Spans.of(span for _, step, _ in steps for span in step.spans or ())
    resolution = (operation.now, operation.viewer.account_id, f"Recalled: {reason}")
    await resolve_recalled(session, line_ids, moved, resolution)
    touched = sorted({chain.id for chain, _, _ in steps})
    await refresh_states(operation, session, touched, voids=True)
    await touch_states(session, touched, operation.now)
    definition = await lock_execution(operation, session, command.scheme_id)
    fact = CouponsRecalled(scheme=definition.name, quantity=moved.quantity, reason=reason)
    await record_activity(operation, session, command.scheme_id, NewActivity(EventKind.COUPONS_RECALLED, fact))
    await notify_of_recall(operation, session, [(chain, step) for chain, step, _ in steps], reason)


async def _find_redeemed(session: Writing, scheme_id: UUID, serials: Spans) -> Spans:
    """The coupons among these that ECPs have redeemed: a recall leaves them alone."""
    found = await session.fetch(REDEEMED_SERIALS, scheme_id=scheme_id, spans=serials.text)
    return Spans.of(span for text in found for span in Spans.parse(text))


def _nothing_to_do(serials: Spans, redeemed: Spans) -> NothingToDo:
    state = "void" if not redeemed else "redeemed" if redeemed == serials else "void or redeemed"
    one, count = serials.quantity == 1, f"{serials.quantity:,}"
    message = f"This coupon is {state} already." if one else f"All {count} coupons are {state} already."
    return NothingToDo(message, ("input", "serials"))


async def _require_runs(session: Writing, command: VoidCoupons) -> None:
    """Check that the scheme has all of these serials. Raises InvalidInput."""
    generated = Spans.of(row.span for row in await session.fetch(RUNS_BY_SCHEME, ids=[command.scheme_id]))
    reject_invalid(
        Problem(
            UserErrorCode.NOT_FOUND,
            f"The scheme has no {'coupon with the serial' if other.quantity == 1 else 'coupons with the serials'} "
            f"{other.describe()}.",
            ("serials", str(index)),
        )
        for index, span in enumerate(command.serials)
        if (other := Spans((span,)) - generated)
    )


async def _lock_consignments(
    operation: Operation, session: Writing, scheme_id: UUID, serials: Spans
) -> tuple[dict[UUID, Chain], list[UUID]]:
    """Lock the consignments that have the serials; return their chains by line, and the lines. Raises CouponsInert."""
    locked: dict[UUID, Chain] = {}
    for _ in range(ATTEMPTS):
        rows = await session.fetch(ALLOTMENTS_OF_SERIALS, scheme_id=scheme_id, spans=serials.text)
        allotted = Spans.of(span for row in rows for span in Spans.parse(row.text))
        if inert := serials - allotted:
            raise CouponsInert(inert)
        ids = {row.consignment_id for row in rows}
        if ids <= locked.keys():
            line_ids = sorted({row.line_id for row in rows})
            return {line.id: chain for chain in locked.values() for line in chain.lines}, line_ids
        locked |= {chain.id: chain for chain in await lock_chains(operation, session, sorted(ids - locked.keys()))}
    raise TransactionConflict
