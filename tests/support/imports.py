"""Files of sales for tests: how they are written, imported, and what became of them."""

import csv
from typing import Any, Final
from uuid import UUID

import httpx

from db.files.changes import add_file, add_upload
from db.files.rows import StoredFileRow, UploadRow
from db.imports.reads import COUNTS_BY_ID, IMPORTS_BY_ID
from db.imports.rows import ImportCountsRow, ImportRow
from domain.files.facts import UPLOAD_LIFETIME
from domain.files.ranges import ByteRange
from domain.permissions import Role
from domain.viewers import Viewer
from graphql_api.context import Environment
from resolvers.files.stored_contents import store_bytes
from resolvers.imports.import_sales import ImportSales, import_sales
from resolvers.imports.jobs import JOBS
from resolvers.imports.start_import import ImportOptions, start_import
from tests.support.client import Client, document
from tests.support.jobs import query, run_due
from tests.support.sales import CODE, SOLD_AT
from tests.support.world import World

# The arguments of an upload of CSV.
OF_CSV: Final = {"fileName": "march.csv", "contentType": "text/csv", "purpose": "SALES_IMPORT"}
HEADER: Final = "external_id,ecp_code,sold_at,sku,quantity,unit_price,currency"


def row(external_id: str = "s-1", sku: str = "AMB-1L", quantity: object = 3, **changed: object) -> str:
    """A row of a CSV file with the columns of HEADER."""
    cells = {
        "external_id": external_id,
        "ecp_code": CODE,
        "sold_at": SOLD_AT,
        "sku": sku,
        "quantity": quantity,
        "unit_price": "12.50",
        "currency": "INR",
        **changed,
    }
    return ",".join(map(str, cells.values()))


def csv_file(*rows: str, header: str = HEADER) -> bytes:
    """A CSV file."""
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


async def finished_upload(environment: Environment, viewer: Viewer) -> UUID:
    """A finished upload of a file of sales, whose content is nowhere."""
    operation = environment.operation(viewer)
    upload_id = operation.new_id()
    file = StoredFileRow(
        id=upload_id,
        name="march.csv",
        content_type="text/csv",
        byte_size=100,
        sha256=bytes(32),
        created_at=operation.now,
        created_by=viewer.account_id,
    )
    upload = UploadRow(
        id=upload_id,
        account_id=viewer.account_id,
        purpose="SALES_IMPORT",
        file_name=file.name,
        content_type=file.content_type,
        byte_size=file.byte_size,
        created_at=operation.now,
        expires_at=operation.now + UPLOAD_LIFETIME,
        file_id=file.id,
        used_at=None,
    )
    async with operation.writing() as session:
        await add_file(session, file)
        await add_upload(session, upload)
    return upload_id


async def begun_import(environment: Environment, viewer: Viewer, key: str = "k-1", **options: Any) -> UUID:
    """An import that waits for a worker, of a file whose content is nowhere."""
    upload_id = await finished_upload(environment, viewer)
    operation = environment.operation(viewer)
    given = ImportSales(upload_id, ImportOptions(**{"source": "till", **options}), key)
    return (await import_sales(operation, given)).id


async def begin_import(client: Client, upload_id: str, **changed: Any) -> dict[str, Any]:
    """The payload of `importSales`."""
    given = {"uploadId": upload_id, "source": "till", "idempotencyKey": "k-1", **changed}
    payload: dict[str, Any] = (await client.send(document("portal/ImportSales"), input=given)).data["importSales"]
    return payload


async def post_file(client: Client, content: Any, query: str = "source=till", **headers: str) -> httpx.Response:
    """The answer to a file that is sent in one request."""
    return await client.http.post(f"/imports/sales?{query}", content=content, headers={**client.headers, **headers})


async def read_import(client: Client, import_id: str) -> dict[str, Any]:
    """An import, as the portal shows it."""
    return dict((await client.run("ImportDetail", id=import_id))["import"])


async def send_import(client: Client, environment: Environment, content: Any, query: str = "source=till") -> Any:
    """An import that has ended, of a file that was sent in one request."""
    answer = await post_file(client, content, query)
    assert answer.status_code == 202, answer.text
    await run_due(environment, JOBS, 60)
    return await read_import(client, answer.json()["importId"])


class ImportDesk:
    """Imports files as the connected system does."""

    def __init__(self, environment: Environment, world: World) -> None:
        self.environment = environment
        self.world = world

    async def begin(self, content: bytes, **options: Any) -> UUID:
        """Store a file and begin its import."""
        operation = self.environment.operation(self.world.viewer(Role.INTEGRATION))
        async with operation.writing() as session:
            file = await store_bytes(operation, session, content, name="sales.csv", content_type="text/csv")
            return await start_import(operation, session, file, ImportOptions(**{"source": "till", **options}))

    async def run(self, content: bytes, **options: Any) -> "Imported":
        """Import a file to its end."""
        import_id = await self.begin(content, **options)
        await run_due(self.environment, JOBS, 60)
        return await self.read(import_id)

    async def read(self, import_id: UUID) -> "Imported":
        """What became of an import."""
        operation = self.environment.operation(None, fresh=True)
        (found,) = await operation.fetch(IMPORTS_BY_ID, ids=[import_id])
        (counts,) = await operation.fetch(COUNTS_BY_ID, ids=[import_id])
        (job,) = await query(self.environment, "SELECT status, error FROM job WHERE id = $1", found.job_id)
        return Imported(found, counts, job=job, rejected_file=await self._rejected(found))

    async def _rejected(self, found: ImportRow) -> str | None:
        if found.rejected_file_id is None:
            return None
        ((sha256, size),) = await query(
            self.environment, "SELECT sha256, byte_size FROM stored_file WHERE id = $1", found.rejected_file_id
        )
        operation = self.environment.operation(None)
        pieces = [piece async for piece in operation.files.read(sha256, ByteRange(0, size))]
        return b"".join(pieces).decode()


class Imported:
    """An import with its counts, its job, and its file of rejected rows."""

    def __init__(
        self, found: ImportRow, counts: ImportCountsRow, job: tuple[str, str | None], rejected_file: str | None
    ) -> None:
        self.row = found
        self.counts = counts
        self.status, self.error = job
        self.rejected_file = rejected_file

    @property
    def outcomes(self) -> dict[str, int]:
        """How many sales have each outcome, without those that none has."""
        names = ("recorded", "corrected", "duplicates", "conflicts", "parked", "rejected")
        found = {name: getattr(self.counts, name) for name in names}
        found["rejected"] += self.row.rejected
        return {name: count for name, count in found.items() if count}

    @property
    def reasons(self) -> list[tuple[int, str, str]]:
        """The line, the external ID, and the reason of each rejected row."""
        rows = list(csv.reader((self.rejected_file or "").splitlines(keepends=True)))[1:]
        return [(int(line), external_id, reason) for line, external_id, reason, *_ in rows]

    @property
    def last_cell(self) -> str:
        """The last cell of the file of rejected rows."""
        return list(csv.reader((self.rejected_file or "").splitlines(keepends=True)))[-1][-1]
