"""Queries for events: filters, pages, formats, what each viewer sees, and what is rejected."""

from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from domain.permissions import Role
from domain.spans import Span
from graphql_api.context import Environment
from tests.support.client import Client, Clients
from tests.support.custody import query
from tests.support.epcis import (
    EVENTS,
    ask,
    consignment_code,
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
async def operations(clients: Clients) -> Client:
    """A client of Operations, who see every event."""
    return clients[Role.OPERATIONS]


@pytest.fixture
async def moved(consignments: ConsignmentFactory) -> tuple[UUID, UUID]:
    """A consignment and a batch of it: 20 are produced, 2 spoiled, 10 sent, 7 accepted, 1 damaged, and 2 missing."""
    consignment_id = await consignments.created()
    await consignments.produce(consignment_id, serials=(Span(0, 19),), spoiled_serials=(Span(20, 21),))
    batch_id = await consignments.dispatch(consignment_id, quantity=10)
    await consignments.receive(batch_id, accepted_serials=(Span(0, 6),), damaged_serials=(Span(7, 7),))
    return consignment_id, batch_id


async def test_movements_are_events(moved: tuple[UUID, UUID], operations: Client, environment: Environment) -> None:
    """R14: each with its action, step, and disposition, in the order of recording."""
    consignment_id, batch_id = moved
    found = events_of(await ask(operations))
    described = [
        (
            each["type"],
            each["action"],
            each.get("bizStep"),
            each.get("disposition"),
            each.get("persistentDisposition"),
            len(each["epcList"]),
        )
        for each in found
    ]
    assert described == [
        ("ObjectEvent", "DELETE", "destroying", "destroyed", None, 2),
        ("ObjectEvent", "ADD", "commissioning", "active", None, 20),
        ("ObjectEvent", "OBSERVE", "shipping", "in_transit", None, 10),
        ("ObjectEvent", "OBSERVE", "receiving", None, None, 7),
        ("ObjectEvent", "OBSERVE", "receiving", "damaged", None, 1),
        ("ObjectEvent", "OBSERVE", None, None, {"set": ["mismatch_quantity"]}, 2),
    ]
    code = await consignment_code(environment.database, consignment_id)
    ((batch,),) = await query(environment.database, "SELECT code FROM batch WHERE id = :id", id=batch_id)
    sent = found[2]
    assert sent["eventTimeZoneOffset"] == "+00:00"
    assert sent["epcList"] == [own_epc(serial) for serial in range(10)]
    assert sent["bizTransactionList"] == [
        {"type": "po", "bizTransaction": f"urn:tessera:consignment:{code}"},
        {"type": "desadv", "bizTransaction": f"urn:tessera:batch:{batch}"},
    ]
    assert sent["sourceList"] == [{"type": "possessing_party", "source": "urn:tessera:vendor:PRN-1"}]
    assert sent["destinationList"] == [{"type": "possessing_party", "destination": "urn:tessera:vendor:PCK-1"}]
    for parameters, expected in (
        ({"EQ_bizStep": "shipping"}, ["shipping"]),
        ({"EQ_bizStep": "shipping|https://ref.gs1.org/cbv/BizStep-destroying"}, ["destroying", "shipping"]),
        ({"eventType": "ObjectEvent", "EQ_bizStep": "commissioning"}, ["commissioning"]),
        ({"eventType": "AggregationEvent"}, []),
        ({"EQ_bizTransaction_po": code, "EQ_bizStep": "commissioning"}, ["commissioning"]),
        ({"EQ_bizTransaction_po": "CON-2000-000001"}, []),
        ({"EQ_bizTransaction_desadv": f"urn:tessera:batch:{batch}", "EQ_bizStep": "receiving"}, ["receiving"] * 2),
        ({"MATCH_epc": own_epc(7)}, ["commissioning", "shipping", "receiving"]),
        ({"MATCH_epc": f"{own_epc(20)}|urn:epc:id:sgtin:0614141.107346.2017"}, ["destroying"]),
        ({"MATCH_epc": own_epc(999)}, []),
        ({"GE_recordTime": "2026-03-10T14:00:00+05:30", "EQ_bizStep": "shipping"}, ["shipping"]),
        ({"GE_recordTime": "2026-03-11T00:00:00Z"}, []),
        ({"LT_eventTime": "2026-03-10T09:00:00Z"}, []),
    ):
        answered = events_of(await ask(operations, **parameters))
        assert [each["bizStep"] for each in answered] == expected, parameters


async def test_events_have_the_offset_of_the_program_at_their_time(
    moved: tuple[UUID, UUID], operations: Client, environment: Environment
) -> None:
    """R14: of its zone, daylight saving included."""
    async with environment.database.engine.begin() as connection:
        await connection.execute(text("UPDATE program SET time_zone = 'America/New_York'"))
    (sent,) = events_of(await ask(operations, EQ_bizStep="shipping"))
    assert sent["eventTimeZoneOffset"] == "-04:00"
    assert sent["eventTime"].startswith("2026-03-10T05:00:00")
    assert sent["eventTime"].endswith("-04:00")


async def test_epcs_are_global_coupon_numbers_with_a_company_prefix(
    moved: tuple[UUID, UUID], operations: Client, environment: Environment
) -> None:
    """R14: as Digital Links, or as URNs if a client asks for them."""
    await set_prefix(environment.database)
    gcn = await gcn_of(environment.database)
    link = await ask(operations, EQ_bizStep="destroying")
    assert events_of(link)[0]["epcList"] == [f"{gcn}20", f"{gcn}21"]
    assert link.headers["gs1-epc-format"] == "Always_GS1_Digital_Link"
    urn = await ask(operations, {"GS1-EPC-Format": "Always_EPC_URN"}, EQ_bizStep="destroying")
    reference = gcn.removeprefix("https://id.gs1.org/255/0614141")[:-1]
    assert events_of(urn)[0]["epcList"] == [f"urn:epc:id:sgcn:0614141.{reference}.{serial}" for serial in (20, 21)]
    found = events_of(await ask(operations, MATCH_epc=f"urn:epc:id:sgcn:0614141.{reference}.20"))
    assert [each["bizStep"] for each in found] == ["destroying"]
    assert events_of(await ask(operations, MATCH_epc=f"{gcn}20|{own_epc(0)}", EQ_bizStep="destroying")) == [
        {**found[0], "epcList": [f"{gcn}20", f"{gcn}21"]}
    ]
    # The serial is one of ours, but of other coupons than the reference.
    other = f"urn:epc:id:sgcn:0614141.{int(reference) + 1:05}.20"
    assert events_of(await ask(operations, MATCH_epc=other)) == []


async def test_pages_neither_miss_nor_repeat_events(consignments: ConsignmentFactory, operations: Client) -> None:
    """R14: while others are recorded."""
    consignment_id = await consignments.created()
    for serial in range(7):
        await consignments.produce(consignment_id, serials=(Span(serial, serial),))
    response = await ask(operations, perPage="3")
    seen = [each["epcList"][0] for each in events_of(response)]
    await consignments.produce(consignment_id, serials=(Span(7, 7),))
    while "link" in response.headers:
        response = await follow(operations, response)
        seen += [each["epcList"][0] for each in events_of(response)]
    assert seen == [own_epc(serial) for serial in range(8)]


async def follow(client: Client, response: httpx.Response) -> httpx.Response:
    """Ask for the next page."""
    address, relation = response.headers["link"].split("; ")
    assert relation == 'rel="next"'
    parameters = dict(parse_qsl(urlsplit(address.strip("<>")).query))
    assert parameters["perPage"] == "3"
    return await ask(client, **parameters)


async def test_vendors_see_their_own_events(
    moved: tuple[UUID, UUID], clients: Clients, environment: Environment
) -> None:
    """R14: as they see movements: with an API key as well as with a token."""
    for code, expected in (
        ("PRN-1", 6),
        ("PCK-1", 4),
        ("FAC-1", 0),
    ):
        client = await vendor_with_key(clients, environment.database, code)
        assert len(events_of(await ask(client))) == expected, code
        assert len(events_of(await ask(client, MATCH_epc=own_epc(21)))) == (1 if code == "PRN-1" else 0)


@pytest.mark.parametrize("role", [Role.ECP, Role.INTEGRATION])
async def test_roles_without_consignments_see_no_events(clients: Clients, role: Role) -> None:
    """R14: and capture none."""
    status, kind, _ = problem_of(await ask(clients[role]))
    assert (status, kind) == (403, "epcisException:SecurityException")
    status, kind, _ = problem_of(await send(clients[role], event("commissioning", [1])))
    assert (status, kind) == (403, "epcisException:SecurityException")


async def test_staff_capture_no_events(clients: Clients) -> None:
    """R14: only vendors do."""
    status, _, detail = problem_of(await send(clients[Role.OPERATIONS], event("commissioning", [1])))
    assert (status, detail) == (403, "Your roles do not allow this. It requires the role vendor.")


async def test_anonymous_clients_are_rejected(clients: Clients) -> None:
    """R14: with the status that asks for a credential."""
    response = await ask(clients.anonymous)
    assert problem_of(response)[:2] == (401, "epcisException:SecurityException")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("parameters", "detail"),
    [
        ({"perPage": "0"}, "perPage is a number from 1 to 100,000."),
        ({"perPage": "100001"}, "perPage is a number from 1 to 100,000."),
        ({"perPage": "many"}, "perPage is a number from 1 to 100,000."),
        ({"nextPageToken": "x"}, "This cursor was not made by this list; start from the beginning."),
        ({"eventType": "Birthday"}, "There is no event type Birthday. EPCIS 2.0 has ObjectEvent, AggregationEvent, "),
        ({"EQ_bizStep": ""}, "EQ_bizStep has an empty value."),
        (
            {"EQ_bizStep": "shipping|accepting"},
            "No event of this server has the business step accepting. Its events have commissioning, destroying, ",
        ),
        ({"GE_recordTime": "2026-03-10T09:00:00"}, "GE_recordTime needs a time with an offset from UTC, like "),
        ({"MATCH_epc": "|".join(["x"] * 101)}, "MATCH_epc has at most 100 values, not 101."),
        ({"EQ_action": "ADD"}, "This server does not know the parameter EQ_action. It knows eventType, EQ_bizStep, "),
    ],
)
async def test_a_bad_query_is_rejected(operations: Client, parameters: dict[str, str], detail: str) -> None:
    """R14: the sentence names the parameter."""
    status, kind, found = problem_of(await ask(operations, **parameters))
    assert (status, kind) == (400, "epcisException:QueryParameterException")
    assert found.startswith(detail)


async def test_versions_and_limits_are_announced(operations: Client, clients: Clients) -> None:
    """R14: by OPTIONS, without a credential."""
    http = clients.anonymous.http
    for path, allowed in (
        (EVENTS, "GET, HEAD, POST, OPTIONS"),
        (f"{EVENTS}/x", "GET, HEAD, OPTIONS"),
        ("/epcis/capture", "POST, OPTIONS"),
        ("/epcis/capture/x", "GET, HEAD, OPTIONS"),
    ):
        response = await http.options(path)
        assert (response.status_code, response.headers["allow"]) == (204, allowed)
        assert response.headers["gs1-epcis-min"] == response.headers["gs1-cbv-max"] == "2.0"
        assert response.headers["gs1-extensions"] == "tessera=urn:tessera:epcis:"
        assert response.headers["gs1-epcis-capture-limit"] == "1000"
        rejected = await http.delete(path)
        assert (rejected.status_code, rejected.headers["allow"]) == (405, allowed)
    head = await http.head(EVENTS, headers=operations.headers)
    assert (head.status_code, head.content, head.headers["gs1-epcis-version"]) == (200, b"", "2.0")
    older = await ask(operations, {"GS1-EPCIS-Version": "1.2"})
    assert problem_of(older)[:2] == (406, "epcisException:NotAcceptableException")
    unknown = await ask(operations, {"GS1-EPC-Format": "Roman"})
    assert problem_of(unknown)[:2] == (406, "epcisException:NotAcceptableException")
