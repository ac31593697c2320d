"""The events of movements, and what a captured event states: the one is read from the other."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consignments.facts import TRANSITIONS, MovementKind
from domain.epcis.documents import read_event
from domain.epcis.events import EventWriter, event_id_of
from domain.epcis.facts import MovementFacts, Occurrence
from domain.epcis.identifiers import CouponClass, EpcFormat, Identifiers
from domain.epcis.offsets import is_offset, offset_in, write_moment
from domain.epcis.statements import understand
from domain.epcis.vocabulary import shape_of
from domain.spans import Span, Spans
from domain.time_zones import find_calendar

# What vendors may capture, with the condition afterwards.
CAPTURED = (
    ("PRODUCED", "GOOD"),
    ("SPOILED", "VOID"),
    ("DISPATCHED", "GOOD"),
    ("RECEIVED", "GOOD"),
    ("DAMAGED", "DAMAGED"),
    ("COMMISSIONED", "COMMISSIONED"),
    ("PACKED", "GOOD"),
)
_MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
_OFFSETS = st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
)
_SPANS = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 300)), min_size=1, max_size=8).map(
    lambda pairs: Spans.of(Span(first, first + more) for first, more in pairs)
)


def facts(kind: str, condition: str, spans: Spans, occurrence: Occurrence) -> MovementFacts:
    """A movement of the second variant of the program."""
    return MovementFacts(
        id=UUID(int=7),
        kind=kind,
        condition=condition,
        spans=spans,
        coupons=CouponClass(UUID(int=1), UUID(int=2), 2),
        occurrence=occurrence,
        vendor="PRN-1",
        consignment="CON-2026-000001",
        batch="BAT-2026-000001" if kind not in {"PRODUCED", "SPOILED", "PACKED"} else None,
        sender="PRN-1",
        receiver="PCK-1",
        sscc="106141412345678908" if kind == "PACKED" else None,
    )


@given(
    captured=st.sampled_from(CAPTURED),
    spans=_SPANS,
    at=_MOMENTS,
    offset=_OFFSETS,
    form=st.sampled_from(EpcFormat),
    prefix=st.sampled_from(["0614141", None]),
)
def test_an_event_states_the_movement_that_it_was_made_of(  # noqa: PLR0913, PLR0917 - what hypothesis draws
    captured: tuple[str, str], spans: Spans, at: datetime, offset: str, form: EpcFormat, prefix: str | None
) -> None:
    """R14: which coupons, when, with which offset, for which consignment, and in which batch."""
    identifiers = Identifiers("urn:tessera", prefix)
    moved = facts(*captured, spans, Occurrence(at, offset, at))
    event = EventWriter(identifiers, form).write(moved)
    stated = understand(read_event(msgspec.json.encode(event), standalone=False), identifiers)
    assert stated.kind == captured[0]
    assert (stated.serials, stated.counted) == (spans, ())
    assert (stated.occurred_at, stated.offset) == (at, offset)
    assert (stated.consignment, stated.batch, stated.parent) == (moved.consignment, moved.batch, moved.sscc)
    if prefix is not None and spans.quantity <= 1000:
        assert set(stated.references.values()) == {2}


@given(at=_MOMENTS, offset=_OFFSETS)
def test_a_moment_is_written_with_its_offset(at: datetime, offset: str) -> None:
    text = write_moment(at, offset)
    assert is_offset(offset)
    assert text.endswith(offset)
    assert datetime.fromisoformat(text) == at


@pytest.mark.parametrize("text", ["Z", "+5:30", "+05:60", "+14:30", "05:30", "+15:00", "+05:30 ", "-00:0٠"])
def test_other_texts_are_no_offsets(text: str) -> None:
    assert not is_offset(text)


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("Asia/Kolkata", "2026-03-10T09:00:00+00:00", "+05:30"),
        ("America/New_York", "2026-03-08T06:59:59.999+00:00", "-05:00"),
        ("America/New_York", "2026-03-08T07:00:00+00:00", "-04:00"),
        ("UTC", "2026-03-10T09:00:00+00:00", "+00:00"),
        ("America/St_Johns", "2026-01-01T00:00:00+00:00", "-03:30"),
    ],
)
def test_the_offset_is_that_of_the_zone_at_the_time(zone: str, at: str, expected: str) -> None:
    assert offset_in(find_calendar(zone), datetime.fromisoformat(at)) == expected


def test_every_movement_has_an_event() -> None:
    """R14: whatever its kind and the condition afterwards."""
    for kind, _, condition in TRANSITIONS:
        assert shape_of(kind, condition).action in {"ADD", "OBSERVE", "DELETE"}
    assert {kind for kind, _, _ in TRANSITIONS} == set(MovementKind)


def test_nothing_follows_the_deletion_of_a_coupon() -> None:
    """R14: no movement takes coupons out of a condition in which an event has deleted them, but as recalled ones."""
    deleting = {
        (kind, condition)
        for kind, _, condition in TRANSITIONS
        # Opening a pack deletes the pack.
        if shape_of(kind, condition).action == "DELETE" and shape_of(kind, condition).type == "ObjectEvent"
    }
    assert deleting == {
        ("SPOILED", "VOID"),
        ("DISCREPANCY_RESOLVED", "LOST"),
    }


def test_ids_of_events_are_uuids_of_their_movements() -> None:
    """R14: of version 5, the same each time."""
    space = UUID("8f6f0d4c-55b0-5d2e-9c52-0b7a3c1f6e11")
    for number in range(50):
        movement_id = uuid5(space, str(number))
        assert event_id_of(movement_id) == f"urn:uuid:{uuid5(space, movement_id.hex)}"


def test_more_than_1_000_epcs_are_a_quantity_and_ranges() -> None:
    """R14: an event lists at most 1,000 EPCs."""
    identifiers = Identifiers("urn:tessera", "0614141")
    at = Occurrence(datetime(2026, 3, 10, 9, tzinfo=timezone(timedelta(hours=1))), "+01:00", datetime.now(UTC))
    event = EventWriter(identifiers).write(facts("PRODUCED", "GOOD", Spans((Span(0, 1000),)), at))
    assert "epcList" not in event
    assert event["quantityList"] == [{"epcClass": "https://id.gs1.org/255/0614141000029", "quantity": 1001}]
    assert event["tessera:serialRanges"] == [{"first": 0, "last": 1000}]
    listed = EventWriter(identifiers).write(facts("PRODUCED", "GOOD", Spans((Span(0, 999),)), at))
    assert len(listed["epcList"]) == 1000
