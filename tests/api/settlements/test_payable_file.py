"""Payment systems download the payable lines of a settlement as CSV, and report payouts by them (R22)."""

import csv
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind, global_id
from domain.permissions import Role
from resolvers.settlements import jobs
from schema.ids import encode_id
from tests.support.client import Client, Clients, document, gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.jobs import query
from tests.support.mutations.settlements import payouts_of
from tests.support.settlements import (
    Payees,
    approved,
    paying,
    proposed,
    run_settlements,
    scheme_with_points,
)

EXAMPLE = UUID("01a22106-e6e5-70f2-8525-df10e2696c08")
POINTS = {"own": 750, "Binod Thapa": 400, "Chitra Das": 99, "Dev Rao": 333}


async def read_file(client: Client, key: str) -> Any:
    """What a client sees of the file."""
    return (await client.send(document("vendor/PayableLines"), id=key)).data["node"]["payableFile"]


@pytest.mark.parametrize("piece", [1, 5_000])
async def test_a_payment_system_pays_by_the_file(
    clients: Clients, factory: SchemeFactory, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    """The file has the payable lines and nothing else, whatever the pieces are; each is reported by its id."""
    monkeypatch.setattr(jobs, "PIECE", piece)
    bank, payees = clients[Role.INTEGRATION], await scheme_with_points(factory, POINTS)
    settlement_id = await proposed(factory, payees.scheme_id)
    key = gid(NodeKind.SETTLEMENT, settlement_id)
    await approved(factory, settlement_id)
    assert await read_file(bank, key) is None
    # What is carried over at the posting is not in the file.
    await EnrollmentFactory(factory).suspend(payees.ecps["Dev Rao"])
    await run_settlements(factory)
    file = await read_file(bank, key)
    assert (file["name"], file["contentType"]) == ("payable-SCH-2026-000001-1.csv", "text/csv")
    answer = await bank.http.get(file["url"])
    assert (answer.status_code, len(answer.content)) == (200, file["byteSize"])
    assert answer.text.splitlines()[0] == "lineId,ecpCode,points,amount,currency"
    rows = list(csv.DictReader(StringIO(answer.text)))
    found = [[row[name] for name in ("ecpCode", "points", "amount", "currency")] for row in rows]
    assert found == [["ECP-2026-000001", "750", "187.50", "INR"], ["ECP-2026-000002", "400", "100.00", "INR"]]
    payload = await payouts_of(bank, key, *((row["lineId"], "PAID", f"T-{row['ecpCode']}") for row in rows))
    assert (payload["recorded"], payload["settlement"]["status"]) == (2, "SETTLED")


async def test_people_who_see_the_settlement_download_the_file(clients: Clients, factory: SchemeFactory) -> None:
    """Staff and connected systems, by links of their own. An ECP sees no settlement."""
    payees = await scheme_with_points(factory, POINTS)
    key = gid(NodeKind.SETTLEMENT, await paying(factory, payees.scheme_id))
    for role in (Role.PROGRAM_MANAGER, Role.APPROVER, Role.ANALYST, Role.INTEGRATION):
        file = await read_file(clients[role], key)
        assert (await clients.anonymous.http.get(file["url"])).status_code == 200
    assert (await clients[Role.ECP].send(document("vendor/PayableLines"), id=key)).data["node"] is None


async def test_a_settlement_without_payable_lines_has_no_file(clients: Clients, factory: SchemeFactory) -> None:
    """Neither if nothing is payable when it is approved, nor if the last line is carried over at the posting."""
    payees: Payees = await scheme_with_points(factory, {"Binod Thapa": 400})
    settlement_id = await proposed(factory, payees.scheme_id)
    await approved(factory, settlement_id)
    await EnrollmentFactory(factory).suspend(payees.ecps["Binod Thapa"])
    await run_settlements(factory)
    assert await read_file(clients[Role.PROGRAM_MANAGER], gid(NodeKind.SETTLEMENT, settlement_id)) is None
    assert await query(factory.environment, "SELECT status FROM settlement") == ["SETTLED"]
    assert await query(factory.environment, "SELECT count(*) FROM stored_file WHERE name LIKE 'payable%'") == [0]


def test_global_ids_of_files_are_those_of_the_api() -> None:
    for kind in NodeKind:
        assert global_id(kind, EXAMPLE) == encode_id(kind, EXAMPLE)
