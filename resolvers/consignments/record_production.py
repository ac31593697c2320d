"""The mutation recordProduction."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from domain.consignments.facts import Condition, MovementKind
from domain.consignments.guards import CONSIGNMENT_GUARDS, ConsignmentAction
from domain.consignments.ranges import merge, occurrence_problems, quantity_problems, range_problems
from domain.failures import Problem, UserErrorCode
from domain.spans import Span
from resolvers.consignments.artwork_holds import PrintedLine, require_printable
from resolvers.consignments.locking import Chain, Line, lock_own_chain
from resolvers.consignments.moving import record_movements
from resolvers.consignments.serial_inputs import find_lines, overlaps, variant_problems
from resolvers.consignments.steps import Occasion, Step, on_hand
from resolvers.context import Operation
from resolvers.idempotency import claim_key
from resolvers.validation import reject_invalid

# The largest number that its column holds.
_MOST_VERSIONS: Final = 2**31 - 1


class ProducedLine(Struct, frozen=True):
    """Coupons of a variant that were printed well, by number or by serial, and those that were spoiled.

    `artwork_version` is what the printer says that it printed; None stands for the current version.
    """

    variant_id: UUID
    quantity: int | None = None
    serials: tuple[Span, ...] | None = None
    spoiled_serials: tuple[Span, ...] | None = None
    artwork_version: int | None = None

    @property
    def produces(self) -> bool:
        """Whether coupons were printed well. Spoiled ones carry no artwork."""
        return self.quantity is not None or self.serials is not None


class RecordProduction(Struct, frozen=True):
    """What the first vendor of a consignment has produced."""

    consignment_id: UUID
    lines: tuple[ProducedLine, ...]
    occurred_at: datetime | None
    idempotency_key: str


async def record_production(operation: Operation, command: RecordProduction) -> UUID:
    """Record produced and spoiled coupons; return the id of the consignment.

    Spoiled serials are void for ever, whatever the artwork. A quantity takes the lowest planned serials that are left
    after those. Raises InvalidInput, NotFound, IllegalState, ArtworkBlocked, ArtworkNotApproved, StaleArtwork,
    QuantityExceeded, SerialsNotHeld, OccurredTooEarly and IdempotencyMismatch.
    """
    reject_invalid(_problems(command, operation.now))
    async with operation.writing() as session:
        earlier = await claim_key(operation, session, command, result_id=command.consignment_id)
        if earlier:
            return earlier
        chain, _ = await lock_own_chain(operation, session, command.consignment_id)
        CONSIGNMENT_GUARDS.check(ConsignmentAction.RECORD_PRODUCTION, chain.facts, operation.viewer)
        lines = find_lines(chain, [line.variant_id for line in command.lines])
        printed = [
            PrintedLine(line, given.artwork_version, ("input", "lines", str(index)))
            for index, (given, line) in enumerate(zip(command.lines, lines, strict=True))
            if given.produces
        ]
        versions = await require_printable(operation, session, chain, printed)
        steps = [
            step
            for index, (given, line) in enumerate(zip(command.lines, lines, strict=True))
            for step in _steps(chain, (line, versions.get(line.id)), given, index)
        ]
        occasion = Occasion(request_id=operation.new_id(), occurred_at=command.occurred_at)
        await record_movements(operation, session, chain, steps, occasion)
    return command.consignment_id


def _problems(command: RecordProduction, now: datetime) -> Iterator[Problem]:
    yield from variant_problems([line.variant_id for line in command.lines])
    yield from occurrence_problems(command.occurred_at, now)
    for index, line in enumerate(command.lines):
        path = ("lines", str(index))
        if not line.produces and line.spoiled_serials is None:
            message = "State what was produced, as a quantity or ranges of serials, or what was spoiled."
            yield Problem(UserErrorCode.REQUIRED, message, path)
        if line.quantity is not None and line.serials is not None:
            message = "State either a quantity or ranges of serials."
            yield Problem(UserErrorCode.CONFLICT, message, path)
        if line.quantity is not None:
            yield from quantity_problems(line.quantity, (*path, "quantity"))
        if line.artwork_version is not None and not (line.produces and 1 <= line.artwork_version <= _MOST_VERSIONS):
            message = "Name the version of the artwork that you printed, or leave it out."
            yield Problem(UserErrorCode.INVALID, message, (*path, "artworkVersion"))
        lists = [(line.serials, (*path, "serials")), (line.spoiled_serials, (*path, "spoiledSerials"))]
        for spans, place in lists:
            if spans is not None:
                yield from range_problems(spans, place)
        yield from overlaps(lists)


def _steps(chain: Chain, printed: tuple[Line, int | None], given: ProducedLine, index: int) -> Iterator[Step]:
    line, version = printed
    planned = on_hand(1, Condition.PLANNED)
    path, vendors, where = ("input", "lines", str(index)), (chain.vendor_of(1),), "still to be produced"
    if given.spoiled_serials is not None:
        spoiled = merge(given.spoiled_serials)
        yield Step(
            kind=MovementKind.SPOILED,
            line=line,
            source=planned,
            target=on_hand(1, Condition.VOID),
            spans=spoiled,
            quantity=spoiled.quantity,
            vendor_ids=vendors,
            path=(*path, "spoiledSerials"),
            phrase=where,
        )
    if given.produces:
        serials = None if given.serials is None else merge(given.serials)
        yield Step(
            kind=MovementKind.PRODUCED,
            line=line,
            source=planned,
            target=on_hand(1),
            spans=serials,
            quantity=given.quantity or (serials.quantity if serials else 0),
            vendor_ids=vendors,
            artwork_version=version,
            path=(*path, "quantity" if serials is None else "serials"),
            phrase=where,
        )
