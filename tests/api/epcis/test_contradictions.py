"""Events that contradict themselves, the chain, or other events."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import text

from domain.epcis.check_digits import check_digit
from graphql_api.context import Environment
from tests.support.client import Client, Clients
from tests.support.epcis import count_rows, event, gcn_of, problem_of, send, set_prefix, vendor_with_key
from tests.support.factories.consignments import ConsignmentFactory


@pytest.fixture
async def printer(clients: Clients, environment: Environment) -> Client:
    """The system of the printer."""
    return await vendor_with_key(clients, environment.database, "PRN-1")


@pytest.fixture
async def packager(clients: Clients, environment: Environment) -> Client:
    """The system of the packager."""
    return await vendor_with_key(clients, environment.database, "PCK-1")


def counted(quantity: object, epc_class: str, **more: object) -> dict[str, Any]:
    """The keys of an event that counts coupons of a class beside the ranges of their serials."""
    element = {"epcClass": epc_class, "quantity": quantity, **more}
    return {"epcList": None, "quantityList": [element], "tessera:serialRanges": [{"first": 0, "last": 4}]}


async def test_a_quantity_beside_ranges_agrees_with_them(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: in number and class; a false one changes nothing."""
    await set_prefix(environment.database)
    await consignments.created()
    gcn, other = await gcn_of(environment.database), "https://id.gs1.org/255/0614141999999"
    other = f"{other[:-1]}{check_digit(other[-13:-1])}"
    for keys, sentence in (
        (counted(6, gcn), "“quantityList” counts 6 coupons, but “tessera:serialRanges” names 5."),
        (counted(4.5, gcn), "The quantity must be a whole number of coupons."),
        (counted(-5, gcn), "The quantity must be a whole number of coupons."),
        (counted(None, gcn), "The quantity must be a whole number of coupons."),
        (counted(5, gcn, uom="KGM"), "Coupons are counted: leave out “uom”."),
        (counted(5, "urn:x:y"), "“urn:x:y” is not a class of coupons of this program."),
        (counted(5, other), "“quantityList” counts 5 coupons of this class, but the event names 0 of them."),
    ):
        response = await send(printer, event("commissioning", [], **keys))
        assert problem_of(response) == (400, "epcisException:ValidationException", sentence)
    assert await count_rows(environment.database) == (0, 0, 0)
    assert (await send(printer, event("commissioning", [], **counted(5, gcn)))).status_code == 201


def party(side: str, vendor: str) -> dict[str, Any]:
    """The key of an event that names a vendor as its source or destination."""
    return {f"{side}List": [{"type": "possessing_party", side: f"urn:tessera:vendor:{vendor}"}]}


async def test_sources_and_destinations_are_those_of_the_chain(
    consignments: ConsignmentFactory, printer: Client, packager: Client, environment: Environment
) -> None:
    """R14: an event cannot name other vendors; a false one changes nothing."""
    await consignments.created()
    assert (await send(printer, event("commissioning", range(10)))).status_code == 201
    for client, step in ((printer, "shipping"), (packager, "receiving")):
        before = await count_rows(environment.database)
        for keys, sentence in (
            (party("source", "PCK-1"), "“sourceList” names the vendor “PCK-1”, but these coupons come from PRN-1."),
            (
                party("destination", "PRN-1"),
                "“destinationList” names the vendor “PRN-1”, but these coupons go to PCK-1.",
            ),
        ):
            refused = await send(client, event(step, range(10), **keys))
            assert problem_of(refused) == (400, "epcisException:ValidationException", sentence)
        assert await count_rows(environment.database) == before
        right = {**party("source", "PRN-1"), **party("destination", "PCK-1")}
        assert (await send(client, event(step, range(10), **right))).status_code == 201


async def test_an_event_whose_id_is_taken_meanwhile_is_a_conflict(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: the sentence is the same as for an id that was taken before."""
    await consignments.created()
    sent = event("commissioning", range(3), eventID="urn:x:1")
    # As if another event with this id were recorded by a transaction that began before, and ends behind the check.
    key = f"epcis:{hashlib.sha256(b'urn:x:1').hexdigest()}"
    claimed = (
        "INSERT INTO idempotency_key (owner_id, mutation, key, digest, result_id, recorded_at) "
        "SELECT id, 'RecordProduction', :key, 'another', id, '2026-03-10' FROM vendor WHERE code = 'PRN-1'"
    )
    async with environment.database.engine.begin() as connection:
        await connection.execute(text(claimed), {"key": key})
    before = await count_rows(environment.database)
    assert problem_of(await send(printer, sent)) == (
        409,
        "epcisException:ResourceAlreadyExistsException",
        "Another event with the id urn:x:1 is recorded. Send this event under an id of its own.",
    )
    assert await count_rows(environment.database) == before


async def test_the_location_of_an_event_leads_to_the_own_one(
    consignments: ConsignmentFactory, printer: Client, packager: Client
) -> None:
    """R14: although another vendor recorded an event under the same id."""
    await consignments.created()
    assert (await send(printer, event("commissioning", range(5)))).status_code == 201
    for client, step in ((printer, "shipping"), (packager, "receiving")):
        response = await send(client, event(step, range(5), eventID="urn:x:1"))
        found = (await client.http.get(response.headers["location"], headers=client.headers)).json()
        assert found["bizStep"] == step


async def test_a_time_in_seconds_is_not_before_a_movement_of_the_same_second(
    consignments: ConsignmentFactory, printer: Client, environment: Environment
) -> None:
    """R14: the server records microseconds; a time of the second before is still too early."""
    consignment_id = await consignments.created()
    await consignments.produce(consignment_id, quantity=5)
    before = await count_rows(environment.database)
    early = await send(printer, event("shipping", range(5), eventTime="2026-03-10T08:59:59Z"))
    assert problem_of(early)[2].startswith("These coupons moved last on ")
    assert await count_rows(environment.database) == before
    same = await send(printer, event("shipping", range(5), eventTime="2026-03-10T09:00:00Z"))
    assert same.status_code == 201, same.text
