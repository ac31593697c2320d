"""Statements that read imports."""

from typing import Final

from sqlalchemy import BigInteger, any_, case, cast, func, select, text

from db.columns import columns, named_columns, scalar
from db.imports.rows import (
    AbandonedRow,
    ExpiredRow,
    FaultyRow,
    ImportCountsRow,
    ImportRow,
    RejectionRow,
    SortedSaleRow,
    StreamRow,
)
from db.imports.tables import (
    SalesImportRejectionTable,
    SalesImportStreamTable,
    SalesImportTable,
)
from db.statement import Statement, moment, number, uuid, uuids

_STREAM: Final = SalesImportStreamTable

IMPORTS_BY_ID: Final = Statement(
    select(*columns(SalesImportTable, ImportRow)).where(SalesImportTable.id == any_(uuids("ids"))), ImportRow
)
IMPORT_OF_JOB: Final = Statement(
    select(*columns(SalesImportTable, ImportRow)).where(SalesImportTable.job_id == uuid("job_id")), ImportRow
)
COUNTS_BY_ID: Final = Statement(
    select(
        _STREAM.import_id,
        *(
            cast(func.sum(getattr(_STREAM, name)), BigInteger).label(name)
            for name in ImportCountsRow.__struct_fields__[1:]
        ),
    )
    .where(_STREAM.import_id == any_(uuids("ids")))
    .group_by(_STREAM.import_id),
    ImportCountsRow,
)
# The row of a stream, for the attempt that has it and whose job goes on. The job itself is not locked: two streams
# would wait for each other.
LOCK_STREAM: Final = Statement(
    text(
        """
        SELECT stream.part, stream.position
        FROM sales_import_stream AS stream JOIN job ON job.lease = stream.lease
        WHERE stream.import_id = :import_id AND stream.stream = :stream AND stream.lease = :lease
        FOR UPDATE OF stream
        """
    )
    .bindparams(uuid("import_id"), number("stream"), uuid("lease"))
    .columns(*named_columns(StreamRow)),
    StreamRow,
)
# Waits for the transactions of all streams. None follows, if the job is canceled in the transaction that has this.
LOCK_STREAMS: Final = Statement(
    select(_STREAM.stream).where(_STREAM.import_id == uuid("import_id")).order_by(_STREAM.stream).with_for_update(),
    scalar(int),
)
PLACE_OF_STREAM: Final = Statement(
    select(*columns(_STREAM, StreamRow)).where(
        _STREAM.import_id == uuid("import_id"), _STREAM.stream == number("stream")
    ),
    StreamRow,
)
NEXT_SALES: Final = Statement(
    text(
        """
        SELECT position, contents FROM sales_import_sale
        WHERE import_id = :import_id AND part = :part AND position > :position ORDER BY position LIMIT :size
        """
    )
    .bindparams(uuid("import_id"), number("part"), number("position"), number("size"))
    .columns(*named_columns(SortedSaleRow)),
    SortedSaleRow,
)
FAULTY_ROWS: Final = Statement(
    text(
        """
        SELECT part, line, fault, content FROM sales_import_row
        WHERE import_id = :import_id AND fault IS NOT NULL AND (part, line) > (:part, :line)
        ORDER BY part, line LIMIT :size
        """
    )
    .bindparams(uuid("import_id"), number("part"), number("line"), number("size"))
    .columns(*named_columns(FaultyRow)),
    FaultyRow,
)
# An import whose job ended a while ago and left staged sales, or whose job is deleted.
ABANDONED: Final = Statement(
    text(
        """
        SELECT found.id, found.job_id, job.id IS NOT NULL AS has_job
        FROM sales_import AS found LEFT JOIN job ON job.id = found.job_id
        WHERE found.is_staged AND (job.id IS NULL OR job.finished_at < :before)
        ORDER BY found.created_at LIMIT 1
        """
    )
    .bindparams(moment("before"))
    .columns(*named_columns(AbandonedRow)),
    AbandonedRow,
)
EXPIRED: Final = Statement(
    text(
        """
        SELECT found.id, found.job_id, job.id IS NOT NULL AS has_job, found.file_id, found.rejected_file_id
        FROM sales_import AS found LEFT JOIN job ON job.id = found.job_id
        WHERE found.file_id IS NOT NULL AND found.created_at < :before AND NOT found.is_staged
            AND (job.id IS NULL OR job.finished_at IS NOT NULL)
        ORDER BY found.created_at LIMIT 1
        """
    )
    .bindparams(moment("before"))
    .columns(*named_columns(ExpiredRow)),
    ExpiredRow,
)
REJECTIONS: Final = Statement(
    select(*columns(SalesImportRejectionTable, RejectionRow))
    .where(
        SalesImportRejectionTable.import_id == uuid("import_id"),
        SalesImportRejectionTable.line > number("after"),
        SalesImportRejectionTable.line <= number("until"),
    )
    .order_by(SalesImportRejectionTable.line),
    RejectionRow,
)
_REJECTION: Final = SalesImportRejectionTable
# The sales that were rejected before any was recorded. Rows without an external ID count one by one, as lines of NDJSON
# do.
REJECTED_SALES: Final = Statement(
    select(
        case(
            (number("is_lines") == 1, func.count()),
            else_=func.count(_REJECTION.external_id.distinct()) + func.count().filter(_REJECTION.external_id.is_(None)),
        )
    ).where(_REJECTION.import_id == uuid("import_id"), _REJECTION.while_reading),
    scalar(int),
)
REJECTED_ROWS: Final = Statement(
    select(func.count())
    .select_from(SalesImportRejectionTable)
    .where(SalesImportRejectionTable.import_id == uuid("import_id")),
    scalar(int),
)
