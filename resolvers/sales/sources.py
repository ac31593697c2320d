"""Sources of sales: the systems that report them. A source belongs to the accounts that may use it."""

from typing import Final
from uuid import UUID

from db.sales.recording_reads import ADD_SOURCE, SOURCE_BY_KEY, SourceRow
from db.sessions import Writing
from domain.failures import InvalidInput, Problem, UserErrorCode
from domain.text import quote, text_key
from resolvers.context import Operation

_PATH: Final = ("input", "source")


async def find_source(operation: Operation, session: Writing, source: str) -> str | None:
    """Find the name of a source that the viewer may use; None for one that nobody has used yet.

    Raises InvalidInput if it belongs to other accounts.
    """
    rows = await session.fetch(SOURCE_BY_KEY, key=text_key(source))
    return _require(rows[0], operation.viewer.account_id) if rows else None


async def own_source(operation: Operation, session: Writing, source: str) -> str:
    """Let a source that nobody has used belong to the viewer. Raises InvalidInput if somebody else was faster."""
    account_id = operation.viewer.account_id
    added = await session.fetch(
        ADD_SOURCE, key=text_key(source), name=source, account_id=account_id, created_at=operation.now
    )
    if added:
        return source
    (row,) = await session.fetch(SOURCE_BY_KEY, key=text_key(source))
    return _require(row, account_id)


def _require(row: SourceRow, account_id: UUID) -> str:
    if account_id in row.account_ids:
        return row.name
    message = (
        f"The source {quote(row.name)} belongs to another account. Ask an administrator to let this account use it: "
        "under another name, all sales of this system would be recorded again."
    )
    raise InvalidInput(Problem(UserErrorCode.DUPLICATE, message, _PATH))
