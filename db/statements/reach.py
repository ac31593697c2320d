"""Statements that count ECPs for the reach of rules: by place and tier, and by what they did."""

from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BigInteger, Integer, Text, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from db.models import EcpCountTable, GeographyTable
from db.statement import Statement, uuids
from domain.ecps import EcpStatus


class TotalRow(Struct, frozen=True):
    """How many active ECPs there are in one place with one tier."""

    geography_id: UUID
    tier_id: UUID | None
    count: int


class ActiveRow(Struct, frozen=True):
    """How many of them have met exactly these of the activities asked for; numbers count from 1."""

    geography_id: UUID
    tier_id: UUID | None
    met: list[int]
    count: int


def _pair(key: UUID, parent: UUID | None) -> tuple[UUID, UUID | None]:
    return key, parent


PARENTS: Final = Statement(select(GeographyTable.id, GeographyTable.parent_id), _pair)
TOTALS: Final = Statement(
    select(EcpCountTable.geography_id, EcpCountTable.tier_id, func.sum(EcpCountTable.count).cast(BigInteger))
    .where(
        EcpCountTable.status == text(f"'{EcpStatus.ACTIVE.value}'"),
        EcpCountTable.count > 0,
        EcpCountTable.geography_id == any_(uuids("places")),
    )
    .group_by(EcpCountTable.geography_id, EcpCountTable.tier_id),
    TotalRow,
)

# An activity is met by the moments at which an ECP had done it so many times within so many days (NULL: ever). Those of
# the last twelve months are looked at, or of as many days as the clause looks back.
_MET: Final = """
WITH asked AS (
    SELECT * FROM unnest(:kinds, :times, :days) WITH ORDINALITY AS asked (kind, times, days, number)
),
moments AS (
    SELECT asked.number, asked.days, done.ecp_id, done.occurred_at,
        lag(done.occurred_at, asked.times - 1)
            OVER (PARTITION BY asked.number, done.ecp_id ORDER BY done.occurred_at) AS first_at
    FROM asked
    JOIN ecp_activity AS done ON done.kind = asked.kind AND done.occurred_at <= :now
        AND (asked.days IS NULL OR done.occurred_at > :now - make_interval(days => greatest(asked.days, 365)))
),
met AS (
    SELECT ecp_id, array_agg(DISTINCT number::int ORDER BY number::int) AS numbers FROM moments
    WHERE first_at IS NOT NULL AND (days IS NULL OR occurred_at - first_at <= make_interval(days => days))
    GROUP BY ecp_id
)
SELECT ecp.geography_id, ecp.tier_id, met.numbers, count(*)
FROM met JOIN ecp ON ecp.id = met.ecp_id
WHERE ecp.status = 'ACTIVE' AND ecp.geography_id = ANY(:places)
GROUP BY 1, 2, 3
"""


def _parameter(name: str, type_: Any) -> Any:
    return bindparam(name, type_=type_, required=True)


ACTIVE: Final = Statement(
    text(_MET).bindparams(
        _parameter("kinds", ARRAY(Text())),
        _parameter("times", ARRAY(Integer())),
        _parameter("days", ARRAY(Integer())),
        _parameter("now", TIMESTAMP(timezone=True)),
        uuids("places"),
    ),
    ActiveRow,
)
