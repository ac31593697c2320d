"""Ids, signs, and months of the ledger, and the sentences of entries (R22)."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.calendar import UTC_CALENDAR, Calendar
from domain.points.entry_facts import (
    ENTRY_LABELS,
    SECTION_LABELS,
    StatementSectionKind,
    entry_id,
    entry_place,
    month_moments,
    negative_balance_sentence,
    read_month,
    signed_points,
)
from domain.points.entry_sentences import EntryStory, SoldName, entry_sentence
from domain.points.ledger import LedgerAccount, PointsEntryKind

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
SALE = SoldName(number=1, external_id="S-1", sold_at=MAY)
COUPON = SoldName(number=2, external_id=None, sold_at=MAY)
EARLIER = SoldName(number=3, external_id="S-0", sold_at=datetime(2026, 5, 1, 12, tzinfo=UTC))
BASE, BONUS, REVERSAL = PointsEntryKind.BASE, PointsEntryKind.BONUS, PointsEntryKind.REVERSAL


@pytest.mark.parametrize(("ecp", "seq"), [(1, 1), (2**31 - 1, 2**63 - 1), (77, 10_000_000)])
def test_an_id_names_the_ecp_and_the_entry(ecp: int, seq: int) -> None:
    assert entry_place(entry_id(ecp, seq)) == (ecp, seq)


@pytest.mark.parametrize("key", [UUID(int=2**31 << 96 | 1), UUID(int=1 << 96 | 2**63), UUID(int=2**128 - 1)])
def test_other_ids_name_no_entry(key: UUID) -> None:
    assert entry_place(key) is None


def test_points_are_signed_as_the_ecp_sees_them() -> None:
    available, issued, settling = LedgerAccount.AVAILABLE, LedgerAccount.ISSUED, LedgerAccount.SETTLING
    assert signed_points(5, issued, available) == 5
    assert signed_points(5, available, issued) == -5
    assert signed_points(5, settling, LedgerAccount.PAID) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03", date(2026, 3, 1)),
        ("9999-12", date(9999, 12, 1)),
        ("2026-13", None),
        ("2026-3", None),
        ("2026-W1", None),
        ("202603", None),
        ("٢٠٢٦-٠٣", None),
        ("2026-03-01", None),
        ("", None),
    ],
)
def test_a_month_is_a_year_and_a_month(text: str, expected: date | None) -> None:
    assert read_month(text) == expected


def test_months_begin_in_the_time_zone_of_the_program() -> None:
    kolkata = Calendar(ZoneInfo("Asia/Kolkata"))
    assert month_moments(date(2026, 12, 1), kolkata) == (
        datetime(2026, 11, 30, 18, 30, tzinfo=UTC),
        datetime(2026, 12, 31, 18, 30, tzinfo=UTC),
    )
    opens, closes = month_moments(date(9999, 12, 1), UTC_CALENDAR)
    assert opens < closes


def test_kinds_and_sections_have_labels() -> None:
    assert set(ENTRY_LABELS) == set(PointsEntryKind)
    assert set(SECTION_LABELS) == set(StatementSectionKind)


@pytest.mark.parametrize(("available", "expected"), [(0, None), (5, None), (-1, "The next 1 point offset it.")])
def test_only_a_negative_balance_has_a_notice(available: int, expected: str | None) -> None:
    notice = negative_balance_sentence(available)
    assert notice == expected if expected is None else notice is not None and notice.endswith(expected)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (
            EntryStory(kind=BASE, points=1, sale=COUPON, sku="AMB-1L"),
            "1 base point for the coupon of AMB-1L that was redeemed on 10 May 2026.",
        ),
        (
            EntryStory(kind=BONUS, points=5, sale=SALE, sku="AMB-1L", rule="Gold", cause=SALE),
            (
                "5 points of the rule “Gold” for AMB-1L in sale S-1 of 10 May 2026, because the sale was corrected or "
                "returned."
            ),
        ),
        (
            EntryStory(
                kind=BASE,
                points=5,
                sale=SALE,
                sku="AMB-1L",
                cause=SoldName(number=9, external_id="R-1", sold_at=MAY, returns_number=1, returns="S-1"),
            ),
            "5 base points for AMB-1L in sale S-1 of 10 May 2026, because the sale was returned with R-1.",
        ),
        (
            EntryStory(kind=REVERSAL, points=-1, sale=SALE, sku="AMB-1L", cause=SALE),
            "Sale S-1 of 10 May 2026 was corrected or returned: 1 base point for AMB-1L was taken back.",
        ),
        (
            EntryStory(kind=REVERSAL, points=-7, sale=COUPON, sku="AMB-1L", rule="Gold", cause=EARLIER),
            (
                "7 points of the rule “Gold” for the coupon of AMB-1L that was redeemed on 10 May 2026 were taken "
                "back, because sale S-0 of 1 May 2026, which comes before it, was recorded later or corrected."
            ),
        ),
        (
            EntryStory(kind=BONUS, points=7, sale=SALE, sku="AMB-1L", rule="Gold", cause=COUPON),
            (
                "7 points of the rule “Gold” for AMB-1L in sale S-1 of 10 May 2026, because a coupon that was "
                "redeemed on 10 May 2026 comes before it and was recorded later."
            ),
        ),
        (
            EntryStory(kind=PointsEntryKind.ADJUSTMENT, points=3, reason="Missed"),
            "An adjustment added 3 points: Missed.",
        ),
        (EntryStory(kind=PointsEntryKind.SETTLEMENT, points=-3), "3 points went into a settlement."),
        (EntryStory(kind=PointsEntryKind.EXPIRY, points=-3), "3 points expired."),
        (EntryStory(kind=BASE, points=3), "3 base points for a product."),
    ],
)
def test_sentences_say_why_an_entry_exists(story: EntryStory, expected: str) -> None:
    assert entry_sentence(story, UTC_CALENDAR) == expected
