"""Plans of demo coupons and consignments: chains of vendors, and what happened to the coupons, in days."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class MoveKind(StrEnum):
    """A kind of step that somebody takes with the coupons of a consignment."""

    PRODUCE = "PRODUCE"
    SPOIL = "SPOIL"
    DISPATCH = "DISPATCH"
    VOID_DISPATCH = "VOID_DISPATCH"
    RECEIVE = "RECEIVE"
    VOID_RECEIPT = "VOID_RECEIPT"
    DAMAGE = "DAMAGE"
    RESOLVE = "RESOLVE"
    COMMISSION = "COMMISSION"
    RECALL = "RECALL"
    POSTPONE = "POSTPONE"
    CANCEL = "CANCEL"


# Steps of Operations. A vendor takes the others.
OF_OPERATIONS: Final = frozenset({MoveKind.RESOLVE, MoveKind.RECALL, MoveKind.POSTPONE, MoveKind.CANCEL})


class Move(Struct, frozen=True, kw_only=True):
    """A step this many days after the previous one, at a leg of the chain.

    `percent` is the part of what is there that it takes, `batch` the name of the batch within the plan. `count` is a
    number of serials of the first variant: spoiled, damaged, or recalled; for a new due date, the days after loading.
    What is sent is packed into cartons of `packs` coupons, unless that is 0.
    A receipt lacks `missing` of them, finds `damaged` ones, and has `extra` ones that were not sent. A resolution finds
    `count` of what is open, and loses the rest.
    """

    kind: MoveKind
    days: int = 2
    leg: int = 1
    percent: int = 100
    batch: str = ""
    count: int = 0
    missing: int = 0
    damaged: int = 0
    extra: int = 0
    packs: int = 0


class ConsignmentPlan(Struct, frozen=True, kw_only=True):
    """A consignment, created `days_ago` days before loading.

    It takes `percent` of the planned coupons of these products, or of all of the scheme, or whatever can be allocated
    with None. It is due `due` days after loading; a negative number is past. Its vendors approve its artwork at once,
    unless it is not `reviewed` yet.
    """

    days_ago: int
    chain: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    percent: int | None = 10
    products: tuple[str, ...] = ()
    due: int | None = None
    reviewed: bool = True


class CouponPlan(Struct, frozen=True, kw_only=True):
    """The coupons of a scheme: on which days before loading they were generated, and their consignments.

    On the day `shortfall_closed`, Operations did without what was missing. The artwork is uploaded after the first
    coupons are generated, unless nobody carries them. On the day `artwork_revised` a designer uploaded another version
    of that of one variant, and `revision_asked` is the day and the vendor that asked for one and still waits.
    """

    scheme: str
    generated: tuple[int, ...]
    consignments: tuple[ConsignmentPlan, ...] = ()
    shortfall_closed: int | None = None
    artwork_revised: int | None = None
    revision_asked: tuple[int, str] | None = None


def produce(days: int = 3, percent: int = 100) -> Move:
    """The first vendor prints so much of what is still planned."""
    return Move(kind=MoveKind.PRODUCE, days=days, percent=percent)


def spoil(count: int, days: int = 0) -> Move:
    """The first vendor spoils coupons while printing."""
    return Move(kind=MoveKind.SPOIL, days=days, count=count)


def send(leg: int, batch: str, days: int = 1, *, percent: int = 100, packs: int = 0) -> Move:
    """A vendor sends so much of what is on hand to the next one, loose or in packs of so many coupons."""
    return Move(kind=MoveKind.DISPATCH, days=days, leg=leg, batch=batch, percent=percent, packs=packs)


def take_back(leg: int, batch: str, days: int = 0) -> Move:
    """The sender voids a dispatch."""
    return Move(kind=MoveKind.VOID_DISPATCH, days=days, leg=leg, batch=batch)


def receive(leg: int, batch: str, days: int = 2, **differences: int) -> Move:
    """A vendor receives a batch, by default all of it and in good condition."""
    return Move(kind=MoveKind.RECEIVE, days=days, leg=leg, batch=batch, **differences)


def undo_receipt(leg: int, batch: str, days: int = 0) -> Move:
    """The receiver voids the receipt of a batch."""
    return Move(kind=MoveKind.VOID_RECEIPT, days=days, leg=leg, batch=batch)


def damage(leg: int, count: int, days: int = 0) -> Move:
    """A vendor reports coupons that were damaged on hand."""
    return Move(kind=MoveKind.DAMAGE, days=days, leg=leg, count=count)


def resolve(batch: str, found: int, days: int = 3) -> Move:
    """Operations finds some serials of the discrepancy of a batch, and gives up the others."""
    return Move(kind=MoveKind.RESOLVE, days=days, batch=batch, count=found)


def commission(leg: int, batch: str, days: int = 1) -> Move:
    """The last vendor commissions what a batch brought."""
    return Move(kind=MoveKind.COMMISSION, days=days, leg=leg, batch=batch)


def recall(count: int, days: int = 3) -> Move:
    """Operations recalls coupons, wherever they are."""
    return Move(kind=MoveKind.RECALL, days=days, count=count)


def postpone(due: int, days: int = 1) -> Move:
    """Operations postpones the due date, to so many days after loading."""
    return Move(kind=MoveKind.POSTPONE, days=days, count=due)


def cancel(days: int = 2) -> Move:
    """Operations cancels the consignment."""
    return Move(kind=MoveKind.CANCEL, days=days)


def regular_way(legs: int) -> tuple[Move, ...]:
    """The whole way through a chain without an incident: one batch from each vendor to the next."""
    moves = [produce(percent=40), produce(days=2)]
    for leg in range(1, legs):
        moves += (send(leg, f"from {leg}"), receive(leg + 1, f"from {leg}"))
    return (*moves, commission(legs, f"from {legs - 1}"))
