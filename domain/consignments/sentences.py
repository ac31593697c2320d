"""Labels and sentences about consignments, batches, movements, and discrepancies."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, assert_never

from msgspec import Struct

from domain.consignments.facts import BatchStatus, Condition, ConsignmentStatus, DiscrepancyKind, MovementKind
from domain.text import format_count, join_words

CONSIGNMENT_LABELS: Final[Mapping[ConsignmentStatus, str]] = MappingProxyType(
    {
        ConsignmentStatus.AWAITING_ARTWORK: "Awaiting artwork",
        ConsignmentStatus.ARTWORK_BLOCKED: "Artwork blocked",
        ConsignmentStatus.READY: "Ready for production",
        ConsignmentStatus.IN_PRODUCTION: "In production",
        ConsignmentStatus.IN_TRANSIT: "In transit",
        ConsignmentStatus.DELIVERED: "Delivered",
        ConsignmentStatus.CANCELED: "Canceled",
    }
)
BATCH_LABELS: Final[Mapping[BatchStatus, str]] = MappingProxyType(
    {
        BatchStatus.IN_TRANSIT: "In transit",
        BatchStatus.PARTLY_RECEIVED: "Partly received",
        BatchStatus.RECEIVED: "Received",
        BatchStatus.VOIDED: "Voided",
    }
)
MOVEMENT_LABELS: Final[Mapping[MovementKind, str]] = MappingProxyType(
    {
        MovementKind.PRODUCED: "Produced",
        MovementKind.SPOILED: "Spoiled",
        MovementKind.PACKED: "Packed",
        MovementKind.UNPACKED: "Unpacked",
        MovementKind.DISPATCHED: "Dispatched",
        MovementKind.DISPATCH_VOIDED: "Dispatch voided",
        MovementKind.RECEIVED: "Received",
        MovementKind.RECEIPT_VOIDED: "Receipt voided",
        MovementKind.DAMAGED: "Damaged",
        MovementKind.SHORT: "Short",
        MovementKind.COMMISSIONED: "Commissioned",
        MovementKind.DISCREPANCY_RESOLVED: "Discrepancy resolved",
        MovementKind.VOIDED: "Voided",
    }
)
_VERBS: Final[Mapping[MovementKind, str]] = MappingProxyType(
    {
        MovementKind.PRODUCED: "produced {coupons}",
        MovementKind.SPOILED: "spoiled {coupons} in production",
        MovementKind.PACKED: "packed {coupons} as {pack}",
        MovementKind.UNPACKED: "opened {pack} with {coupons}",
        MovementKind.DISPATCHED: "dispatched {coupons}",
        MovementKind.DISPATCH_VOIDED: "voided the dispatch of {coupons}",
        MovementKind.RECEIVED: "received {coupons}",
        MovementKind.RECEIPT_VOIDED: "voided the receipt of {coupons}",
        MovementKind.DAMAGED: "reported damage to {coupons}",
        MovementKind.SHORT: "did not receive {coupons}",
        MovementKind.COMMISSIONED: "commissioned {coupons}",
    }
)
# What a voided receipt had said about coupons that did not arrive well.
_TAKEN_BACK: Final[Mapping[Condition, str]] = MappingProxyType(
    {
        Condition.DAMAGED: "voided the report of damage to {coupons}",
        Condition.UNRESOLVED: "voided the report that {coupons} did not arrive",
    }
)
_OUTCOMES: Final[Mapping[Condition, str]] = MappingProxyType(
    {Condition.GOOD: "found", Condition.DAMAGED: "damaged", Condition.LOST: "lost", Condition.VOID: "scrapped"}
)


class MovementWords(Struct, frozen=True, kw_only=True):
    """What the sentence about a movement names. `origin` is the condition of the serials before, `outcome` after it."""

    kind: MovementKind
    origin: Condition
    outcome: Condition
    quantity: int
    sku: str
    vendor: str
    batch: str | None
    sscc: str | None = None


def movement_sentence(words: MovementWords) -> str:
    """Write what happened: “First Print dispatched 600 coupons of AMB-1L in BAT-2026-000004.”."""
    batch = "" if words.batch is None else f" in {words.batch}"
    coupons = f"{format_count(words.quantity, 'coupon')} of {words.sku}"
    if words.kind is MovementKind.DISCREPANCY_RESOLVED:
        be = "is" if words.quantity == 1 else "are"
        outcome = _OUTCOMES.get(words.outcome, words.outcome.lower())
        return f"Operations resolved a discrepancy: {coupons}{batch} {be} {outcome}."
    if words.kind is MovementKind.VOIDED:
        return f"Operations voided {coupons}{batch or f' at {words.vendor}'}."
    if words.origin is Condition.VOID:
        coupons = f"{format_count(words.quantity, 'void coupon')} of {words.sku}"
    verb = _VERBS[words.kind]
    if words.kind is MovementKind.RECEIPT_VOIDED:
        verb = _TAKEN_BACK.get(words.origin, verb)
    return f"{words.vendor} {verb.format(coupons=f'{coupons}{batch}', pack=f'pack {words.sscc}')}."


class DiscrepancyWords(Struct, frozen=True, kw_only=True):
    """What the sentence about a discrepancy names.

    `sent` is how many coupons of the variant the batch carried. Superseded artwork concerns no batch: `printed` are the
    versions that the coupons carry, and `version` is the one that superseded them.
    """

    kind: DiscrepancyKind
    quantity: int
    sku: str
    batch: str | None = None
    sent: int | None = None
    printed: Sequence[int] = ()
    version: int | None = None


def discrepancy_sentence(words: DiscrepancyWords) -> str:
    """Write what is wrong: “12 short of 50,000 coupons of AMB-1L in BAT-2026-000004.”."""
    match words.kind:
        case DiscrepancyKind.SHORT:
            coupons = format_count(words.sent or 0, "coupon")
            return f"{words.quantity:,} short of {coupons} of {words.sku} in {words.batch}."
        case DiscrepancyKind.OVER_SENT:
            coupons = format_count(words.quantity, "coupon")
            return f"{coupons} of {words.sku} arrived with {words.batch} although it did not list them."
        case DiscrepancyKind.ARTWORK_SUPERSEDED:
            coupons = format_count(words.quantity, "coupon")
            carry = "carries" if words.quantity == 1 else "carry"
            artwork = f"{name_versions(words.printed)} of the artwork"
            return f"{coupons} of {words.sku} {carry} {artwork}, which version {words.version} superseded."
        case _:
            assert_never(words.kind)


def name_versions(numbers: Sequence[int]) -> str:
    """Write “version 1”, or “versions 1 and 2”."""
    return f"{'version' if len(numbers) == 1 else 'versions'} {join_words([str(each) for each in numbers], 'and')}"


def waiting_label(vendors: Sequence[str], *, discrepancy: bool, designer: bool = False) -> str | None:
    """Write who must act: “First Print and Second Pack”. An open discrepancy waits for Operations."""
    names = [*vendors, *(["Designer"] if designer else []), *(["Operations"] if discrepancy else [])]
    return join_words(names, "and") or None


class PackWords(Struct, frozen=True, kw_only=True):
    """What the sentence about the contents of a pack names. A missing pack belongs to an open discrepancy."""

    quantity: int
    void: int
    missing: bool
    opened: bool
    sku: str


def pack_sentence(words: PackWords) -> str:
    """Write what is inside: “500 coupons of AMB-1L, 3 of them void.”."""
    coupons = f"{format_count(words.quantity, 'coupon')} of {words.sku}"
    if words.opened:
        return f"Opened. It contained {coupons}."
    if words.missing:
        return f"Missing: {coupons}."
    void = f", {words.void:,} of them void" if words.void else ""
    return f"{coupons}{void}."
