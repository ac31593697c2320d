"""Statements that read the statement of a month: what was recorded in it, added up by section, and the entries."""

from functools import cache
from typing import Any, Final

from sqlalchemy import column, text

from db.columns import named_columns
from db.points.entry_reads import ENTRY_LIST, ENTRY_NAMES, SIGNED, integers, prefix_before
from db.points.entry_rows import SectionEntryRow, StatementRow
from db.statement import Statement, moment, moments, number, numbers, uuid, uuids
from domain.points.entry_facts import StatementSectionKind
from domain.points.ledger import PointsEntryKind
from domain.viewers import EcpScope

_SECTIONS: Final = {
    PointsEntryKind.BASE: StatementSectionKind.EARNED,
    PointsEntryKind.BONUS: StatementSectionKind.EARNED,
    PointsEntryKind.REVERSAL: StatementSectionKind.REVERSED,
    PointsEntryKind.ADJUSTMENT: StatementSectionKind.ADJUSTED,
    PointsEntryKind.SETTLEMENT: StatementSectionKind.SETTLED,
    PointsEntryKind.EXPIRY: StatementSectionKind.EXPIRED,
}
_OF_KIND: Final = " ".join(f"WHEN {kind:d} THEN {section:d}" for kind, section in _SECTIONS.items())


def _section(opens: str) -> str:
    """The section of an entry in SQL: what an earlier month would have held has a section of its own."""
    earlier = f"WHEN entry.effective_at < {opens} THEN {StatementSectionKind.EARLIER_MONTHS:d}"
    return f"CASE {earlier} ELSE CASE entry.kind {_OF_KIND} END END"


_POINTS: Final = ", ".join(
    f"coalesce(sum(found.signed) FILTER (WHERE found.section = {section:d}), 0)::bigint"
    for section in StatementSectionKind
)
_COUNTS: Final = ", ".join(f"count(*) FILTER (WHERE found.section = {section:d})" for section in StatementSectionKind)


@cache
def statements_by_ecp(scope: EcpScope) -> Statement[StatementRow]:
    """The statement of the scheme `scheme_id` for each of the ECPs in `ids`: recorded from `opens` to before `closes`.

    An ECP without a ledger has no row.
    """
    seen = {EcpScope.ALL: "", EcpScope.OWN: " AND ecp.id = :viewer_ecp_id", EcpScope.NONE: " AND false"}[scope]
    sql = f"""
SELECT ecp.id AS ecp_id, ecp.number AS ecp, scheme.number AS scheme, above.seq AS above, upto.seq AS upto,
    coalesce(opening.balance_after, 0) AS opening, totals.points, totals.counts
FROM ecp
JOIN points_ledger AS ledger ON ledger.ecp = ecp.number
JOIN scheme ON scheme.id = :scheme_id
CROSS JOIN LATERAL {prefix_before(":opens")} AS above
CROSS JOIN LATERAL {prefix_before(":closes")} AS upto
LEFT JOIN LATERAL (
    SELECT entry.balance_after FROM points_entry AS entry
    WHERE entry.ecp = ledger.ecp AND entry.scheme = scheme.number AND entry.seq <= least(above.seq, upto.seq)
    ORDER BY entry.seq DESC LIMIT 1
) AS opening ON true
CROSS JOIN LATERAL (
    SELECT ARRAY[{_POINTS}] AS points, ARRAY[{_COUNTS}] AS counts
    FROM (
        SELECT {SIGNED} AS signed, {_section(":opens")} AS section FROM points_entry AS entry
        WHERE entry.ecp = ledger.ecp AND entry.scheme = scheme.number
            AND entry.seq > above.seq AND entry.seq <= upto.seq
    ) AS found
) AS totals
WHERE ecp.id = ANY (:ids){seen}
"""  # noqa: S608 - no text of others
    given = [uuids("ids"), uuid("scheme_id"), moment("opens"), moment("closes")]
    if scope is EcpScope.OWN:
        given.append(uuid("viewer_ecp_id"))
    return Statement(text(sql).bindparams(*given).columns(*named_columns(StatementRow)), StatementRow)


@cache
def entries_by_section(*, resumed: bool) -> Statement[SectionEntryRow]:
    """A page of the entries of sections, newest first; resumed, before `cursor_value`.

    Each section is a place in the arrays of parameters: the ECP and scheme by number, the bounds of the statement in
    the ledger, when its month opens, and the kind of section. The statement was read for a viewer who may see it.
    """
    before = " AND entry.seq < :cursor_value" if resumed else ""
    listed = ENTRY_LIST.replace(" AS ", " AS entry__")
    sql = f"""
SELECT asked.place AS asked, {listed}
FROM unnest(:ecps, :schemes, :aboves, :uptos, :opens, :sections) WITH ORDINALITY
    AS asked (ecp, scheme, above, upto, opens, section, place)
CROSS JOIN LATERAL (
    SELECT entry.* FROM points_entry AS entry
    WHERE entry.ecp = asked.ecp AND entry.scheme = asked.scheme AND entry.seq > asked.above
        AND entry.seq <= asked.upto{before} AND {_section("asked.opens")} = asked.section
    ORDER BY entry.seq DESC LIMIT :limit
) AS entry
JOIN ecp ON ecp.number = entry.ecp
JOIN scheme ON scheme.number = entry.scheme
ORDER BY asked.place, entry.seq DESC
"""  # noqa: S608 - as above
    given = [integers("ecps"), integers("schemes"), numbers("aboves"), numbers("uptos"), moments("opens")]
    given += [integers("sections"), number("limit")]
    if resumed:
        given.append(number("cursor_value"))
    return Statement(text(sql).bindparams(*given).columns(*section_entry_columns()), SectionEntryRow)


def section_entry_columns() -> list[Any]:
    """The columns of an entry with the place of what it was asked for."""
    return [column("asked"), *(column(f"entry__{name}") for name in ENTRY_NAMES)]
