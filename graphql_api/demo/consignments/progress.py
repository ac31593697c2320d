"""A demo consignment while its plan runs."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from db.consignments.custody_reads import HOLDERS_OF_SERIALS
from db.consignments.reads import LINES_BY_CONSIGNMENT
from domain.consignments.facts import Condition
from domain.spans import LAST_SERIAL, Span, Spans
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.consignments.consignment_plan import OF_OPERATIONS, ConsignmentPlan, Move
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.steps import StepContext

_ALL: Final = Spans((Span(0, LAST_SERIAL),))


class Held(Struct, frozen=True):
    """Serials of a variant at a place: on hand at a leg, or in a batch that left it."""

    variant_id: UUID
    leg: int
    batch_id: UUID | None
    condition: Condition
    spans: Spans


class ConsignmentProgress(Struct):
    """A consignment while its plan runs: its id, its batches by name, and the keys that its mutations have used."""

    plan: ConsignmentPlan
    scheme: SchemeProgress
    id: UUID = UUID(int=0)
    batches: dict[str, UUID] = field(default_factory=dict)
    keys: int = 0

    def actor(self, move: Move) -> Person:
        """Return the person who takes a step."""
        return Person.OPERATIONS if move.kind in OF_OPERATIONS else Person(self.plan.chain[move.leg - 1])

    def next_key(self) -> str:
        """Return a new idempotency key."""
        self.keys += 1
        return f"{self.id} {self.keys}"

    async def held(self, context: StepContext) -> list[Held]:
        """Read where all serials are now."""
        lines = {row.id: row.variant.id for row in await context.session.fetch(LINES_BY_CONSIGNMENT, ids=[self.id])}
        rows = await context.session.fetch(HOLDERS_OF_SERIALS, line_ids=list(lines), spans=_ALL.text)
        return [
            Held(
                variant_id=lines[row.line_id],
                leg=row.leg,
                batch_id=row.batch_id,
                condition=Condition(row.condition),
                spans=row.spans,
            )
            for row in rows
        ]

    async def on_hand(self, context: StepContext, leg: int, condition: Condition) -> list[tuple[UUID, Spans]]:
        """Read the serials on hand at a leg, by variant."""
        found = await self.held(context)
        return list(_by_variant(each for each in found if _place(each) == (leg, None, condition)))

    async def in_batch(self, context: StepContext, name: str, condition: Condition) -> list[tuple[UUID, Spans]]:
        """Read the serials in a batch, by variant."""
        found = await self.held(context)
        return list(
            _by_variant(each for each in found if (each.batch_id, each.condition) == (self.batches[name], condition))
        )


def _place(held: Held) -> tuple[int, UUID | None, Condition]:
    return held.leg, held.batch_id, held.condition


def _by_variant(held: Iterator[Held]) -> Iterator[tuple[UUID, Spans]]:
    spans: dict[UUID, list[Span]] = {}
    for each in held:
        spans.setdefault(each.variant_id, []).extend(each.spans)
    for variant_id, found in sorted(spans.items()):
        yield variant_id, Spans.of(found)
