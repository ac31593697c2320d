"""What custody should be, serial by serial: a model that predicts what each mutation does, or that it is rejected."""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from domain.spans import Span, Spans

# On hand at a leg, or in a batch that left it; and the condition.
Place = tuple[int, UUID | None, str]
HELD: Final = "ARTWORK_SUPERSEDED"
PLANNED, GOOD, VOID, UNRESOLVED, DAMAGED = "PLANNED", "GOOD", "VOID", "UNRESOLVED", "DAMAGED"
OPERATIONS: Final = 0


class Rejected(Exception):
    """The mutation must be rejected, and change nothing."""


@dataclass
class ModelBatch:
    """A batch; `received` is where the receipts since the last voided one put each serial."""

    leg: int
    variants: frozenset[UUID]
    status: str = "IN_TRANSIT"
    received: dict[int, str] = field(default_factory=dict)
    resolved: bool = False


@dataclass
class ModelDiscrepancy:
    """Serials of a batch that did not arrive, or that arrived without having been sent; `open` are not resolved.

    Or serials that carry superseded artwork: then there is no batch.
    """

    kind: str
    batch_id: UUID | None
    variant_id: UUID
    open: set[int]


@dataclass
class ModelArtwork:
    """The artwork of a variant: its current version, and the legs that approved it or ask for a revision."""

    version: int = 1
    approved: set[int] = field(default_factory=set)
    requested: set[int] = field(default_factory=set)
    # The version that each serial carries.
    printed: dict[int, int] = field(default_factory=dict)


@dataclass
class ModelConsignment:
    """One consignment: the place of each serial by variant, its batches, and its discrepancies."""

    places: dict[UUID, dict[int, Place]]
    batches: dict[UUID, ModelBatch] = field(default_factory=dict)
    discrepancies: list[ModelDiscrepancy] = field(default_factory=list)
    canceled: bool = False

    def at(self, variant_id: UUID, place: Place) -> list[int]:
        """The serials of a variant at a place, in order."""
        return sorted(serial for serial, found in self.places.get(variant_id, {}).items() if found == place)

    def move(self, variant_id: UUID, source: Place, target: Place, serials: Iterable[int]) -> None:
        """Move serials from one place to another. Raises Rejected unless all of them are there."""
        own = self.places.get(variant_id, {})
        for serial in serials:
            if own.get(serial) != source:
                raise Rejected
            own[serial] = target

    def take(self, variant_id: UUID, source: Place, target: Place, wanted: tuple[int | None, Any]) -> None:
        """Move named serials, or so many of the lowest. Raises Rejected if there are not so many."""
        quantity, named = wanted
        serials = self.at(variant_id, source)[:quantity] if named is None else numbers(named)
        if quantity is not None and len(serials) < quantity:
            raise Rejected
        self.move(variant_id, source, target, serials)

    def held(self, variant_id: UUID) -> set[int]:
        """The serials of a variant that superseded artwork holds."""
        found = [each.open for each in self.discrepancies if each.kind == HELD and each.variant_id == variant_id]
        return set().union(*found)

    def hold(self, variant_id: UUID, serials: Iterable[int]) -> None:
        """Hold those of the serials that are good or unresolved, and not held already."""
        own, held = self.places.get(variant_id, {}), self.held(variant_id)
        open_ones = {n for n in serials if n in own and own[n][2] in {GOOD, UNRESOLVED} and n not in held}
        if open_ones:
            self.discrepancies.append(ModelDiscrepancy(HELD, None, variant_id=variant_id, open=open_ones))

    def release_settled(self) -> None:
        """Let serials be held no longer that are neither good nor unresolved."""
        for each in self.discrepancies:
            if each.kind == HELD:
                own = self.places[each.variant_id]
                each.open = {n for n in each.open if own[n][2] in {GOOD, UNRESOLVED}}

    def spans(self) -> dict[tuple[UUID, Place], Spans]:
        """The serials of each place, as the database stores them."""
        found: dict[tuple[UUID, Place], list[Span]] = {}
        for variant_id, own in self.places.items():
            for serial, place in own.items():
                found.setdefault((variant_id, place), []).append(Span(serial, serial))
        return {key: Spans.of(spans) for key, spans in found.items()}


@dataclass
class SchemeModel:
    """A scheme: the serials of each variant, the ones that no consignment has, and its consignments."""

    scheme_id: UUID
    legs: int
    planned: int
    next_serial: int
    # In the order in which serials are generated.
    generated: dict[UUID, set[int]]
    free: dict[UUID, set[int]]
    closed: dict[UUID, int]
    artworks: dict[UUID, ModelArtwork]
    consignments: dict[UUID, ModelConsignment] = field(default_factory=dict)

    def tried(self, handlers: "Handlers", actor: int, command: Any, answer: Any) -> "SchemeModel":
        """The model after a command of the vendor at a leg, or of Operations, with its answer. Raises Rejected."""
        after = copy.deepcopy(self)
        handlers[type(command)](after, actor, command, answer)
        for made in after.consignments.values():
            made.release_settled()
        return after

    def requests(self, variant_id: UUID) -> bool:
        """Whether a vendor of a live consignment with the variant asks for a revision."""
        live = any(not each.canceled and variant_id in each.places for each in self.consignments.values())
        return live and bool(self.artworks[variant_id].requested)

    @property
    def unaccepted(self) -> set[int]:
        """The serials that are held."""
        made = self.consignments.values()
        return {n for each in made for variant_id in each.places for n in each.held(variant_id)}

    def live(self, consignment_id: UUID) -> ModelConsignment:
        """A consignment that is not canceled. Raises Rejected."""
        found = self.consignments[consignment_id]
        if found.canceled:
            raise Rejected
        return found

    def of_batch(self, batch_id: UUID) -> tuple[ModelConsignment, ModelBatch]:
        """The consignment of a batch, and the batch."""
        return next((each, each.batches[batch_id]) for each in self.consignments.values() if batch_id in each.batches)

    def void(self, variant_id: UUID) -> int:
        """How many serials of a variant are void."""
        return sum(
            place[2] == VOID
            for each in self.consignments.values()
            for place in each.places.get(variant_id, {}).values()
        )

    def shortfall(self, variant_id: UUID) -> int:
        """How many serials of a variant must be generated."""
        have = len(self.generated[variant_id]) - self.void(variant_id)
        return max(0, self.planned - self.closed[variant_id] - have)

    def available(self, variant_id: UUID) -> int:
        """How many serials of a variant a consignment may take."""
        allocated = len(self.generated[variant_id]) - len(self.free[variant_id]) - self.void(variant_id)
        return min(max(0, self.planned - self.closed[variant_id] - allocated), len(self.free[variant_id]))

    @property
    def settled_for_ever(self) -> tuple[set[int], set[int]]:
        """The serials that are void, and those that are commissioned or were before they became void."""
        conditions = [
            (serial, place[2])
            for each in self.consignments.values()
            for own in each.places.values()
            for serial, place in own.items()
        ]
        return {n for n, each in conditions if each == VOID}, {n for n, each in conditions if each == "COMMISSIONED"}


Handlers = Mapping[type, Callable[[SchemeModel, int, Any, Any], None]]


def numbers(spans: Iterable[Span] | None) -> list[int]:
    """All serials of ranges. Raises Rejected where they overlap."""
    found = [serial for span in spans or () for serial in range(span.first, span.last + 1)]
    if len(found) != len(set(found)):
        raise Rejected
    return found


def as_spans(serials: Iterable[int]) -> Spans:
    """The set of some serials."""
    return Spans.of(Span(serial, serial) for serial in serials)
