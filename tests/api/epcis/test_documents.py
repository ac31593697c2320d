"""Documents of events are captured in the background: all of their events or none, or each that can be recorded."""

from typing import Any

import pytest

from domain.spans import Span, Spans
from graphql_api.context import Environment
from tests.support.client import Client, Clients
from tests.support.custody import places_of
from tests.support.epcis import (
    CAPTURE,
    ask,
    count_rows,
    document,
    event,
    events_of,
    problem_of,
    vendor_with_key,
)
from tests.support.epcis_captures import captured, send_document
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.jobs import query


@pytest.fixture
async def printer(clients: Clients, environment: Environment) -> Client:
    """The system of the printer."""
    return await vendor_with_key(clients, environment.database, "PRN-1")


_REJECTED = (
    "No event of the document was recorded, because of the event with index 1. "
    "The coupon with the serial 5000 is in no consignment that you take part in."
)


async def test_the_events_of_a_document_are_recorded_in_their_order(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: production and dispatch in one document."""
    consignment_id = await consignments.created()
    sent = document(event("commissioning", range(50)), event("shipping", range(20)))
    found = await captured(printer, environment, await send_document(printer, sent))
    created, ended = found.pop("createdAt"), found.pop("finishedAt")
    assert "2026-03-10T09:00" < created < ended
    del found["captureID"]
    assert found == {
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "eventCount": 2,
        "capturedCount": 2,
        "errors": [],
    }
    assert [each["bizStep"] for each in events_of(await ask(printer))] == ["commissioning", "shipping"]
    assert await places_of(environment.database, consignment_id) == {
        (1, False, "PLANNED"): Spans((Span(50, 999),)),
        (1, False, "GOOD"): Spans((Span(20, 49),)),
        (1, True, "GOOD"): Spans((Span(0, 19),)),
    }


@pytest.mark.parametrize(("behavior", "rows"), [("rollback", (0, 0, 0)), ("proceed", (2, 2, 0)), (None, (0, 0, 0))])
async def test_a_bad_event_in_the_middle(
    consignments: ConsignmentFactory,
    printer: Client,
    environment: Environment,
    behavior: str | None,
    rows: tuple[int, int, int],
) -> None:
    """R14: undoes all events, unless the client wants to proceed; the error names it by its index."""
    await consignments.created()
    bad = event("commissioning", [5000], eventID="urn:uuid:22222222-2f0e-4a35-9d7b-7c1f1c2b3a4d")
    sent = document(event("commissioning", [1]), bad, event("commissioning", [2]))
    found = await captured(printer, environment, await send_document(printer, sent, behavior))
    assert (found["success"], found["capturedCount"]) == (False, rows[1])
    assert found["errors"] == [
        {
            "type": "epcisException:ValidationException",
            "title": "The events are not valid.",
            "status": 400,
            "detail": "The coupon with the serial 5000 is in no consignment that you take part in.",
            "eventIndex": 1,
            "eventID": "urn:uuid:22222222-2f0e-4a35-9d7b-7c1f1c2b3a4d",
            "code": "NOT_FOUND",
            "path": ["epcList"],
        }
    ]
    assert await count_rows(environment.database) == rows
    job = ("SUCCEEDED", None) if behavior == "proceed" else ("FAILED", _REJECTED)
    assert await query(environment, "SELECT status, error FROM job") == [job]


async def test_a_document_that_comes_again_changes_nothing(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: its events are recorded already."""
    await consignments.created()
    sent = document(event("commissioning", [1]), event("commissioning", [1]))
    for _ in range(2):
        found = await captured(printer, environment, await send_document(printer, sent))
        assert (found["success"], found["capturedCount"]) == (True, 2)
    assert await count_rows(environment.database) == (1, 1, 0)


async def test_a_document_of_10_000_events_is_rejected(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: with the limit, before any of it is stored."""
    await consignments.created()
    sent = document(*[event("commissioning", [1])] * 10_000)
    assert problem_of(await send_document(printer, sent)) == (
        413,
        "epcisException:CaptureLimitExceededException",
        "A document has at most 1,000 events, and this one has 10,000. Send it in parts.",
    )
    assert await count_rows(environment.database) == (0, 0, 0)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (
            {**document(event("shipping", [1])), "type": "EPCISQueryDocument"},
            "Send an EPCISDocument, not",
        ),
        ({**document(event("shipping", [1])), "schemaVersion": "1.2"}, "Send a document of EPCIS 2.0"),
        ({**document(event("shipping", [1])), "@context": "http://127.0.0.1:9/x"}, "“@context” must name the context"),
        (document(), "The document has no events."),
        ({"type": "EPCISDocument"}, "The field “epcisBody” is missing."),
    ],
)
async def test_a_document_that_is_none_is_rejected(printer: Client, sent: dict[str, Any], sentence: str) -> None:
    """R14: at once, without a job."""
    status, kind, detail = problem_of(await send_document(printer, sent))
    assert (status, kind) == (400, "epcisException:ValidationException")
    assert detail.startswith(sentence)


@pytest.mark.parametrize("path", [CAPTURE, "/epcis/events"])
@pytest.mark.parametrize("body", [b"[" * 100_000, b"{", b"\xff", b'{"type":' * 50_000, b"null"])
async def test_a_body_that_is_no_event_is_rejected(printer: Client, path: str, body: bytes) -> None:
    """R14: also one that is nested deeply."""
    headers = {**printer.headers, "Content-Type": "application/json"}
    response = await printer.http.post(path, content=body, headers=headers)
    assert problem_of(response)[:2] == (400, "epcisException:ValidationException")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"type": "ObjectEvent"', "The body is not complete JSON: it ends too early. Send all of it."),
        (b'{"type": ObjectEvent}', "The body is not JSON: JSON is malformed: invalid character (byte 9)."),
    ],
)
async def test_a_body_that_is_not_json_is_rejected(printer: Client, body: bytes, sentence: str) -> None:
    """R14: the sentence says what is wrong with it."""
    headers = {**printer.headers, "Content-Type": "application/json"}
    response = await printer.http.post("/epcis/events", content=body, headers=headers)
    assert problem_of(response) == (400, "epcisException:ValidationException", sentence)


async def test_a_capture_names_the_field_that_is_not_supported(printer: Client, environment: Environment) -> None:
    """R14: also if its name has characters that cannot be stored."""
    sent = document(event("commissioning", [1], **{"a\0b`" + "x" * 200: 1}))
    (error,) = (await captured(printer, environment, await send_document(printer, sent)))["errors"]
    name = "ab`" + "x" * 97
    assert error["detail"] == f"This server does not support the field “{name}”. Leave it out."
    assert (error["eventIndex"], error["path"]) == (0, [name])
    assert await count_rows(environment.database) == (0, 0, 0)


async def test_nobody_else_sees_a_capture(
    consignments: ConsignmentFactory, printer: Client, clients: Clients, environment: Environment
) -> None:
    """R14: a capture belongs to its account."""
    await consignments.created()
    location = (await send_document(printer, document(event("commissioning", [1])))).headers["location"]
    other = await vendor_with_key(clients, environment.database, "PCK-1")
    response = await other.http.get(location, headers=other.headers)
    expected = (404, "epcisException:NoSuchResourceException", "You have no capture with this id.")
    assert problem_of(response) == expected
    assert problem_of(await other.http.get(f"{CAPTURE}/x", headers=other.headers)) == expected


async def test_events_that_are_recorded_together_fail_by_their_own_index(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: one command records events that follow each other; the error still names the one that is to blame."""
    consignment_id = await consignments.created()
    await consignments.produce(consignment_id, serials=(Span(2, 2),))
    before = await count_rows(environment.database)
    sent = document(*(event("commissioning", [serial]) for serial in range(5)))
    found = await captured(printer, environment, await send_document(printer, sent))
    (error,) = found["errors"]
    assert (error["eventIndex"], error["code"], error["path"]) == (2, "CONFLICT", [])
    assert error["detail"].startswith("Serial 2 ")
    assert await count_rows(environment.database) == before


async def test_events_that_are_recorded_together_are_queried_one_by_one(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: each with its own time, offset, and EPCs, although they share a movement."""
    await consignments.created()
    times = [f"2026-03-10T0{hour}:00:00+02:00" for hour in range(5)]
    sent = document(
        *(
            event("commissioning", [serial], eventTime=at, eventTimeZoneOffset=f"+0{serial}:00")
            for serial, at in enumerate(times)
        )
    )
    assert (await captured(printer, environment, await send_document(printer, sent)))["success"]
    assert await count_rows(environment.database) == (1, 5, 0)
    found = events_of(await ask(printer))
    assert [(each["eventTime"], each["eventTimeZoneOffset"], each["epcList"]) for each in found] == [
        (at, f"+0{serial}:00", [f"urn:tessera:coupon:{serial}"]) for serial, at in enumerate(times)
    ]
    (only,) = events_of(await ask(printer, MATCH_epc="urn:tessera:coupon:3", GE_eventTime=times[3]))
    assert only["eventTime"] == times[3]


@pytest.mark.parametrize("behavior", ["rollback", "proceed"])
async def test_later_events_of_a_document_name_the_packs_of_earlier_ones(
    consignments: ConsignmentFactory, printer: Client, environment: Environment, behavior: str
) -> None:
    """R14, R15: packed and sent by its SSCC in one document."""
    consignment_id = await consignments.created()
    packing = event(
        "packing",
        [],
        type="AggregationEvent",
        action="ADD",
        epcList=None,
        parentID="https://id.gs1.org/00/106141412345678908",
        childEPCs=[f"urn:tessera:coupon:{serial}" for serial in range(5)],
    )
    shipping = event("shipping", [], epcList=[packing["parentID"]])
    sent = document(event("commissioning", range(10)), packing, shipping)
    found = await captured(printer, environment, await send_document(printer, sent, behavior))
    assert (found["errors"], found["capturedCount"]) == ([], 3)
    assert await places_of(environment.database, consignment_id) == {
        (1, False, "PLANNED"): Spans((Span(10, 999),)),
        (1, False, "GOOD"): Spans((Span(5, 9),)),
        (1, True, "GOOD"): Spans((Span(0, 4),)),
    }
