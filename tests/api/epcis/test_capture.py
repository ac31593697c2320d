"""Vendors record production, dispatch, and receipt as EPCIS events, with an API key."""

from typing import Any

import pytest

from domain.spans import Span, Spans
from graphql_api.context import Environment
from tests.support.client import Client, Clients
from tests.support.custody import places_of
from tests.support.epcis import (
    ask,
    consignment_code,
    count_rows,
    event,
    events_of,
    gcn_of,
    own_epc,
    problem_of,
    send,
    set_prefix,
    vendor_with_key,
)
from tests.support.factories.consignments import ConsignmentFactory


@pytest.fixture
async def printer(clients: Clients, environment: Environment) -> Client:
    """The system of the printer."""
    return await vendor_with_key(clients, environment.database, "PRN-1")


@pytest.fixture
async def packager(clients: Clients, environment: Environment) -> Client:
    """The system of the packager."""
    return await vendor_with_key(clients, environment.database, "PCK-1")


async def test_events_move_coupons_from_the_printer_to_the_packager(
    consignments: ConsignmentFactory, printer: Client, packager: Client, environment: Environment
) -> None:
    """R14: production, spoilage, dispatch, a receipt in two parts, and damage, each by an event."""
    consignment_id = await consignments.created()
    code = await consignment_code(environment.database, consignment_id)
    advice = [{"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:0614141111114:A-77"}]
    for client, sent in (
        (printer, event("commissioning", range(20), disposition="active")),
        (printer, event("destroying", [20, 21], disposition="destroyed")),
        (printer, event("shipping", range(10), disposition="in_transit", bizTransactionList=advice)),
        (packager, event("receiving", range(5), bizTransactionList=advice)),
        (packager, event("receiving", [5], disposition="damaged")),
    ):
        response = await send(client, sent)
        assert response.status_code == 201, response.text
        assert response.headers["gs1-epcis-version"] == "2.0"
    assert await places_of(environment.database, consignment_id) == {
        (1, False, "PLANNED"): Spans((Span(22, 999),)),
        (1, False, "GOOD"): Spans((Span(10, 19),)),
        (1, False, "VOID"): Spans((Span(20, 21),)),
        (1, True, "GOOD"): Spans((Span(6, 9),)),
        (2, False, "GOOD"): Spans((Span(0, 4),)),
        (2, False, "DAMAGED"): Spans((Span(5, 5),)),
    }
    order = [{"type": "po", "bizTransaction": code}]
    last = event("receiving", [6, 7], bizTransactionList=order, **{"tessera:final": True})
    assert (await send(packager, last)).status_code == 201
    found = events_of(await ask(packager))
    assert [each["bizStep"] if "bizStep" in each else each["persistentDisposition"] for each in found] == [
        "shipping",
        "receiving",
        "receiving",
        "receiving",
        {"set": ["mismatch_quantity"]},
    ]
    assert found[-1]["epcList"] == [own_epc(8), own_epc(9)]


async def test_a_captured_event_comes_back_as_it_was_sent(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: with its id, its time, and the offset of the place where it happened."""
    await set_prefix(environment.database)
    await consignments.created()
    sent = event(
        "commissioning",
        [],
        epcList=[f"{await gcn_of(environment.database)}{serial}" for serial in range(3)],
        eventID="urn:uuid:6f3c1d58-2f0e-4a35-9d7b-7c1f1c2b3a4d",
        readPoint={"id": "https://id.gs1.org/414/0614141000005"},
    )
    response = await send(printer, sent)
    assert response.status_code == 201, response.text
    (found,) = events_of(await ask(printer))
    assert found.pop("recordTime").startswith("2026-03-10T09:00:00")
    assert found == {name: value for name, value in sent.items() if name != "@context"}
    alone = await printer.http.get(response.headers["location"], headers=printer.headers)
    assert alone.json()["eventTimeZoneOffset"] == "+05:30"


async def test_an_event_that_comes_again_changes_nothing(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: the same event is answered as the first time; another one under its id is a conflict."""
    await consignments.created()
    sent = event("commissioning", range(3), eventID="urn:uuid:11111111-2f0e-4a35-9d7b-7c1f1c2b3a4d")
    first = await send(printer, sent)
    before = await count_rows(environment.database)
    again = await send(printer, sent)
    assert (again.status_code, again.headers["location"]) == (201, first.headers["location"])
    status, kind, detail = problem_of(await send(printer, {**sent, "epcList": [own_epc(7)]}))
    assert (status, kind) == (409, "epcisException:ResourceAlreadyExistsException")
    assert detail == (
        "Another event with the id urn:uuid:11111111-2f0e-4a35-9d7b-7c1f1c2b3a4d is recorded. "
        "Send this event under an id of its own."
    )
    assert await count_rows(environment.database) == before == (1, 1, 0)


async def test_an_event_that_the_state_does_not_allow_is_not_valid(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: as in the capture of a document; only an id that another event has is a conflict."""
    await consignments.created()
    response = await send(printer, event("shipping", range(3)))
    assert problem_of(response) == (
        400,
        "epcisException:ValidationException",
        "Serials 0 to 2 of AMB-1L are not on hand: they are not produced yet.",
    )
    assert await count_rows(environment.database) == (0, 0, 0)


async def test_an_event_without_an_id_is_captured_once(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: its id follows from its content."""
    await consignments.created()
    locations = {(await send(printer, event("commissioning", [3]))).headers["location"] for _ in range(2)}
    assert len(locations) == 1
    assert await count_rows(environment.database) == (1, 1, 0)


_RECORDED = (
    "This server records ObjectEvents that are commissioning (ADD), destroying (DELETE), shipping, receiving, or "
    "installing (OBSERVE), and AggregationEvents that are packing (ADD)."
)
_CONTEXT_SENTENCE = (
    "“@context” may name only https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld, and declare “tessera” as "
    "urn:tessera:epcis:. This server loads no other context and stores no other extension."
)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"epcList": [own_epc(5000)]}, "The coupon with the serial 5000 is in no consignment that you take part in."),
        (
            {"epcList": ["urn:epc:id:sgtin:0614141.107346.2017"]},
            "“urn:epc:id:sgtin:0614141.107346.2017” is not the EPC of a coupon of this program, nor of a pack.",
        ),
        (
            {"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", "http://127.0.0.1:9/x"]},
            _CONTEXT_SENTENCE,
        ),
        (
            {"eventTime": "2026-03-10T14:00:00"},
            "“eventTime” needs a date, a time, and an offset from UTC, like 2026-03-10T14:30:00+05:30.",
        ),
        (
            {"eventTimeZoneOffset": "Z"},
            "“eventTimeZoneOffset” is written like +05:30, from -14:00 to +14:00, not “Z”.",
        ),
        ({"eventTimeZoneOffset": None}, "“eventTimeZoneOffset” is missing."),
        ({"epcList": []}, "State which coupons the event is about, in “epcList”."),
        ({"epcList": [own_epc(1), own_epc(1)]}, "“epcList” names a coupon twice."),
        (
            {"ilmd": {}},
            "This server does not support the field “ilmd”. Leave it out.",
        ),
        (
            {"readPoint": {"id": "urn:x:1", "geo": "geo:1,2"}},
            "This server does not support the field “geo” in “readPoint”. Leave it out.",
        ),
        ({"bizTransactionList": [{"type": "po"}]}, "The field “bizTransaction” is missing in “bizTransactionList.0”."),
        ({"eventTime": 7}, "The value in “eventTime” is of a wrong type: Expected str | null, got int."),
        (
            {"action": "ADD", "bizStep": "shipping"},
            f"This server does not record an ObjectEvent with ADD and shipping. {_RECORDED}",
        ),
        (
            {"type": "TransactionEvent"},
            f"This server does not record a TransactionEvent with ADD and commissioning. {_RECORDED}",
        ),
        ({"bizStep": "x" * 501}, "“bizStep” has 501 characters; at most 500 are allowed."),
        (
            {"eventTime": "2026-03-10T18:00:00+05:30"},
            "This time is in the future. Report a movement after it has happened, or leave the time out.",
        ),
        (
            {"bizStep": "x" * 400, "action": "y" * 400, "type": "z" * 400},
            f"This server does not record a {'z' * 63}… with {'y' * 63}… and {'x' * 63}…. {_RECORDED}",
        ),
        (
            {"disposition": "x" * 400},
            f"An event that is commissioning does not have the disposition {'x' * 63}….",
        ),
        (
            {"eventTimeZoneOffset": "x" * 1000},
            f"“eventTimeZoneOffset” is written like +05:30, from -14:00 to +14:00, not “{'x' * 63}…”.",
        ),
        ({"x" * 1000: 1}, f"This server does not support the field “{'x' * 100}”. Leave it out."),
        ({"eventID": "4711"}, "“eventID” is a URI, like urn:uuid:6f3c1d58-2f0e-4a35-9d7b-7c1f1c2b3a4d."),
        ({"eventID": "urn:x:a b"}, "“eventID” is a URI, like urn:uuid:6f3c1d58-2f0e-4a35-9d7b-7c1f1c2b3a4d."),
        ({"eventID": "urn:x:1\n"}, "“eventID” contains characters that cannot be shown."),
        (
            {"bizTransactionList": [{"type": "inv", "bizTransaction": "urn:x:1\u202e"}]},
            "“bizTransactionList” contains an invisible character (U+202E, character 8); remove it.",
        ),
        (
            {"sourceList": [{"type": "location", "source": "urn:x:1", "destination": "urn:x:\u0007"}]},
            "“sourceList” contains characters that cannot be shown.",
        ),
        (
            {"sourceList": [{"type": "location", "destination": "urn:x:1"}]},
            "An element of “sourceList” has a “source”, and no “destination”.",
        ),
        (
            {"destinationList": [{"type": "location", "source": "urn:x:1"}]},
            "An element of “destinationList” has a “destination”, and no “source”.",
        ),
        (
            {"sourceList": [{"type": "possessing_party", "source": "urn:tessera:vendor:PCK-1"}]},
            "“sourceList” names the vendor “PCK-1”, but this event happened at PRN-1.",
        ),
    ],
)
async def test_a_bad_event_is_rejected_and_changes_nothing(
    consignments: ConsignmentFactory, printer: Client, environment: Environment, given: dict[str, Any], sentence: str
) -> None:
    """R14: the sentence names what is wrong."""
    await consignments.created()
    response = await send(printer, event("commissioning", range(3), **given))
    assert problem_of(response) == (400, "epcisException:ValidationException", sentence)
    assert await count_rows(environment.database) == (0, 0, 0)


async def test_packs_are_packed_sent_and_received_by_their_sscc(
    consignments: ConsignmentFactory, printer: Client, packager: Client, environment: Environment
) -> None:
    """R14, R15: as events of AggregationEvent and ObjectEvent."""
    await set_prefix(environment.database)
    consignment_id = await consignments.created()
    gcn = await gcn_of(environment.database)
    sscc = "https://id.gs1.org/00/106141412345678908"
    packing = event(
        "packing",
        [],
        type="AggregationEvent",
        action="ADD",
        epcList=None,
        parentID="urn:epc:id:sscc:0614141.1234567890",
        childEPCs=[f"{gcn}{serial}" for serial in range(5)],
    )
    for client, sent in (
        (printer, event("commissioning", [], epcList=[f"{gcn}{serial}" for serial in range(10)])),
        (printer, packing),
        (printer, event("shipping", [], epcList=[sscc, f"{gcn}7"])),
    ):
        response = await send(client, sent)
        assert response.status_code == 201, response.text
    (packed,) = events_of(await ask(printer, eventType="AggregationEvent"))
    assert (packed["parentID"], packed["childEPCs"]) == (packing["parentID"], packing["childEPCs"])
    assert events_of(await ask(packager, eventType="AggregationEvent")) == []
    assert (await send(packager, event("receiving", [], epcList=[sscc]))).status_code == 201
    assert await places_of(environment.database, consignment_id) == {
        (1, False, "PLANNED"): Spans((Span(10, 999),)),
        (1, False, "GOOD"): Spans((Span(5, 6), Span(8, 9))),
        (1, True, "GOOD"): Spans((Span(7, 7),)),
        (2, False, "GOOD"): Spans((Span(0, 4),)),
    }
    before = await count_rows(environment.database)
    unknown = await send(packager, event("receiving", [], epcList=["https://id.gs1.org/00/006141411234567890"]))
    assert problem_of(unknown)[2] == ("No pack of a consignment that you take part in has the SSCC 006141411234567890.")
    assert await count_rows(environment.database) == before
