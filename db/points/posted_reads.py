"""Statements that read one posting of an ECP: what a transaction recorded, which has a time of its own."""

from functools import cache

from sqlalchemy import column, text

from db.columns import named_columns
from db.points.entry_reads import ENTRY_LIST, SIGNED, integers, prefix_before
from db.points.entry_rows import PostedRow, SaleEntriesRow, SectionEntryRow
from db.points.statement_reads import section_entry_columns
from db.statement import Statement, moments, number, numbers, uuid, uuids
from domain.viewers import EcpScope


@cache
def posted_by_ecp(scope: EcpScope) -> Statement[PostedRow]:
    """What was recorded for each of the ECPs in `ecp_ids` at the time in the same place of `moments`: one posting.

    An ECP for which nothing was recorded then has no row.
    """
    seen = {EcpScope.ALL: "", EcpScope.OWN: " AND ecp.id = :viewer_ecp_id", EcpScope.NONE: " AND false"}[scope]
    sql = f"""
SELECT asked.place AS asked, ecp.number AS ecp, above.seq AS above, upto.seq AS upto, totals.points
FROM unnest(:ecp_ids, :moments) WITH ORDINALITY AS asked (ecp_id, at, place)
JOIN ecp ON ecp.id = asked.ecp_id{seen}
JOIN points_ledger AS ledger ON ledger.ecp = ecp.number
CROSS JOIN LATERAL {prefix_before("asked.at")} AS above
CROSS JOIN LATERAL {prefix_before("asked.at + interval '1 microsecond'")} AS upto
CROSS JOIN LATERAL (
    SELECT coalesce(sum({SIGNED}), 0)::bigint AS points FROM points_entry AS entry
    WHERE entry.ecp = ledger.ecp AND entry.seq > above.seq AND entry.seq <= upto.seq
) AS totals
WHERE upto.seq > above.seq
"""  # noqa: S608 - no text of others
    given = [uuids("ecp_ids"), moments("moments")]
    if scope is EcpScope.OWN:
        given.append(uuid("viewer_ecp_id"))
    return Statement(text(sql).bindparams(*given).columns(*named_columns(PostedRow)), PostedRow)


@cache
def entries_of_sales(scope: EcpScope, *, resumed: bool) -> Statement[SectionEntryRow]:
    """A page of the entries of sales, newest first; resumed, before `cursor_value`.

    Each sale is a place in the arrays: its ECP by number, its time, and its number. Valuations name their entries, in
    every scheme in which the ECP has an account. ECPs that the scope does not show have none.
    """
    seen = {EcpScope.ALL: "", EcpScope.OWN: " AND ecp.id = :viewer_ecp_id", EcpScope.NONE: " AND false"}[scope]
    before = " AND entry.seq < :cursor_value" if resumed else ""
    listed = ENTRY_LIST.replace(" AS ", " AS entry__")
    sql = f"""
SELECT asked.place AS asked, {listed}
FROM unnest(:ecps, :sold_ats, :sales) WITH ORDINALITY AS asked (ecp, sold_at, sale, place)
JOIN ecp ON ecp.number = asked.ecp{seen}
CROSS JOIN LATERAL (
    SELECT entry.* FROM points_account AS account
    JOIN valuation ON valuation.ecp = asked.ecp AND valuation.scheme = account.scheme
        AND valuation.sold_at = asked.sold_at AND valuation.sale = asked.sale
    JOIN points_entry AS entry ON entry.ecp = asked.ecp
        AND entry.seq >= valuation.seq AND entry.seq < valuation.seq + valuation.entries{before}
    WHERE account.ecp = asked.ecp
    ORDER BY entry.seq DESC LIMIT :limit
) AS entry
JOIN scheme ON scheme.number = entry.scheme
ORDER BY asked.place, entry.seq DESC
"""  # noqa: S608 - as above
    given = [integers("ecps"), moments("sold_ats"), numbers("sales"), number("limit")]
    if scope is EcpScope.OWN:
        given.append(uuid("viewer_ecp_id"))
    if resumed:
        given.append(number("cursor_value"))
    return Statement(text(sql).bindparams(*given).columns(*section_entry_columns()), SectionEntryRow)


@cache
def entry_counts_of_sales() -> Statement[SaleEntriesRow]:
    """How many entries sales have, given as above, with those that corrections and later sales caused."""
    sql = """
SELECT asked.place AS asked, sum(valuation.entries)::bigint AS entries
FROM unnest(:ecps, :sold_ats, :sales) WITH ORDINALITY AS asked (ecp, sold_at, sale, place)
JOIN points_account AS account ON account.ecp = asked.ecp
JOIN valuation ON valuation.ecp = asked.ecp AND valuation.scheme = account.scheme
    AND valuation.sold_at = asked.sold_at AND valuation.sale = asked.sale
GROUP BY asked.place
"""
    given = [integers("ecps"), moments("sold_ats"), numbers("sales")]
    return Statement(text(sql).bindparams(*given).columns(column("asked"), column("entries")), SaleEntriesRow)


@cache
def entries_in_ranges(*, resumed: bool) -> Statement[SectionEntryRow]:
    """A page of the entries of ranges of ledgers, newest first; resumed, before `cursor_value`.

    Each range is a place in the arrays: the ECP by number, and the numbers of entries that it lies between. The ranges
    were read for a viewer who may see them.
    """
    before = " AND entry.seq < :cursor_value" if resumed else ""
    listed = ENTRY_LIST.replace(" AS ", " AS entry__")
    sql = f"""
SELECT asked.place AS asked, {listed}
FROM unnest(:ecps, :aboves, :uptos) WITH ORDINALITY AS asked (ecp, above, upto, place)
CROSS JOIN LATERAL (
    SELECT entry.* FROM points_entry AS entry
    WHERE entry.ecp = asked.ecp AND entry.seq > asked.above AND entry.seq <= asked.upto{before}
    ORDER BY entry.seq DESC LIMIT :limit
) AS entry
JOIN ecp ON ecp.number = entry.ecp
JOIN scheme ON scheme.number = entry.scheme
ORDER BY asked.place, entry.seq DESC
"""  # noqa: S608 - as above
    given = [integers("ecps"), numbers("aboves"), numbers("uptos"), number("limit")]
    if resumed:
        given.append(number("cursor_value"))
    return Statement(text(sql).bindparams(*given).columns(*section_entry_columns()), SectionEntryRow)
