"""The file of rejected rows is corrected and imported again, also by way of a spreadsheet (R20)."""

import csv
import io
import json
from typing import Any

import pytest

from domain.imports.facts import COLUMNS_LIMIT, REJECTED_COLUMNS
from domain.permissions import Role
from graphql_api.context import Environment
from tests.support.client import Client, Clients
from tests.support.imports import HEADER, csv_file, row, send_import
from tests.support.jobs import query

SYSTEM = Role.INTEGRATION
OWN = len(REJECTED_COLUMNS)
IDS = ("@r-2", "'@r-3", "=1+1", "-r", 'quo"te', "sepa,ra;tor", "-7", "''+r", "'plain")


async def download(client: Client, imported: dict[str, Any]) -> bytes:
    """The file of rejected rows."""
    answer = await client.http.get(imported["rejectedFile"]["url"], headers=client.headers)
    assert answer.status_code == 200, answer.text
    return answer.content


def cells_of(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """What a spreadsheet shows of a file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def saved(rows: list[list[str]], delimiter: str) -> bytes:
    """What a spreadsheet saves, with a byte order mark."""
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def replaced(rows: list[list[str]], old: str, new: str) -> list[list[str]]:
    """All rows, with another value in the cells that have this one."""
    return [[new if cell == old else cell for cell in cells] for cells in rows]


async def recorded(environment: Environment) -> list[str]:
    """The external IDs of all sales."""
    return sorted(await query(environment, "SELECT external_id FROM sale_key"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_a_corrected_file_is_imported(clients: Clients, environment: Environment, delimiter: str) -> None:
    """R20: with the external IDs that the sales had, whatever they begin with and contain."""
    written = [[external_id, *row(sku="NO-1").split(",")[1:]] for external_id in IDS]
    before = await send_import(clients[SYSTEM], environment, saved([HEADER.split(","), *written], ","))
    assert (before["rejected"], before["recorded"]) == (len(IDS), 0)
    content = await download(clients[SYSTEM], before)
    assert content.startswith("\ufeffrejected_line,rejected_sale,reason,external_id,".encode())
    rows = cells_of(content)
    assert [cells[OWN] for cells in rows[1:5]] == ["'@r-2", "''@r-3", "'=1+1", "'-r"]
    done = await send_import(clients[SYSTEM], environment, saved(replaced(rows, "NO-1", "AMB-1L"), delimiter))
    assert (done["rejected"], done["recorded"], done["ignoredColumns"]) == (0, len(IDS), [])
    assert await recorded(environment) == sorted(IDS)


async def test_rows_that_cannot_be_read_keep_what_they_say(clients: Clients, environment: Environment) -> None:
    """R20: behind a quote that is open or misplaced, and with too many columns; each mistake is corrected in a cell."""
    system = clients[SYSTEM]
    content = csv_file(
        row("s-1", sku='5" pipe'),
        row("s-2", sku='"AMB"-1L'),
        row("s-3") + "," * COLUMNS_LIMIT,
        row('"s,4"', sku='"AMB-1L'),
    )
    before = await send_import(system, environment, content)
    assert before["rejected"] == 4
    rows = cells_of(await download(system, before))
    assert [cells[OWN::3][:2] for cells in rows[1:]] == [
        ["s-1", '5" pipe'],
        ["s-2", '"AMB"-1L'],
        ["s-3", "AMB-1L"],
        ["s,4", '"AMB-1L'],
    ]
    for wrong in ('5" pipe', '"AMB"-1L', '"AMB-1L'):
        rows = replaced(rows, wrong, "AMB-1L")
    done = await send_import(system, environment, saved([cells[: OWN + 7] for cells in rows], ","))
    assert (done["rejected"], done["recorded"]) == (0, 4)
    assert await recorded(environment) == ["s,4", "s-1", "s-2", "s-3"]


async def test_a_file_that_is_not_corrected_gives_the_same_again(clients: Clients, environment: Environment) -> None:
    """R20: its columns are not added once more, and nothing in its cells changes. A file may have all its columns."""
    system = clients[SYSTEM]
    more = [f"note {number}" for number in range(COLUMNS_LIMIT - 7)]
    rows = [[*row("@s-1", "NO-1").split(","), *more], [*row("s-2", "NO-1").split(","), *more]]
    before = await send_import(system, environment, saved([HEADER.split(",") + more, *rows], ";"))
    first = await download(system, before)
    again = await send_import(system, environment, first)
    assert (before["rejected"], again["rejected"], again["ignoredColumns"]) == (2, 2, more)
    assert await download(system, again) == first
    assert await recorded(environment) == []


async def test_rejected_lines_of_ndjson_come_back_as_cells(clients: Clients, environment: Environment) -> None:
    """R20: the file is CSV, and each of its rows has a line of JSON."""
    system = clients[SYSTEM]
    line = {"sku": "NO-1", "quantity": 1, "unitPrice": "12.50", "currency": "INR"}
    sale = {"externalId": "s-1", "ecpCode": "ECP-2026-000001", "soldAt": "2026-03-12T09:30:00Z", "lines": [line]}
    before = await send_import(system, environment, f"{json.dumps(sale)}\n{{broken\n".encode())
    assert before["rejected"] == 2
    first = await download(system, before)
    again = await send_import(system, environment, first)
    rows = [[cells[1:] for cells in cells_of(content)] for content in (first, await download(system, again))]
    assert (again["rejected"], rows[0]) == (2, rows[1])
    done = await send_import(system, environment, first.replace(b"NO-1", b"AMB-1L"))
    assert (done["rejected"], done["recorded"]) == (1, 1)
