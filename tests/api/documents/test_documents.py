"""Shipping documents over HTTP: for the vendors of a batch, by signed links (R16)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from db.database import Database
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.files import rejection_of
from tests.support.mutations.consignments import batch_gid
from tests.support.packs import set_prefix, sscc
from tests.support.shipments import codes_on, pages_of, texts_of
from tests.support.vendors import vendor_client

DOCUMENTS = """
query ($id: ID!) {
  node(id: $id) { ... on Batch { packingListUrl packLabelsUrl packs { sscc labelUrl } } }
}
"""
PACK = "query ($sscc: String!) { pack(sscc: $sscc) { labelUrl } }"
KINDS = ("packingListUrl", "packLabelsUrl", "labelUrl")
ONE, TWO = sscc(1), sscc(2)
DISABLE = "UPDATE account SET disabled_at = now() WHERE display_name = 'Vendor'"
LOSE_ROLE = "DELETE FROM account_role WHERE role = 'VENDOR'"
WORK_FOR_ANOTHER = (
    "UPDATE account SET vendor_id = (SELECT id FROM vendor WHERE code = 'FAC-1') WHERE display_name = 'Vendor'"
)


@pytest.fixture
async def made(consignments: ConsignmentFactory) -> UUID:
    """500 coupons on hand at the printer, 200 of them in two packs."""
    found = await consignments.created()
    await consignments.produce(found, quantity=500)
    await consignments.pack(found, (ONE, Span(0, 99)), (TWO, Span(100, 199)))
    return found


@pytest.fixture
async def batch_id(made: UUID, consignments: ConsignmentFactory) -> UUID:
    """The two packs and ten other coupons, on their way to the packager."""
    return await consignments.dispatch(made, serials=(Span(400, 409),), packs=(ONE, TWO))


async def links_of(client: Client, batch_id: UUID) -> dict[str, Any]:
    """The links to the documents of a batch, with the one to the label of its first pack; empty if it is not seen."""
    found = (await client.send(DOCUMENTS, id=batch_gid(batch_id))).data["node"]
    return {**found, "labelUrl": found["packs"][0]["labelUrl"]} if found else {}


async def change(database: Database, statement: str) -> None:
    """Change the database behind the back of the server."""
    async with database.engine.begin() as connection:
        assert (await connection.execute(text(statement))).rowcount == 1


async def test_the_sender_prints_what_goes_onto_the_truck(clients: Clients, batch_id: UUID, database: Database) -> None:
    """R16: the packing list, the label of one pack, and those of all packs, each with codes that a camera reads."""
    await set_prefix(database)
    links, http = await links_of(clients[Role.VENDOR], batch_id), clients.anonymous.http
    answers = [await http.get(links[kind]) for kind in KINDS]
    assert [answer.status_code for answer in answers] == [200] * 3
    names = ["BAT-2026-000001-packing-list.pdf", "BAT-2026-000001-labels.pdf", f"{ONE}-label.pdf"]
    for answer, name in zip(answers, names, strict=True):
        expected = {
            "content-type": "application/pdf",
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": "sandbox; default-src 'none'",
            "x-content-type-options": "nosniff",
            "cache-control": "private, no-store",
            "referrer-policy": "no-referrer",
        }
        assert {header: answer.headers[header] for header in expected} == expected
    packing_list, all_labels, label = [answer.content for answer in answers]
    (page,) = texts_of(packing_list)
    assert "FROM First Print" in page
    assert "TO Second Pack" in page
    assert "AMB-1L" in page
    assert "Version 1 0–199, 400–409 2 210 Total 2 210" in page
    assert "Not in packs SKU Serials Coupons AMB-1L 400–409 10" in page
    assert [code[1:] for code in codes_on(pages_of(packing_list)[0])] == [("]C1", f"(00){ONE}"), ("]C1", f"(00){TWO}")]
    first, second = [codes_on(picture) for picture in pages_of(all_labels)]
    assert [code[2] for code in first] == [f"https://id.gs1.org/00/{ONE}", f"(00){ONE}"]
    assert second[1] == ("Code 128", "]C1", f"(00){TWO}")
    assert [codes_on(picture) for picture in pages_of(label)] == [first]


async def test_a_label_is_printed_before_the_dispatch(clients: Clients, made: UUID) -> None:
    """It is addressed to the next vendor, and names no batch. Without a GS1 company prefix it has no QR code."""
    found = (await clients[Role.VENDOR].send(PACK, sscc=ONE)).data["pack"]
    response = await clients.anonymous.http.get(found["labelUrl"])
    (page,) = texts_of(response.content)
    assert "FROM First Print" in page
    assert "TO Second Pack" in page
    assert "CONSIGNMENT CON-2026-000001 PACKED 10 March 2026" in page
    assert [code[0] for code in codes_on(pages_of(response.content)[0])] == ["Code 128"]


async def test_the_receiver_and_operations_read_the_same_documents(
    clients: Clients, batch_id: UUID, database: Database
) -> None:
    """The same content has the same bytes for every viewer."""
    receiver, http = await vendor_client(clients, database, "PCK-1"), clients.anonymous.http
    readers = (clients[Role.VENDOR], receiver, clients[Role.OPERATIONS])
    links = [await links_of(reader, batch_id) for reader in readers]
    for kind in KINDS:
        assert len({link[kind] for link in links}) == 3
        assert len({(await http.get(link[kind])).content for link in links}) == 1


async def test_a_batch_that_was_received_in_part_shows_what_was_sent(
    clients: Clients, batch_id: UUID, consignments: ConsignmentFactory
) -> None:
    link, http = (await links_of(clients[Role.VENDOR], batch_id))["packingListUrl"], clients.anonymous.http
    before = (await http.get(link)).content
    await consignments.receive(batch_id, accepted_packs=(ONE,), final=False)
    assert (await http.get(link)).content == before


async def test_a_voided_dispatch_is_marked(clients: Clients, batch_id: UUID, database: Database) -> None:
    links, http = await links_of(clients[Role.VENDOR], batch_id), clients.anonymous.http
    await change(database, "UPDATE batch SET status = 'VOIDED', voided_at = dispatched_at, void_reason = 'Wrong truck'")
    (page,) = texts_of((await http.get(links["packingListUrl"])).content)
    assert "The sender voided this dispatch on 10 March 2026 at 09:00 UTC. Reason: Wrong truck" in page
    assert all("VOID" in page for page in texts_of((await http.get(links["packLabelsUrl"])).content))


async def test_a_batch_without_packs_has_no_labels(
    clients: Clients, made: UUID, consignments: ConsignmentFactory
) -> None:
    batch_id = await consignments.dispatch(made, serials=(Span(300, 309),))
    found = (await clients[Role.VENDOR].send(DOCUMENTS, id=batch_gid(batch_id))).data["node"]
    assert (found["packLabelsUrl"], found["packs"]) == (None, [])
    (page,) = texts_of((await clients.anonymous.http.get(found["packingListUrl"])).content)
    assert "Packs SSCC" not in page


async def test_the_receiver_of_a_pack_on_hand_stays_hidden_from_the_sender(
    clients: Clients, batch_id: UUID, consignments: ConsignmentFactory, database: Database
) -> None:
    """R12: at the packager, the next vendor is the factory, which the printer does not see."""
    await consignments.receive(batch_id, accepted_packs=(ONE, TWO), accepted_serials=(Span(400, 409),))
    packager, http = await vendor_client(clients, database, "PCK-1"), clients.anonymous.http
    pages = []
    for client in (clients[Role.VENDOR], packager):
        found = (await client.send(PACK, sscc=ONE)).data["pack"]
        pages += texts_of((await http.get(found["labelUrl"])).content)
    assert ["FROM" in page for page in pages] == [True, True]
    assert ["TO" in page.split() for page in pages] == [False, True]


async def test_the_headers_alone(clients: Clients, batch_id: UUID) -> None:
    """Programs that preview links set no document."""
    link = (await links_of(clients[Role.VENDOR], batch_id))["packingListUrl"]
    response = await clients.anonymous.http.head(link)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == "application/pdf"
    assert (await clients.anonymous.http.post(link)).status_code == 405


async def test_a_vendor_outside_of_the_batch_gets_nothing(clients: Clients, batch_id: UUID, database: Database) -> None:
    """R16: the factory of the same chain does not see the batch of its predecessors."""
    factory = await vendor_client(clients, database, "FAC-1")
    assert await links_of(factory, batch_id) == {}
    assert (await factory.send(PACK, sscc=ONE)).data["pack"] is None


async def test_a_stolen_link_is_denied(clients: Clients, batch_id: UUID, database: Database) -> None:
    links = await links_of(clients[Role.VENDOR], batch_id)
    thief = await vendor_client(clients, database, "FAC-1")
    message = "This link belongs to another account. Request a link of your own."
    for kind in KINDS:
        response = await thief.http.get(links[kind], headers=thief.headers)
        assert rejection_of(response) == (403, "FORBIDDEN", message)


async def test_a_link_opens_only_as_it_was_signed(clients: Clients, batch_id: UUID) -> None:
    """A link to one kind of document opens no other kind."""
    links, http = await links_of(clients[Role.VENDOR], batch_id), clients.anonymous.http
    message = "This link is not valid: it is incomplete, or it was changed. Request a new link."
    packing_list, label = links["packingListUrl"], links["labelUrl"]
    content, _, signature = packing_list.partition(".")
    for altered in (
        f"{content}.{signature[:-1]}",
        f"{content}x.{signature}",
        packing_list.replace("packing-list", "labels"),
        label.replace("/label/", "/packing-list/"),
        packing_list.replace("/documents/packing-list", "/files"),
    ):
        assert rejection_of(await http.get(altered)) == (403, "LINK_INVALID", message), altered


async def test_a_link_expires(clients: Clients, batch_id: UUID, clock: TestClock) -> None:
    link = (await links_of(clients[Role.VENDOR], batch_id))["labelUrl"]
    clock.advance(minutes=15)
    response = await clients.anonymous.http.get(link)
    assert rejection_of(response) == (410, "LINK_EXPIRED", "This link has expired. Request a new link.")


LOST = {
    "the account is disabled": (DISABLE, 403, "The account of this link is disabled."),
    "the role is gone": (
        LOSE_ROLE,
        403,
        "The account of this link may not see this document. Ask an administrator.",
    ),
    "another employer": (WORK_FOR_ANOTHER, 404, "This {object} does not exist. Request a new link."),
}


@pytest.mark.parametrize("case", LOST)
async def test_a_link_of_an_account_that_lost_its_access_is_denied(
    clients: Clients, batch_id: UUID, database: Database, case: str
) -> None:
    statement, status, message = LOST[case]
    links = await links_of(clients[Role.VENDOR], batch_id)
    await change(database, statement)
    for kind, name in zip(KINDS, ("batch", "batch", "pack"), strict=True):
        found = rejection_of(await clients.anonymous.http.get(links[kind]))
        assert (found[0], found[2]) == (status, message.format(object=name))
