"""Links to codes are given to nobody else, and open for nobody else (R11). Each denial leaves everything as it was."""

import asyncio
import base64
import json

import asyncpg
import httpx
import pytest

from db.database import Database
from domain.permissions import Permission, Role, permissions_of
from domain.spans import Span
from tests.support.client import Clients
from tests.support.clock import TestClock
from tests.support.downloads import change, denial_of, link_to, request_link, rows_of, traces_of
from tests.support.factories.consignments import ConsignmentFactory

ISSUED, DENIED = "CODES_LINK_ISSUED", "CODES_DOWNLOAD_DENIED"
OTHERS = [role for role in Role if Permission.CODES_DOWNLOAD not in permissions_of([role])]
WORK_FOR = "UPDATE account SET vendor_id = (SELECT id FROM vendor WHERE code = :code) WHERE display_name = 'Vendor'"
LOSE_ROLE = "DELETE FROM account_role WHERE role = 'VENDOR'"
DISABLE = "UPDATE account SET disabled_at = now() WHERE display_name = 'Vendor'"
CANCEL = "UPDATE consignment SET canceled_at = now(), canceled_by = created_by, cancel_reason = 'Wrong printer'"
INVALID = "This link is not valid: it is incomplete, or it was changed. Request a new link."


def test_only_operations_and_vendors_have_the_permission() -> None:
    """R11: managers and analysts included in the others."""
    assert set(Role) - set(OTHERS) == {Role.OPERATIONS, Role.VENDOR}


@pytest.mark.parametrize("role", OTHERS)
async def test_other_roles_receive_no_link(
    clients: Clients, consignments: ConsignmentFactory, database: Database, role: Role
) -> None:
    made = await consignments.created()
    with pytest.raises(AssertionError) as denied:
        await request_link(clients[role], made)
    (error,) = denied.value.args[0]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["message"] == "Your roles do not allow this. It requires one of the roles operations or vendor."
    assert await traces_of(database, made) == ([], False, 0)


async def test_a_later_vendor_of_the_chain_receives_no_link(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    made = await consignments.created()
    await change(database, WORK_FOR, code="FAC-1")
    payload = await request_link(clients[Role.VENDOR], made)
    (error,) = payload["errors"]
    assert (payload["url"], payload["expiresAt"], payload["rowCount"]) == (None, None, None)
    assert error == {
        "__typename": "ActionRefused",
        "code": "ILLEGAL_STATE",
        "message": "Only Operations and the first vendor of CON-2026-000001 can download its codes.",
        "path": ["input", "consignmentId"],
    }
    assert await traces_of(database, made) == ([], False, 0)


async def test_a_manager_who_works_for_a_later_vendor_receives_no_link(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """The manager sees the consignment, and the vendor has the permission; together that is not enough."""
    made = await consignments.created()
    await change(database, WORK_FOR, code="PCK-1")
    await change(
        database, "INSERT INTO account_role SELECT id, 'PROGRAM_MANAGER' FROM account WHERE display_name = 'Vendor'"
    )
    (error,) = (await request_link(clients[Role.VENDOR], made))["errors"]
    assert error["message"] == "Only Operations and the first vendor of CON-2026-000001 can download its codes."
    assert await traces_of(database, made) == ([], False, 0)


async def test_a_vendor_of_another_chain_finds_no_consignment(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    made = await consignments.created(chain=("PRN-1", "FAC-1"))
    await change(database, WORK_FOR, code="PCK-1")
    (error,) = (await request_link(clients[Role.VENDOR], made))["errors"]
    assert (error["code"], error["message"]) == ("NOT_FOUND", "This consignment does not exist.")
    assert await traces_of(database, made) == ([], False, 0)


async def test_the_first_vendor_receives_none_once_its_leg_ended(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """R11: with one coupon left to produce or on hand, it still does."""
    made = await consignments.created(quantities={"AMB-1L": 10})
    message = (
        "All coupons of CON-2026-000001 have left your hands, so you cannot download their codes any more. "
        "Ask Operations if you need one."
    )
    vendor = clients[Role.VENDOR]
    link = await link_to(vendor, made)
    await consignments.produce(made, quantity=9)
    await consignments.dispatch(made, quantity=9)
    assert (await request_link(vendor, made))["errors"] == []
    await consignments.produce(made, quantity=1)
    assert (await request_link(vendor, made))["errors"] == []
    await consignments.dispatch(made, quantity=1)
    (error,) = (await request_link(vendor, made))["errors"]
    assert (error["code"], error["message"]) == ("ILLEGAL_STATE", message)
    assert denial_of(await vendor.http.get(link)) == (409, "ILLEGAL_STATE", message)
    assert await traces_of(database, made) == ([ISSUED, ISSUED, ISSUED, DENIED], False, 0)


async def test_a_canceled_consignment_gives_no_codes(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    made = await consignments.created()
    operations = clients[Role.OPERATIONS]
    link = await link_to(operations, made)
    await change(database, CANCEL)
    message = "CON-2026-000001 is canceled."
    (error,) = (await request_link(operations, made))["errors"]
    assert (error["code"], error["message"]) == ("ILLEGAL_STATE", message)
    assert denial_of(await operations.http.get(link)) == (409, "ILLEGAL_STATE", message)
    assert await traces_of(database, made) == ([ISSUED, DENIED], False, 0)


async def test_a_download_waits_for_a_cancellation(
    clients: Clients, consignments: ConsignmentFactory, database: Database, database_url: str
) -> None:
    """R11: a cancellation gives serials back only if no code was downloaded, so the two never overlap."""
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("SELECT FROM consignment FOR UPDATE")
        download = asyncio.create_task(clients.anonymous.http.get(link))
        await asyncio.sleep(0.3)
        assert not download.done()
        await connection.execute(CANCEL)
    await connection.close()
    assert denial_of(await download)[0] == 409
    assert await traces_of(database, made) == ([ISSUED, DENIED], False, 0)


async def test_a_consignment_whose_coupons_are_void_has_no_codes(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    made = await consignments.created(quantities={"AMB-1L": 5, "AMB-4L": 5})
    await consignments.produce(made, spoiled_serials=(Span(0, 4),))
    (error,) = (await request_link(clients[Role.VENDOR], made, consignments.variant()))["errors"]
    message = "All coupons of AMB-1L in CON-2026-000001 are void, so they have no codes."
    assert (error["code"], error["message"]) == ("ILLEGAL_STATE", message)
    assert await traces_of(database, made) == ([], False, 0)
    assert (await request_link(clients[Role.VENDOR], made))["rowCount"] == 5
    await consignments.produce(made, sku="AMB-4L", spoiled_serials=(Span(1000, 1004),))
    (error,) = (await request_link(clients[Role.OPERATIONS], made))["errors"]
    assert error["message"] == "All coupons of CON-2026-000001 are void, so they have no codes."


async def test_wrong_input_is_rejected(clients: Clients, consignments: ConsignmentFactory, database: Database) -> None:
    made = await consignments.created()
    (error,) = (await request_link(clients[Role.VENDOR], made, consignments.variant("LENS-1")))["errors"]
    assert (error["code"], error["message"], error["path"]) == (
        "NOT_FOUND",
        "CON-2026-000001 has no coupons of this variant.",
        ["input", "variantId"],
    )
    (error,) = (await request_link(clients[Role.VENDOR], consignments.variant()))["errors"]
    assert (error["code"], error["message"]) == ("NOT_FOUND", "This consignment does not exist.")
    assert await traces_of(database, made) == ([], False, 0)


def _replaced(link: str, place: int) -> str:
    start = link.index("link=") + 5
    token = list(link[start:])
    token[place] = "A" if token[place] != "A" else "B"
    return link[:start] + "".join(token)


async def test_altered_links_do_not_open(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """R11: a changed character anywhere, a cut or missing link, and a link that somebody else wrote."""
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    path, _, token = link.partition("?link=")
    content, _, signature = token.partition(".")
    fields = json.loads(base64.urlsafe_b64decode(content + "=="))
    fields[4] = "2099-01-01T00:00:00Z"
    forged = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")
    wrong = [
        *(_replaced(link, place) for place in range(0, len(token), 7) if token[place] != "."),
        _replaced(link, -1),
        path,
        f"{path}?link=",
        f"{path}?link=.",
        f"{path}?link={content}",
        f"{path}?link={content}.",
        f"{path}?link={forged}.{signature}",
        f"{path}?link={token}=",
        f"{path}?link={token}.{signature}",
        f"{path}?link=%C3%BC.{signature}",
        f"{path}?link={'A' * 2000}.{signature}",
    ]
    for each in wrong:
        assert denial_of(await clients.anonymous.http.get(each)) == (403, "LINK_INVALID", INVALID), each
    assert await traces_of(database, made) == ([ISSUED], False, 0)
    assert len(rows_of(await clients.anonymous.http.get(link))) == 1000


async def test_an_expired_link_does_not_open(
    clients: Clients, consignments: ConsignmentFactory, database: Database, clock: TestClock
) -> None:
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    clock.advance(minutes=15)
    answer = denial_of(await clients.anonymous.http.get(link))
    assert answer == (410, "LINK_EXPIRED", "This link has expired. Request a new link.")
    assert await traces_of(database, made) == ([ISSUED, DENIED], False, 0)


async def test_a_link_opens_for_no_other_account(
    clients: Clients, consignments: ConsignmentFactory, database: Database, clock: TestClock
) -> None:
    """R11: a stolen link; the entry names the one who tried, also when the link has expired."""
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    thief = clients[Role.ANALYST]
    answer = (403, "FORBIDDEN", "This link belongs to another account. Request a link of your own.")
    assert denial_of(await thief.http.get(link, headers=thief.headers)) == answer
    clock.advance(hours=1)
    assert denial_of(await thief.http.get(link, headers=thief.headers)) == answer
    assert await traces_of(database, made) == ([ISSUED, DENIED, DENIED], False, 0)
    document = '{ auditLog(filter: {kinds: ["CODES_DOWNLOAD_DENIED"]}) { nodes { sentence actor { displayName } } } }'
    nodes = (await clients[Role.ADMIN].send(document)).data["auditLog"]["nodes"]
    sentence = "Analyst could not download codes of all variants in CON-2026-000001: the link belongs to Operations."
    assert nodes == [{"sentence": sentence, "actor": {"displayName": "Analyst"}}] * 2


async def test_a_credential_that_comes_along_must_be_valid(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    response = await clients.anonymous.http.get(link, headers={"Authorization": "Bearer x"})
    assert denial_of(response) == (401, "UNAUTHENTICATED", "This token is not valid: sign in again.")
    assert response.headers["www-authenticate"] == "Bearer"
    assert await traces_of(database, made) == ([ISSUED], False, 0)


_LOST = "The account of this link may no longer download these codes. Ask an administrator."


@pytest.mark.parametrize(
    ("statement", "parameters", "message"),
    [
        (LOSE_ROLE, {}, _LOST),
        (WORK_FOR, {"code": "PCK-1"}, _LOST),
        (DISABLE, {}, "The account of this link is disabled."),
    ],
)
async def test_access_lost_between_the_link_and_the_download(  # noqa: PLR0913, PLR0917 - fixtures and cases
    clients: Clients,
    consignments: ConsignmentFactory,
    database: Database,
    statement: str,
    parameters: dict[str, str],
    message: str,
) -> None:
    """R11, R25: a lost role, another vendor, and a disabled account, at the next request."""
    made = await consignments.created()
    link = await link_to(clients[Role.VENDOR], made)
    await change(database, statement, **parameters)
    assert denial_of(await clients.anonymous.http.get(link)) == (403, "FORBIDDEN", message)
    assert await traces_of(database, made) == ([ISSUED, DENIED], False, 0)


@pytest.mark.parametrize(("method", "message"), [("HEAD", ""), ("POST", "Send a GET request to download the codes.")])
async def test_only_get_downloads(
    clients: Clients, consignments: ConsignmentFactory, database: Database, method: str, message: str
) -> None:
    """Programs that preview links send HEAD."""
    made = await consignments.created()
    link = await link_to(clients[Role.OPERATIONS], made)
    response: httpx.Response = await clients.anonymous.http.request(method, link)
    assert (response.status_code, message in response.text) == (405, True)
    assert response.headers["allow"] == "GET"
    assert await traces_of(database, made) == ([ISSUED], False, 0)
