"""Statements that sort the staged sales of an import, and find those that cannot be recorded.

PostgreSQL knows nothing about the rows of an import that was staged just now, and may take them for a single one. So
each statement reads them once, with windows and without joins, and names the rows that it changes by their places.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from db.sessions import Writing
from db.statement import Change, number, string, uuid
from domain.sales.facts import LINES_LIMIT

# Rows of a sale that are not next to each other must agree, and rows of a sale are rejected together. Statements take a
# slice of the external ids at a time, so that none runs for long.
_MARK: Final = """
    UPDATE sales_import_row SET fault = :reason
    WHERE ctid = ANY(ARRAY(
        SELECT place FROM (
            SELECT ctid AS place, count(*) OVER sale AS rows, sum(line_count) OVER sale AS lines,
                min(ecp_key) OVER sale <> max(ecp_key) OVER sale OR min(sold_at) OVER sale <> max(sold_at) OVER sale
                OR min(returns) OVER sale <> max(returns) OVER sale
                OR count(returns) OVER sale NOT IN (0, count(*) OVER sale) AS is_different
            FROM sales_import_row
            WHERE import_id = :import_id AND mod(hashtext(external_id) & 2147483647, :slices) = :slice
            WINDOW sale AS (PARTITION BY external_id COLLATE "C", revision, updated_at, occurrence)
        ) AS found
        WHERE found.rows > 1 AND {}
    ))
"""
_OF_SLICE: Final = (uuid("import_id"), number("limit"), string("reason"), number("slices"), number("slice"))
MARK_DIFFERENT: Final = Change(
    text(_MARK.format("found.is_different AND found.lines <= :limit")).bindparams(*_OF_SLICE)
)
MARK_LONG: Final = Change(text(_MARK.format("found.lines > :limit")).bindparams(*_OF_SLICE))
MARK_INCOMPLETE: Final = Change(
    text(
        """
        UPDATE sales_import_row SET fault = :reason
        WHERE ctid = ANY(ARRAY(
            SELECT place FROM (
                SELECT place, bool_or(place IS NULL) OVER (PARTITION BY external_id COLLATE "C") AS is_incomplete
                FROM (
                    SELECT ctid AS place, external_id FROM sales_import_row
                    WHERE import_id = :import_id AND occurrence = 0 AND fault IS NULL
                    UNION ALL
                    SELECT NULL, external_id FROM sales_import_rejection
                    WHERE import_id = :import_id AND while_reading AND external_id IS NOT NULL
                ) AS named
            ) AS found
            WHERE found.is_incomplete AND found.place IS NOT NULL
        ))
        """
    ).bindparams(uuid("import_id"), string("reason"))
)
SORT: Final = Change(
    text(
        """
        INSERT INTO sales_import_sale (import_id, part, position, contents)
        SELECT :import_id, :part, row_number() OVER (
            ORDER BY ecp_key COLLATE "C", sold_at, external_id COLLATE "C", revision, updated_at, occurrence
        ), contents
        FROM (
            SELECT min(ecp_key) AS ecp_key, min(sold_at) AS sold_at, external_id, revision, updated_at, occurrence,
                array_agg(content ORDER BY line) AS contents
            FROM sales_import_row
            WHERE import_id = :import_id AND part = :part AND fault IS NULL
            GROUP BY external_id, revision, updated_at, occurrence
        ) AS sale
        """
    ).bindparams(uuid("import_id"), number("part"))
)


async def mark_different(session: Writing, import_id: UUID, piece: tuple[int, int], reasons: tuple[str, str]) -> None:
    """Mark sales whose rows contradict each other; `piece` is a slice of the sales, and how many slices there are.

    The reasons are those of rows that differ, and of sales that have too many lines.
    """
    for change, reason in zip((MARK_DIFFERENT, MARK_LONG), reasons, strict=True):
        given = {"slice": piece[0], "slices": piece[1], "limit": LINES_LIMIT, "reason": reason}
        await session.run(change, import_id=import_id, **given)


async def mark_incomplete(session: Writing, import_id: UUID, reason: str) -> None:
    """Mark sales of which another row was rejected."""
    await session.run(MARK_INCOMPLETE, import_id=import_id, reason=reason)


async def sort_part(session: Writing, import_id: UUID, part: int) -> int:
    """Put the sales of a part into the order of recording, and return how many there are."""
    return await session.run(SORT, import_id=import_id, part=part)
