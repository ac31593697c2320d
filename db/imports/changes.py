"""Changes to imports: begin one, stage its sales, advance its streams, and forget what was staged."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert

from db.copying import PackedCopy
from db.imports.rows import NewImport, NewImportRow, NewRejection
from db.imports.tables import SalesImportRowTable, SalesImportStreamTable, SalesImportTable
from db.sessions import Writing
from db.statement import Change, number, numbers, texts, uuid
from domain.imports.facts import REJECTED_LIMIT, STREAMS, ImportFormat, ImportPhase, Layout

# In place of a zero byte, which a reason may quote and PostgreSQL cannot store.
_UNSTORABLE: Final = "\N{REPLACEMENT CHARACTER}"
_ROWS: Final = PackedCopy(SalesImportRowTable, NewImportRow._fields, usually_null=("revision", "updated_at", "returns"))
_TAKE_STREAMS: Final = Change(
    update(SalesImportStreamTable)
    .where(SalesImportStreamTable.import_id == uuid("of_import"))
    .values(lease=uuid("lease"))
)
_SET_READ: Final = Change(
    update(SalesImportTable)
    .where(SalesImportTable.id == uuid("of_import"))
    .values(
        bytes_read=number("bytes_read"),
        lines_read=number("lines_read"),
        sales_read=number("sales_read"),
        rejected=number("rejected"),
    )
)
_REJECT_ROWS: Final = Change(
    text(
        """
        INSERT INTO sales_import_rejection (import_id, line, external_id, reason, while_reading)
        SELECT :import_id, given.line, given.external_id, given.reason, :while_reading = 1
        FROM unnest(:lines, :external_ids, :reasons) AS given(line, external_id, reason)
        WHERE (SELECT sum(rejected + conflicts) FROM sales_import_stream WHERE import_id = :import_id) < :limit
        ON CONFLICT DO NOTHING
        """
    ).bindparams(
        uuid("import_id"),
        *(numbers("lines"), texts("external_ids"), texts("reasons")),
        *(number("while_reading"), number("limit")),
    )
)
# Rows of one statement.
_REJECTIONS: Final = 5_000
_ADVANCE: Final = Change(
    text(
        """
        UPDATE sales_import_stream SET part = :part, position = :position, recorded = recorded + :recorded,
            corrected = corrected + :corrected, duplicates = duplicates + :duplicates,
            conflicts = conflicts + :conflicts, parked = parked + :parked, rejected = rejected + :rejected,
            lines = lines + :lines, points = points + :points, failed = failed + :failed
        WHERE import_id = :import_id AND stream = :stream
        """
    ).bindparams(
        uuid("import_id"),
        *(
            number(name)
            for name in (
                "stream",
                "part",
                "position",
                "recorded",
                "corrected",
                "duplicates",
                "conflicts",
                "parked",
                "rejected",
                "lines",
                "points",
                "failed",
            )
        ),
    )
)
_FORGET: Final = tuple(
    Change(
        text(
            f"""
            DELETE FROM {table} WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM {table} WHERE import_id = :import_id LIMIT :size
            ))
            """  # noqa: S608 - our own text
        ).bindparams(uuid("import_id"), number("size"))
    )
    for table in ("sales_import_row", "sales_import_sale")
)

_FORGET_REJECTIONS: Final = Change(
    text(
        """
        DELETE FROM sales_import_rejection WHERE import_id = :import_id AND line = ANY(ARRAY(
            SELECT line FROM sales_import_rejection WHERE import_id = :import_id LIMIT :size
        ))
        """
    ).bindparams(uuid("import_id"), number("size"))
)
# A retry locks the job too, so it finds either all of the staged sales or no checkpoint.
_FORGET_CHECKPOINT: Final = Change(
    text("UPDATE job SET checkpoint = NULL WHERE id = :job_id AND due_at IS NULL").bindparams(uuid("job_id"))
)


class Tally(Struct):
    """The outcomes of sales; `failed` are those of the rejected ones that met an unexpected error."""

    recorded: int = 0
    corrected: int = 0
    duplicates: int = 0
    conflicts: int = 0
    parked: int = 0
    rejected: int = 0
    lines: int = 0
    points: int = 0
    failed: int = 0


class ReadSoFar(Struct, frozen=True):
    """How much of a file was read."""

    bytes_read: int = 0
    lines_read: int = 0
    sales_read: int = 0
    rejected: int = 0


async def add_import(session: Writing, added: NewImport) -> None:
    """Begin an import, with its streams."""
    values = {
        **structs.asdict(added),
        "phase": ImportPhase.READING,
        "ignored_columns": [],
        **dict.fromkeys(("bytes_read", "lines_read", "sales_read", "rejected"), 0),
        "is_cut": False,
        "is_staged": True,
    }
    await session.execute(insert(SalesImportTable), [values])
    counts = dict.fromkeys(Tally.__struct_fields__, 0)
    rows = [
        {"import_id": added.id, "stream": stream, "part": stream, "position": 0, **counts} for stream in range(STREAMS)
    ]
    await session.execute(insert(SalesImportStreamTable), rows)


async def set_import(session: Writing, import_id: UUID, **values: Any) -> None:
    """Change an import that is locked by its job."""
    await session.execute(update(SalesImportTable).where(SalesImportTable.id == import_id).values(values))


async def set_layout(session: Writing, import_id: UUID, layout: Layout) -> None:
    """Store how the file is written."""
    await set_import(
        session,
        import_id,
        # Rejected lines of NDJSON are cells of CSV, and are read as what they are.
        format=(ImportFormat.NDJSON if layout.holds_documents else layout.format).value,
        encoding=layout.encoding.value,
        delimiter=layout.delimiter,
        ignored_columns=list(layout.ignored),
    )


async def take_streams(session: Writing, import_id: UUID, lease: UUID) -> None:
    """Let only this attempt record; wait for transactions of another one that are open."""
    await session.run(_TAKE_STREAMS, of_import=import_id, lease=lease)


async def add_rows(session: Writing, rows: Sequence[NewImportRow]) -> None:
    """Stage sales that were read."""
    if rows:
        await session.copy_rows(_ROWS, rows)


async def reject_rows(
    session: Writing, import_id: UUID, rejections: Sequence[NewRejection], *, while_reading: bool = False
) -> None:
    """Store rejected rows, unless so many sales were rejected while recording that no more rows are listed.

    Those that are stored already stay as they are.
    """
    for start in range(0, len(rejections), _REJECTIONS):
        piece = rejections[start : start + _REJECTIONS]
        await session.run(
            _REJECT_ROWS,
            import_id=import_id,
            lines=[one.line for one in piece],
            external_ids=[one.external_id for one in piece],
            reasons=[one.reason.replace("\0", _UNSTORABLE) for one in piece],
            while_reading=int(while_reading),
            limit=REJECTED_LIMIT,
        )


async def save_read(session: Writing, import_id: UUID, read: ReadSoFar) -> None:
    """Store how much was read."""
    await session.run(_SET_READ, of_import=import_id, **structs.asdict(read))


async def advance_stream(session: Writing, import_id: UUID, stream: int, place: tuple[int, int], tally: Tally) -> None:
    """Store how far a stream is, with the outcomes of the sales since then."""
    part, position = place
    values = structs.asdict(tally)
    await session.run(_ADVANCE, import_id=import_id, stream=stream, part=part, position=position, **values)


async def forget_checkpoint(session: Writing, job_id: UUID) -> bool:
    """Lock a job that has ended and let a retry begin again; False if it has not ended, or is deleted."""
    return await session.run(_FORGET_CHECKPOINT, job_id=job_id) == 1


async def forget_staged(session: Writing, import_id: UUID, size: int) -> int:
    """Delete sales that were staged, at most `size` of each table; return how many there were."""
    return sum([await session.run(change, import_id=import_id, size=size) for change in _FORGET])


async def forget_rejections(session: Writing, import_id: UUID, size: int) -> int:
    """Delete at most `size` rejected rows; return how many there were."""
    return await session.run(_FORGET_REJECTIONS, import_id=import_id, size=size)
