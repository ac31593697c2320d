"""The steps of a movement: which serials of a line go from which place to which."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.consignments.facts import Condition, MovementKind
from domain.failures import Path
from domain.spans import Spans
from resolvers.consignments.locking import Line


class Place(Struct, frozen=True):
    """A place of the serials of a line: on hand at a leg, or in a batch that left this leg; and their condition."""

    leg: int
    condition: Condition
    batch_id: UUID | None = None


class Step(Struct, frozen=True, kw_only=True):
    """Serials of a line to take from one place to another: `spans`, or the lowest `quantity` where that is None.

    `vendor_ids` are the vendor that moves the serials, or holds what others move, and then others that it concerns.
    `artwork_version` is the one that was printed, if the step produces, and `pack_id` the pack that it makes or opens.
    `path` is the input field that asks for the serials, and `phrase` where they should be: “on hand”.
    """

    kind: MovementKind
    line: Line
    source: Place
    target: Place
    spans: Spans | None
    quantity: int
    vendor_ids: tuple[UUID, ...]
    batch_id: UUID | None = None
    artwork_version: int | None = None
    pack_id: UUID | None = None
    path: Path = ("input",)
    phrase: str = "on hand"

    @property
    def voids(self) -> bool:
        """Whether the step makes serials void, so that more must be generated."""
        return (
            self.quantity > 0
            and self.target.condition is Condition.VOID
            and self.source.condition is not Condition.VOID
        )


class Occasion(Struct, frozen=True, kw_only=True):
    """What the movements of one mutation have in common; `occurred_at` is None if nobody stated the time."""

    request_id: UUID
    occurred_at: datetime | None = None
    note: str | None = None


def on_hand(leg: int, condition: Condition = Condition.GOOD) -> Place:
    """The place of serials on hand at a leg."""
    return Place(leg, condition)
