"""Events of EPCIS in tests: vendors with API keys, events to send, and events that a server answers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from db.database import Database
from domain.epcis.check_digits import check_digit
from domain.epcis.vocabulary import CONTEXT
from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import Client, Clients, gid
from tests.support.vendor_accounts import hire, vendor_account

EVENTS = "/epcis/events"
CAPTURE = "/epcis/capture"
PREFIX = "0614141"
_KEY = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret errors { message } } }"


async def vendor_with_key(clients: Clients, database: Database, code: str) -> Client:
    """A client that signs in with an API key of an account that works for a vendor."""
    account = vendor_account(code, f"System of {code}", email=f"system.{code.lower()}@example.com")
    await hire(database, account)
    given = {"accountId": gid(NodeKind.ACCOUNT, account.id), "name": "EPCIS"}
    answer = await clients[Role.ADMIN].send(_KEY, input=given)
    assert answer.data["createApiKey"]["errors"] == []
    return clients.with_credential(answer.data["createApiKey"]["secret"])


async def set_prefix(database: Database, prefix: str | None = PREFIX) -> None:
    """Give the program a GS1 company prefix."""
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE program SET gs1_company_prefix = :prefix"), {"prefix": prefix})


def own_epc(serial: int) -> str:
    """The EPC of a coupon without a company prefix."""
    return f"urn:tessera:coupon:{serial}"


def event(step: str, serials: Any, **given: Any) -> dict[str, Any]:
    """An ObjectEvent with the EPCs of coupons; `given` replaces keys, and None removes them."""
    action = {"commissioning": "ADD", "destroying": "DELETE"}.get(step, "OBSERVE")
    made = {
        "@context": list(CONTEXT),
        "type": "ObjectEvent",
        "eventTime": "2026-03-10T14:00:00.000+05:30",
        "eventTimeZoneOffset": "+05:30",
        "action": action,
        "bizStep": step,
        "epcList": [own_epc(serial) for serial in serials],
        **given,
    }
    return {name: value for name, value in made.items() if value is not None}


def document(*events: dict[str, Any]) -> dict[str, Any]:
    """An EPCISDocument with events."""
    listed = [{name: value for name, value in each.items() if name != "@context"} for each in events]
    return {
        "@context": list(CONTEXT),
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-10T09:00:00Z",
        "epcisBody": {"eventList": listed},
    }


async def send(client: Client, sent: dict[str, Any], **headers: str) -> httpx.Response:
    """Capture one event."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.http.post(EVENTS, json=sent, headers={**client.headers, **named})


async def ask(client: Client, headers: Mapping[str, str] | None = None, /, **parameters: str) -> httpx.Response:
    """Query events."""
    return await client.http.get(EVENTS, params=parameters, headers={**client.headers, **(headers or {})})


def events_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The events of an answered query."""
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    return found


def problem_of(response: httpx.Response) -> tuple[int, str, str]:
    """The status, type, and sentence of an answer with a problem."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return response.status_code, body["type"], body["detail"]


async def count_rows(database: Database) -> tuple[int, int, int]:
    """How many movements, captured events, and batches there are."""
    counts = "SELECT (SELECT count(*) FROM movement), (SELECT count(*) FROM epcis_event), (SELECT count(*) FROM batch)"
    async with database.engine.connect() as connection:
        movements, events, batches = (await connection.execute(text(counts))).one()
        return movements, events, batches


async def consignment_code(database: Database, consignment_id: UUID) -> str:
    """The code of a consignment."""
    async with database.engine.connect() as connection:
        found = await connection.execute(text("SELECT code FROM consignment WHERE id = :id"), {"id": consignment_id})
        return str(found.scalar_one())


async def gcn_of(database: Database, sku: str = "AMB-1L") -> str:
    """The Digital Link of the GCN of a variant of the only scheme, without a serial."""
    statement = "SELECT number FROM coupon_reference JOIN variant ON variant.id = variant_id WHERE sku = :sku"
    async with database.engine.connect() as connection:
        number = (await connection.execute(text(statement), {"sku": sku})).scalar_one()
    digits = f"{PREFIX}{number:05}"
    return f"https://id.gs1.org/255/{digits}{check_digit(digits)}"
