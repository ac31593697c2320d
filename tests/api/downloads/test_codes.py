"""The first vendor and Operations download the codes of a consignment (R11)."""

from datetime import datetime

from db.database import Database
from domain.events import Position, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Clients, document, gid
from tests.support.clock import TestClock
from tests.support.downloads import change, link_to, request_link, rows_of, traces_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.outbox import tail
from tests.support.secrets import COUPON_KEYS

ISSUED, BEGUN, FINISHED = "CODES_LINK_ISSUED", "CODES_DOWNLOAD_BEGUN", "CODES_DOWNLOAD_FINISHED"


def codes_of(serials: range) -> list[str]:
    return [code for batch in COUPON_KEYS.write_many(serials, 1) for code in batch]


async def test_the_first_vendor_downloads_codes(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """R11: the file has every code with its serial, SKU, and payload of the QR code, in order of serial."""
    made = await consignments.created()
    payload = await request_link(clients[Role.VENDOR], made)
    assert (payload["errors"], payload["rowCount"]) == ([], 1000)
    assert payload["expiresAt"].startswith("2026-03-10T09:15:00.")
    # A link alone reveals nothing.
    assert await traces_of(database, made) == ([ISSUED], False, 0)
    response = await clients.anonymous.http.get(payload["url"])
    assert rows_of(response) == [
        [code, str(serial), "AMB-1L", f"https://example.com/c/{code}"]
        for serial, code in enumerate(codes_of(range(1000)))
    ]
    assert await traces_of(database, made) == ([ISSUED, BEGUN, FINISHED], True, 1)
    headers = response.headers
    assert headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert headers["content-disposition"] == 'attachment; filename="CON-2026-000001-codes.csv"'
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "content-length" not in headers


async def test_each_download_is_an_event_of_the_consignment(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    http = clients.anonymous.http
    first, second = rows_of(await http.get(link)), rows_of(await http.get(link))
    assert first == second
    assert await traces_of(database, made) == ([ISSUED, BEGUN, FINISHED, BEGUN, FINISHED], True, 2)
    *_, event = [event for event in await tail(database, Position(0, 0)) if event.kind == "COUPON_CODES_DOWNLOADED"]
    assert event.object_id == made
    assert event.subjects_of(SubjectKind.CONSIGNMENT) == [made]
    assert event.subjects_of(SubjectKind.VENDOR) == [consignments.world.vendors["PRN-1"].id]
    assert len(event.subjects_of(SubjectKind.SCHEME)) == 1


async def test_the_codes_count_as_known_from_the_first_download_on(
    clients: Clients, consignments: ConsignmentFactory, database: Database, clock: TestClock
) -> None:
    """R11: the moment of the first download stays."""
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    moments: list[datetime] = []
    for _ in range(2):
        rows_of(await clients.anonymous.http.get(link))
        async with database.engine.connect() as connection:
            moments += (await connection.exec_driver_sql("SELECT codes_downloaded_at FROM consignment")).scalars()
        clock.advance(minutes=5)
    assert moments[0] == moments[1]


async def test_void_codes_are_left_out(clients: Clients, consignments: ConsignmentFactory) -> None:
    """R11: spoiled coupons have no codes any more; coupons that moved on still have."""
    made = await consignments.created()
    await consignments.produce(made, quantity=900, spoiled_serials=(Span(10, 19), Span(500, 500)))
    await consignments.dispatch(made, quantity=600)
    payload = await request_link(clients[Role.VENDOR], made)
    assert payload["rowCount"] == 989
    rows = rows_of(await clients.anonymous.http.get(payload["url"]))
    live = [*range(10), *range(20, 500), *range(501, 1000)]
    assert [int(row[1]) for row in rows] == live
    assert [row[0] for row in rows] == [COUPON_KEYS.write(serial, 1) for serial in live]


async def test_one_variant_or_all_of_them(clients: Clients, consignments: ConsignmentFactory) -> None:
    made = await consignments.created(quantities={"AMB-1L": 30, "AMB-4L": 20})
    operations, http = clients[Role.OPERATIONS], clients.anonymous.http
    everything = await http.get(await link_to(operations, made))
    assert [(row[1], row[2]) for row in rows_of(everything)] == [
        *((str(serial), "AMB-1L") for serial in range(30)),
        *((str(serial), "AMB-4L") for serial in range(1000, 1020)),
    ]
    one = await http.get(await link_to(operations, made, consignments.variant("AMB-4L")))
    assert [(row[1], row[2]) for row in rows_of(one)] == [(str(serial), "AMB-4L") for serial in range(1000, 1020)]
    assert one.headers["content-disposition"] == 'attachment; filename="CON-2026-000001-AMB-4L-codes.csv"'


async def test_codes_are_derived_from_the_key_of_their_run(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """A run of a key that the server lacks has no codes, before and after a link is issued."""
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    await change(database, "UPDATE coupon_run SET key_id = 3")
    message = (
        "This server does not have the key 3, from which these codes are derived. "
        "Ask the people who run it to set TESSERA_COUPON_KEYS."
    )
    payload = await request_link(clients[Role.OPERATIONS], made)
    assert [(error["code"], error["message"]) for error in payload["errors"]] == [("ILLEGAL_STATE", message)]
    response = await clients.anonymous.http.get(link)
    assert (response.status_code, response.json()["errors"][0]["message"]) == (503, message)
    assert await traces_of(database, made) == ([ISSUED], False, 0)


async def test_a_credential_of_the_same_account_may_come_along(
    clients: Clients, consignments: ConsignmentFactory
) -> None:
    made = await consignments.created()
    vendor = clients[Role.VENDOR]
    link = await link_to(vendor, made)
    assert len(rows_of(await vendor.http.get(link, headers=vendor.headers))) == 1000


async def test_a_link_opens_after_its_consignment_moved_on(clients: Clients, consignments: ConsignmentFactory) -> None:
    """Operations may download whatever the first vendor still has."""
    made = await consignments.created(quantities={"AMB-1L": 10})
    await consignments.produce(made, quantity=10)
    await consignments.dispatch(made, quantity=10)
    link = await link_to(clients[Role.OPERATIONS], made)
    assert len(rows_of(await clients.anonymous.http.get(link))) == 10


async def test_administrators_read_who_downloaded_what(clients: Clients, consignments: ConsignmentFactory) -> None:
    """R11: who, when, from where, how many rows, and the SHA-256 of the file."""
    made = await consignments.created()
    vendor = clients[Role.VENDOR]
    link = await link_to(vendor, made, consignments.variant())
    response = await vendor.http.get(link, headers={"User-Agent": "Press 1.0 " + "x" * 400})
    digest = response.content[-66:-2].decode()
    chosen = {"subjectId": gid(NodeKind.CONSIGNMENT, made)}
    log = (await clients[Role.ADMIN].send(document("portal/AuditLog"), filter=chosen)).data["auditLog"]
    sentences = [entry["sentence"] for entry in log["nodes"]]
    assert sentences == [
        f"Vendor downloaded 1,000 codes of AMB-1L in CON-2026-000001. The SHA-256 of the file is {digest}.",
        "Vendor began to download 1,000 codes of AMB-1L in CON-2026-000001.",
        "Vendor received a link to 1,000 codes of AMB-1L in CON-2026-000001, valid until 10 March 2026 at 09:15 UTC.",
    ]
    assert {entry["actor"]["displayName"] for entry in log["nodes"]} == {"Vendor"}
    assert {entry["clientAddress"] for entry in log["nodes"]} == {"127.0.0.1"}
    agents = [entry["userAgent"] for entry in log["nodes"]]
    assert agents[0] == agents[1] == ("Press 1.0 " + "x" * 400)[:300]
    assert agents[2].startswith("python-httpx/")
