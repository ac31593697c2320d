"""Statements that read uploads and stored files, and that lock contents of the store."""

from typing import Final

from sqlalchemy import ARRAY, BigInteger, Integer, LargeBinary, any_, bindparam, func, literal, select
from sqlalchemy.sql.functions import coalesce

from db.accounts.tables import AccountTable
from db.advisory_locks import AdvisoryLock
from db.columns import columns, scalar
from db.files.rows import StoredFileRow, UploadRow, UploadTotalsRow
from db.files.tables import StoredFileTable, UploadTable
from db.statement import Statement, moment, number, uuid, uuids

_UPLOAD_COLUMNS: Final = columns(UploadTable, UploadRow)
_FILE_COLUMNS: Final = columns(StoredFileTable, StoredFileRow)
_SHA256: Final = bindparam("sha256", type_=LargeBinary(), required=True)
_SHA256S: Final = bindparam("sha256s", type_=ARRAY(LargeBinary()), required=True)

UPLOAD_BY_ID = Statement(select(*_UPLOAD_COLUMNS).where(UploadTable.id == uuid("id")), UploadRow)
UPLOADS_OF_ACCOUNT = Statement(
    select(*_UPLOAD_COLUMNS).where(UploadTable.id == any_(uuids("ids")), UploadTable.account_id == uuid("account_id")),
    UploadRow,
)
LOCK_UPLOAD = Statement(select(*_UPLOAD_COLUMNS).where(UploadTable.id == uuid("id")).with_for_update(), UploadRow)
FILES_BY_ID = Statement(select(*_FILE_COLUMNS).where(StoredFileTable.id == any_(uuids("ids"))), StoredFileRow)
# Uploads of one account begin one after the other, so that none passes a limit beside another.
LOCK_UPLOADER = Statement(
    select(AccountTable.id).where(AccountTable.id == uuid("account_id")).with_for_update(key_share=True), scalar(object)
)
UPLOAD_TOTALS = Statement(
    select(
        *columns(
            UploadTable,
            UploadTotalsRow,
            unfinished=func.count().filter(UploadTable.file_id.is_(None), UploadTable.expires_at > moment("now")),
            begun_bytes=coalesce(func.sum(UploadTable.byte_size), 0).cast(BigInteger),
        )
    ).where(UploadTable.account_id == uuid("account_id"), UploadTable.created_at > moment("since")),
    UploadTotalsRow,
)
# The ids of those of the parameter `ids` whose parts may still be needed: unfinished ones that have not expired.
RESUMABLE_UPLOADS = Statement(
    select(UploadTable.id).where(
        UploadTable.id == any_(uuids("ids")), UploadTable.file_id.is_(None), UploadTable.expires_at > moment("now")
    ),
    scalar(object),
)
# Uploads that nobody can use any more. Those that a transaction is using at the moment are left for later.
LOCK_EXPIRED_UPLOADS = Statement(
    select(*_UPLOAD_COLUMNS)
    .where(UploadTable.used_at.is_(None), UploadTable.expires_at <= moment("now"))
    .order_by(UploadTable.expires_at)
    .limit(number("size"))
    .with_for_update(skip_locked=True),
    UploadRow,
)
# Held by a transaction that adds a file with a content, and by one that deletes the content.
LOCK_CONTENT = Statement(
    select(
        func.pg_advisory_xact_lock(
            literal(AdvisoryLock.CONTENT_OF_FILES.value, Integer()), func.hashtext(func.encode(_SHA256, "hex"))
        )
    ),
    scalar(object),
)
NAMED_CONTENTS = Statement(
    select(StoredFileTable.sha256).where(StoredFileTable.sha256 == any_(_SHA256S)).distinct(), scalar(bytes)
)
