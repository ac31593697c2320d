"""Statements that count ECPs for the reach of rules: by place and tier, and by what they have done and sold."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BigInteger, Integer, Text, Uuid, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

from db.catalog.tables import GeographyTable
from db.columns import columns, named_columns
from db.ecps.tables import EcpCountTable
from db.statement import Statement, uuids
from domain.ecps.facts import EcpStatus
from domain.points.running_state import VALUE_SCALE
from domain.rules.model import VolumeMeasure, VolumePeriod


class TotalRow(Struct, frozen=True):
    """How many active ECPs there are in one place with one tier."""

    geography_id: UUID
    tier_id: UUID | None
    count: int


class ActiveRow(Struct, frozen=True):
    """How many of them have met exactly these clauses; `met` has the numbers of the clauses, from 1.

    In the row without a place, `count` has a bit for each volume that something compares with.
    """

    geography_id: UUID | None
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
_ACTIVITIES: Final = """
asked AS (
    SELECT * FROM unnest(:kinds, :times, :days) WITH ORDINALITY AS asked (kind, times, days, number)
),
done AS NOT MATERIALIZED (
    SELECT asked.number, asked.times, asked.days, ecp_id, occurred_at
    FROM asked JOIN ecp_activity ON ecp_activity.kind = asked.kind AND occurred_at <= :now
        AND (days IS NULL OR occurred_at > :now - make_interval(days => greatest(days, 365)))
)
"""
_MET_ACTIVITIES: Final = """
    SELECT number, ecp_id FROM done WHERE times = 1
    UNION ALL
    SELECT number, ecp_id FROM (
        SELECT number, days, ecp_id, occurred_at,
            lag(occurred_at, times - 1) OVER (PARTITION BY number, ecp_id ORDER BY occurred_at) AS first_at
        FROM done WHERE times > 1
    ) AS moments
    WHERE first_at IS NOT NULL AND (days IS NULL OR occurred_at - first_at <= make_interval(days => days))
"""
# What ECPs sold net of returns, and redeemed, in the last 12 months, with a bit for each volume that it counts in. The
# revision alone says which lines of a sale count: with more conditions, the plan expects hardly any row.
_SOLD: Final = """
    SELECT line.ecp, line.sold_at AS at, line.quantity AS units, member.mask & :sale_bits AS mask{value}
    FROM {sampled}sale_line AS line {of_sample}JOIN member USING (variant_id)
    JOIN sale_key AS named ON named.number = line.sale AND named.revision = line.revision AND named.returns IS NULL
    WHERE line.sold_at > :since AND line.sold_at <= :now
    UNION ALL
    SELECT line.ecp, line.sold_at, -line.quantity, member.mask & :sale_bits{returned}
    FROM {sampled}sale_return AS line {of_sample}JOIN member USING (variant_id)
    JOIN sale_key AS named ON named.number = line.returning_sale AND named.revision = line.returning_revision
    WHERE line.sold_at > :since AND line.sold_at <= :now
"""
_REDEEMED: Final = """
    SELECT line.ecp, redeemed_at AS at, 1 AS units, member.mask & :coupon_bits AS mask{nothing}
    FROM {sampled}redemption AS line {of_sample}JOIN member USING (variant_id)
    WHERE redeemed_at > :since AND redeemed_at <= :now
"""
# In ten thousandths, as prices have at most four decimals.
_VALUE: Final = f"""CASE WHEN line.currency = (SELECT currency FROM program)
    THEN line.quantity * (line.unit_price * {VALUE_SCALE})::bigint ELSE 0 END"""  # noqa: S608 - of our names
_MEMBERS: Final = """
member AS NOT MATERIALIZED (
    SELECT variant_id, mask FROM unnest(:member_variants, :masks) AS member (variant_id, mask)
)
"""
# The periods by which volumes are added up, before the largest one is compared. Their beginnings are moments of the
# program's calendar.
_PERIODS: Final = {
    VolumePeriod.MONTH: "width_bucket(at, CAST(:months AS timestamptz[]))",
    VolumePeriod.WEEK: "width_bucket(at, CAST(:weeks AS timestamptz[]))",
    VolumePeriod.SCHEME: "at > :scheme_since",
}


class CountedVolume(Struct, frozen=True):
    """What of a volume is part of the statement: the period, and what is added up."""

    period: VolumePeriod
    measure: VolumeMeasure

    @property
    def is_value(self) -> bool:
        """Whether the value is added up, and not units."""
        return self.measure is VolumeMeasure.VALUE


def _reached(period: VolumePeriod, volumes: Sequence[CountedVolume]) -> str:
    """The volumes of one kind of period that ECPs reached, each at its place in the parameters."""
    mine = [(place, one) for place, one in enumerate(volumes) if one.period is period]
    within = " AND period" if period is VolumePeriod.SCHEME else ""
    sums = ", ".join(
        f"sum({'value' if one.is_value else 'units'}) FILTER (WHERE mask & {1 << place} <> 0{within}) AS v{place}"
        for place, one in mine
    )
    asked = {
        place: f"(CAST(:amounts AS bigint[]))[{place + 1}]{f' * {VALUE_SCALE}' if one.is_value else ''}"
        for place, one in mine
    }
    met = ", ".join(f"max(v{place}) >= {asked[place]} AS m{place}" for place, _ in mine)
    grouped = "ecp" if period is VolumePeriod.SCHEME else "ecp, period"
    pairs = ", ".join(f"(:first + {place}, m{place})" for place, _ in mine)
    return f"""
    SELECT test.number, ecp FROM (
        SELECT ecp, {met} FROM (
            SELECT ecp, {sums} FROM (SELECT *, {_PERIODS[period]} AS period FROM sold) AS cut GROUP BY {grouped}
        ) AS summed GROUP BY ecp
    ) AS rated CROSS JOIN LATERAL (VALUES {pairs}) AS test (number, is_met) WHERE test.is_met
"""  # noqa: S608 - of our names


# Every so many of the active ECPs, each with its place and tier. Few of them, so their sales are read by index.
_SAMPLED: Final = """
sampled AS MATERIALIZED (
    SELECT ecp.id, ecp.number, ecp.geography_id, ecp.tier_id
    FROM generate_series(0, (SELECT max(number) FROM ecp), :every) AS drawn (number) JOIN ecp USING (number)
    WHERE ecp.status = 'ACTIVE' AND ecp.geography_id = ANY(:places)
)
"""
_MET_VOLUMES: Final = "SELECT reached.number, ecp.id AS ecp_id FROM reached JOIN ecp ON ecp.number = reached.ecp"
# The bits of the volumes that something compares with, in a row of no place.
_COMPARED: Final = """
UNION ALL
SELECT NULL, NULL, ARRAY[]::int[], coalesce(bit_or(mask), 0) FROM sold
"""
_CELLS: Final = """
SELECT geography_id, tier_id, met, count(*) AS count FROM (
    SELECT ecp.geography_id, ecp.tier_id, array_agg(DISTINCT met.number::int ORDER BY met.number::int) AS met
    FROM met JOIN ecp ON ecp.id = met.ecp_id
    WHERE ecp.status = 'ACTIVE' AND ecp.geography_id = ANY(:places)
    GROUP BY ecp.id
) AS alike
GROUP BY 1, 2, 3
"""


_CELLS_OF_SAMPLE: Final = """
SELECT geography_id, tier_id, met, count(*) AS count FROM (
    SELECT sampled.geography_id, sampled.tier_id, coalesce(
        array_agg(DISTINCT met.number::int ORDER BY met.number::int) FILTER (WHERE met.number IS NOT NULL),
        ARRAY[]::int[]
    ) AS met
    FROM sampled LEFT JOIN met ON met.ecp_id = sampled.id
    GROUP BY sampled.id, sampled.geography_id, sampled.tier_id
) AS alike
GROUP BY 1, 2, 3
"""


def _parameter(name: str, type_: Any) -> Any:
    return bindparam(name, type_=type_, required=True)


_OF_ACTIVITIES: Final = (
    _parameter("kinds", ARRAY(Text())),
    _parameter("times", ARRAY(Integer())),
    _parameter("days", ARRAY(Integer())),
)
_OF_VOLUMES: Final = (
    _parameter("first", Integer()),
    _parameter("amounts", ARRAY(BigInteger())),
    _parameter("member_variants", ARRAY(Uuid())),
    _parameter("masks", ARRAY(BigInteger())),
    _parameter("since", TIMESTAMP(timezone=True)),
)
_OF_PERIODS: Final = {
    VolumePeriod.MONTH: _parameter("months", ARRAY(TIMESTAMP(timezone=True))),
    VolumePeriod.WEEK: _parameter("weeks", ARRAY(TIMESTAMP(timezone=True))),
    VolumePeriod.SCHEME: _parameter("scheme_since", TIMESTAMP(timezone=True)),
}


class StoredRow(NamedTuple):
    """About how many lines of sales and redeemed coupons are stored, and how many ECPs registered."""

    lines: int
    ecps: int


# By the statistics, or by the size where more was added since: a line takes about 110 bytes.
STORED: Final = Statement(
    text("""
SELECT sum(greatest(reltuples, pg_relation_size(oid) / 128))::bigint AS lines,
    coalesce((SELECT max(number) FROM ecp), 0) AS ecps
FROM pg_class WHERE oid IN ('sale_line'::regclass, 'redemption'::regclass)
""").columns(*named_columns(StoredRow)),
    StoredRow,
)


class Counted(Struct, frozen=True):
    """What cells are counted by: activities, and volumes; at least one of them. `sampled` counts every so many ECPs."""

    activities: bool = False
    volumes: tuple[CountedVolume, ...] = ()
    sampled: bool = False

    @property
    def sales(self) -> bool:
        """Whether any volume is about sales."""
        return any(one.measure is not VolumeMeasure.COUPONS for one in self.volumes)

    @property
    def coupons(self) -> bool:
        """Whether any volume is about redeemed coupons."""
        return any(one.measure is VolumeMeasure.COUPONS for one in self.volumes)

    @property
    def periods(self) -> Sequence[VolumePeriod]:
        """The periods of the volumes, each once."""
        return list(dict.fromkeys(one.period for one in self.volumes))


# Rules of people have few volumes, so few statements are in use.
@lru_cache(maxsize=256)
def active_cells(counted: Counted) -> Statement[ActiveRow]:
    """Count the active ECPs who met clauses about activities and volumes, by those that they met.

    A sample counts those who met none, too.
    """
    tables, met, parameters = [], [], [uuids("places"), _parameter("now", TIMESTAMP(timezone=True))]
    if counted.sampled:
        tables.append(_SAMPLED)
        parameters.append(_parameter("every", Integer()))
    if counted.activities:
        tables.append(_ACTIVITIES)
        met.append(_MET_ACTIVITIES)
        parameters += _OF_ACTIVITIES
    if counted.volumes:
        tables += _volume_tables(counted)
        met.append(_MET_VOLUMES)
        parameters += [*_OF_VOLUMES, *(_OF_PERIODS[period] for period in counted.periods)]
        parameters += [_parameter("sale_bits", BigInteger())] if counted.sales else []
        parameters += [_parameter("coupon_bits", BigInteger())] if counted.coupons else []
    named = [*tables, f"met AS ({' UNION ALL '.join(met)})"]
    cells = _CELLS_OF_SAMPLE if counted.sampled else _CELLS
    sql = f"WITH {', '.join(named)} {cells}{_COMPARED if counted.volumes else ''}"
    return Statement(text(sql).bindparams(*parameters).columns(*named_columns(ActiveRow)), ActiveRow)


def _volume_tables(counted: Counted) -> list[str]:
    """What was sold, with the value where it is added up, and the volumes that were reached."""
    has_value = any(one.is_value for one in counted.volumes)
    extra = {"value": f", {_VALUE} AS value", "returned": f", -{_VALUE}", "nothing": ", 0::bigint AS value"}
    columns = extra if has_value else dict.fromkeys(extra, "")
    columns["sampled"] = "sampled JOIN " if counted.sampled else ""
    columns["of_sample"] = "ON line.ecp = sampled.number " if counted.sampled else ""
    sources = [
        sql.format(**columns) for sql, wanted in ((_SOLD, counted.sales), (_REDEEMED, counted.coupons)) if wanted
    ]
    reached = " UNION ALL ".join(_reached(period, counted.volumes) for period in counted.periods)
    return [_MEMBERS, f"sold AS MATERIALIZED ({' UNION ALL '.join(sources)})", f"reached AS ({reached})"]
