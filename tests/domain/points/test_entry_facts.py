"""Ids, signs, and months of the ledger, and the sentences of entries (R22)."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

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
from domain.points.entry_sentences import Correction, EntryStory, SoldName, Units, entry_sentence
from domain.points.ledger import LedgerAccount, PointsEntryKind

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
SALE = SoldName(number=1, external_id="S-1", sold_at=MAY, source="till")
COUPON = SoldName(number=2, external_id=None, sold_at=MAY)
EARLIER = SoldName(number=3, external_id="S-0", sold_at=datetime(2026, 5, 1, 12, tzinfo=UTC), source="web")
MORNING = datetime(2026, 5, 10, 9, tzinfo=UTC)
MOVED = Correction(moved_from=EARLIER.sold_at)
FROM_OTHER, TO_OTHER = Correction(from_other_ecp=True), Correction(to_other_ecp=True)
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
            "1 base point for the coupon of AMB-1L that was redeemed on 10 May 2026 at 12:00 UTC.",
        ),
        (
            EntryStory(kind=BASE, points=80, sale=SALE, sku="AMB-1L", units=Units(8, 10)),
            "80 base points (8 units of 10 points each) for AMB-1L in sale S-1 (source till) of 10 May 2026.",
        ),
        (
            EntryStory(kind=BONUS, points=5, sale=SALE, sku="AMB-1L", rule="Gold", cause=SALE),
            (
                "5 points of the rule “Gold” for AMB-1L in sale S-1 (source till) of 10 May 2026, because the sale was "
                "corrected."
            ),
        ),
        (
            EntryStory(kind=BASE, points=5, sale=SALE, sku="AMB-1L", cause=replace(SALE, correction=MOVED)),
            (
                "5 base points for AMB-1L in sale S-1 (source till) of 10 May 2026, because a correction moved the "
                "sale from 1 May 2026."
            ),
        ),
        (
            EntryStory(kind=BASE, points=5, sale=SALE, sku="AMB-1L", cause=replace(SALE, correction=FROM_OTHER)),
            (
                "5 base points for AMB-1L in sale S-1 (source till) of 10 May 2026, because a correction moved the "
                "sale from another ECP."
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
            (
                "5 base points for AMB-1L in sale S-1 (source till) of 10 May 2026, because the sale was returned with "
                "R-1."
            ),
        ),
        (
            EntryStory(kind=REVERSAL, points=-1, sale=SALE, sku="AMB-1L", cause=SALE),
            "Sale S-1 (source till) of 10 May 2026 was corrected: 1 base point for AMB-1L was taken back.",
        ),
        (
            EntryStory(kind=REVERSAL, points=-1, sale=SALE, sku="AMB-1L", cause=replace(SALE, correction=TO_OTHER)),
            (
                "A correction moved sale S-1 (source till) of 10 May 2026 to another ECP: 1 base point for AMB-1L was "
                "taken back."
            ),
        ),
        (
            EntryStory(
                kind=REVERSAL,
                points=-1,
                sale=replace(SALE, sold_at=EARLIER.sold_at),
                sku="AMB-1L",
                cause=replace(SALE, correction=MOVED),
            ),
            (
                "A correction moved sale S-1 (source till) from 1 May 2026 to 10 May 2026: 1 base point for AMB-1L was "
                "taken back."
            ),
        ),
        (
            EntryStory(
                kind=REVERSAL,
                points=-1,
                sale=replace(SALE, sold_at=MORNING),
                sku="AMB-1L",
                cause=replace(SALE, correction=Correction(moved_from=MORNING), sold_at=MAY),
            ),
            (
                "A correction moved sale S-1 (source till) from 10 May 2026 at 09:00 UTC to 10 May 2026 at 12:00 UTC: "
                "1 base point for AMB-1L was taken back."
            ),
        ),
        (
            EntryStory(kind=BONUS, points=7, sale=SALE, sku="AMB-1L", rule="Gold", cause=COUPON),
            (
                "7 points of the rule “Gold” for AMB-1L in sale S-1 (source till) of 10 May 2026, because a coupon "
                "that was redeemed on 10 May 2026 at 12:00 UTC comes before it and was recorded later."
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


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (EARLIER, "sale S-0 (source web) of 1 May 2026, which comes before it, was recorded later"),
        (
            replace(EARLIER, correction=Correction()),
            "sale S-0 (source web) of 1 May 2026, which comes before it, was corrected",
        ),
        (replace(EARLIER, source="till"), "sale S-0 of 1 May 2026, which comes before it, was recorded later"),
        (
            replace(EARLIER, correction=Correction(moved_from=MAY)),
            "a correction moved sale S-0 (source web) from 10 May 2026 to 1 May 2026",
        ),
        (
            replace(EARLIER, correction=FROM_OTHER),
            "a correction moved sale S-0 (source web) of 1 May 2026, which comes before it, from another ECP",
        ),
        (
            replace(EARLIER, correction=Correction(moved_from=MORNING, to_other_ecp=True)),
            "a correction moved sale S-0 (source web) of 10 May 2026, which came before it, to another ECP",
        ),
        (
            SoldName(number=9, external_id="R-1", sold_at=MAY, source="web", returns_number=3, returns="S-0"),
            "sale S-0 (source web), which comes before it, was returned with R-1",
        ),
    ],
)
def test_a_difference_names_what_happened_to_the_sale_before_it(cause: SoldName, expected: str) -> None:
    """R22: recorded, corrected, moved, or returned."""
    story = EntryStory(kind=REVERSAL, points=-7, sale=SALE, sku="AMB-1L", rule="Gold", cause=cause)
    line = "7 points of the rule “Gold” for AMB-1L in sale S-1 (source till) of 10 May 2026"
    assert entry_sentence(story, UTC_CALENDAR) == f"{line} were taken back, because {expected}."
