"""Statements that count ECPs for the reach of rules: by place and tier, and by their activities."""

from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BigInteger, Integer, Text, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from db.catalog.tables import GeographyTable
from db.columns import columns, named_columns
from db.ecps.tables import EcpCountTable
from db.statement import Statement, uuids
from domain.ecps.facts import EcpStatus


class TotalRow(Struct, frozen=True):
    """How many active ECPs there are in one place with one tier."""

    geography_id: UUID
    tier_id: UUID | None
    count: int


class ActiveRow(Struct, frozen=True):
    """How many of them have met exactly these activity clauses; `met` has the numbers of the clauses, from 1."""

    geography_id: UUID
    tier_id: UUID | None
    met: list[int]
    count: int


class ParentRow(NamedTuple):
    """A geography and the one right above it."""

    id: UUID
    parent_id: UUID | None


PARENTS: Final = Statement(select(*columns(GeographyTable, ParentRow)), ParentRow)
TOTALS: Final = Statement(
    select(*columns(EcpCountTable, TotalRow, count=func.sum(EcpCountTable.count).cast(BigInteger)))
    .where(
        EcpCountTable.status == text(f"'{EcpStatus.ACTIVE.value}'"),
        EcpCountTable.count > 0,
        EcpCountTable.geography_id == any_(uuids("places")),
    )
    .group_by(EcpCountTable.geography_id, EcpCountTable.tier_id),
    TotalRow,
)

# An activity is met by the moments at which an ECP had done it so many times within so many days (NULL: ever). Those of
# the last twelve months are looked at, or of as many days as the clause looks back. What is asked for once needs no
# look at the moments before.
_MET: Final = """
WITH asked AS (
    SELECT * FROM unnest(:kinds, :times, :days) WITH ORDINALITY AS asked (kind, times, days, number)
),
done AS NOT MATERIALIZED (
    SELECT asked.number, asked.times, asked.days, ecp_id, occurred_at
    FROM asked JOIN ecp_activity ON ecp_activity.kind = asked.kind AND occurred_at <= :now
        AND (days IS NULL OR occurred_at > :now - make_interval(days => greatest(days, 365)))
),
met AS (
    SELECT number, ecp_id FROM done WHERE times = 1
    UNION ALL
    SELECT number, ecp_id FROM (
        SELECT number, days, ecp_id, occurred_at,
            lag(occurred_at, times - 1) OVER (PARTITION BY number, ecp_id ORDER BY occurred_at) AS first_at
        FROM done WHERE times > 1
    ) AS moments
    WHERE first_at IS NOT NULL AND (days IS NULL OR occurred_at - first_at <= make_interval(days => days))
)
SELECT geography_id, tier_id, met, count(*) AS count FROM (
    SELECT ecp.geography_id, ecp.tier_id, array_agg(DISTINCT met.number::int ORDER BY met.number::int) AS met
    FROM met JOIN ecp ON ecp.id = met.ecp_id
    WHERE ecp.status = 'ACTIVE' AND ecp.geography_id = ANY(:places)
    GROUP BY ecp.id
) AS alike
GROUP BY 1, 2, 3
"""


def _parameter(name: str, type_: Any) -> Any:
    return bindparam(name, type_=type_, required=True)


ACTIVE: Final = Statement(
    text(_MET)
    .bindparams(
        _parameter("kinds", ARRAY(Text())),
        _parameter("times", ARRAY(Integer())),
        _parameter("days", ARRAY(Integer())),
        _parameter("now", TIMESTAMP(timezone=True)),
        uuids("places"),
    )
    .columns(*named_columns(ActiveRow)),
    ActiveRow,
)
