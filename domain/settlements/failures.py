"""Declared failures of settlements; each carries its data and builds its sentence."""

from datetime import date
from typing import Final

from domain.calendar import format_day
from domain.failures import Failure, IllegalState, Path, UserErrorCode
from domain.settlements.facts import STATUS_LABELS, OpenWork, SettlementStatus
from domain.text import format_count, join_words

SETTLEMENT_PATH: Final[Path] = ("input", "settlementId")
SCHEME_PATH: Final[Path] = ("input", "schemeId")


class SettlementTooEarly(Failure):
    """The grace period after the end of the scheme is not over."""

    code = UserErrorCode.OUT_OF_WINDOW

    def __init__(self, settles_on: date) -> None:
        self.settles_on = settles_on
        super().__init__(
            f"Sales and coupons of this scheme count until its grace period is over. Settle it from "
            f"{format_day(settles_on)} on.",
            SCHEME_PATH,
        )


class SettlementUnderway(IllegalState):
    """Another settlement of the scheme is not posted yet."""

    def __init__(self, number: int, status: SettlementStatus) -> None:
        self.number = number
        super().__init__(
            f"Settlement {number} of this scheme is open ({STATUS_LABELS[status].lower()}). Wait until it is posted, "
            "or until it is rejected or withdrawn.",
            SCHEME_PATH,
        )


class OpenWorkRemains(Failure):
    """Open work may still change the points of the scheme, and it was not acknowledged."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, work: OpenWork) -> None:
        self.discrepancies = work.discrepancies
        self.parked_sales = work.parked_sales
        self.pending_adjustments = work.pending_adjustments
        self.waiting_accounts = work.waiting_accounts
        super().__init__(
            f"Points of this scheme may still change: {open_work_phrase(work)}. Finish this work first, or acknowledge "
            f"it and settle; what changes later goes into a supplementary settlement.{_parked_note(work)}",
            SCHEME_PATH,
        )


class NothingToSettle(IllegalState):
    """The scheme was settled, and no ECP has points of it any more, or owes some."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing is left to settle: the scheme was settled, and no ECP has points of it. Later points go into a "
            "supplementary settlement.",
            SCHEME_PATH,
        )


def _parked_note(work: OpenWork) -> str:
    """Parked sales are those of all schemes, because what they name is not known."""
    return " A parked sale may belong to any scheme of the program." if work.parked_sales else ""


def open_work_phrase(work: OpenWork) -> str:
    """Write “2 open discrepancies and 1 parked sale”; empty if nothing is open."""
    parts = [
        format_count(work.discrepancies, "open discrepancy", "open discrepancies") if work.discrepancies else "",
        format_count(work.parked_sales, "parked sale") if work.parked_sales else "",
        format_count(work.pending_adjustments, "adjustment to decide", "adjustments to decide")
        if work.pending_adjustments
        else "",
        format_count(work.waiting_accounts, "ECP whose sales are being valued", "ECPs whose sales are being valued")
        if work.waiting_accounts
        else "",
    ]
    return join_words([part for part in parts if part], "and")


class PointsSettling(IllegalState):
    """Points of the ECP are being paid out, so its personal data cannot be erased yet."""

    def __init__(self, code: str, points: int) -> None:
        self.points = points
        super().__init__(
            f"{format_count(points, 'point')} of {code} {'is' if points == 1 else 'are'} being paid out. Report the "
            "payment with `recordPayouts` first, paid or failed, and then erase the ECP.",
            ("input", "ecpId"),
        )
