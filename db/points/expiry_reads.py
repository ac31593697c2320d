"""Statements of the expiry of points: which ECPs have points that expire, how many, and the days of schemes.

The points of an ECP in a scheme are lots, one for each entry that added some, less what was taken back of it. What was
paid, is being paid, was deducted, or expired comes off the oldest ones.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BindParameter, Integer, Text, Uuid, any_, bindparam, column, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from db.accounts.tables import AccountTable
from db.columns import columns, named_columns, scalar
from db.ecps.tables import EcpTable
from db.points.entry_reads import integers
from db.points.tables import PointsAccountTable
from db.schemes.tables import SchemeTable
from db.sessions import Writing
from db.statement import Change, Statement, moment, moments, number, uuid, uuids
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.settlements.facts import OPEN


class ExpiringSchemeRow(Struct, frozen=True):
    """A scheme whose points expire, with the days by the revision in force."""

    id: UUID
    number: int
    title: str
    days: int


class ExpiryRow(Struct, frozen=True):
    """What expires of an ECP in a scheme, and what is announced.

    `expired` are the points that expire now, `unannounced` those of them that were not announced, and `expiring` those
    that are announced now. `first_at` and `last_at` are when their first and last ones were recorded. `oldest_at` is
    the time of the oldest points that stay, and `announced_until` that of the first ones that are not announced; None
    if there are none.
    """

    ecp: int
    expired: int
    unannounced: int
    expiring: int
    first_at: datetime | None
    last_at: datetime | None
    oldest_at: datetime | None
    announced_until: datetime | None


class NotifiedEcpRow(Struct, frozen=True):
    """An ECP with an account that can sign in."""

    number: int
    id: UUID
    code: str
    account_id: UUID


class ExpiryDaysRow(Struct, frozen=True):
    """After how many days points expired in a scheme at a time; None if they did not."""

    scheme: int
    at: datetime
    days: int | None


class SchemeDaysRow(NamedTuple):
    """After how many days points expire in a scheme."""

    id: UUID
    days: int


class ExpiringDayRow(Struct, frozen=True):
    """Points of an ECP in a scheme that were recorded on one day and are left."""

    asked: int
    recorded_on: date
    points: int


def integer(name: str) -> BindParameter[Any]:
    """A parameter that takes a whole number of 32 bits."""
    return bindparam(name, type_=Integer(), required=True)


_DAYS: Final = "(revision.content -> 'basics' ->> 'points_expire_after_days')::int"
_IN_FORCE: Final = """(
    SELECT content FROM scheme_revision WHERE scheme_id = scheme.id AND effective_at <= {at}
    ORDER BY effective_at DESC LIMIT 1
)"""
# Approved schemes whose points expire by the revision in force at a time.
EXPIRING_SCHEMES: Final = Statement(
    text(f"""
SELECT scheme.id, scheme.number, scheme.title, {_DAYS} AS days
FROM scheme JOIN LATERAL {_IN_FORCE.format(at=":at")} AS revision ON true
WHERE scheme.approved_at IS NOT NULL AND scheme.revises IS NULL AND {_DAYS} IS NOT NULL
ORDER BY scheme.number
""")  # noqa: S608 - of our names
    .bindparams(moment("at"))
    .columns(*named_columns(ExpiringSchemeRow)),
    ExpiringSchemeRow,
)
# The days of each scheme in `schemes` at the time of the same place in `moments`.
EXPIRY_DAYS: Final = Statement(
    text(f"""
SELECT asked.scheme, asked.at, {_DAYS} AS days
FROM unnest(:schemes, :moments) AS asked (scheme, at)
JOIN scheme ON scheme.number = asked.scheme
JOIN LATERAL {_IN_FORCE.format(at="asked.at")} AS revision ON true
""")  # noqa: S608 - as above
    .bindparams(integers("schemes"), moments("moments"))
    .columns(*named_columns(ExpiryDaysRow)),
    ExpiryDaysRow,
)
# Those of the schemes in `ids` whose points expire, by the revision in force at a time.
EXPIRY_DAYS_OF_SCHEMES: Final = Statement(
    text(f"""
SELECT scheme.id, {_DAYS} AS days
FROM scheme JOIN LATERAL {_IN_FORCE.format(at=":at")} AS revision ON true
WHERE scheme.id = ANY (:ids) AND {_DAYS} IS NOT NULL
""")  # noqa: S608 - as above
    .bindparams(uuids("ids"), moment("at"))
    .columns(*named_columns(SchemeDaysRow)),
    SchemeDaysRow,
)
# A settlement of a scheme begins behind a lock of the row that excludes this one.
SHARE_SCHEME: Final = Statement(
    text("SELECT id FROM scheme WHERE id = :id FOR SHARE").bindparams(uuid("id")).columns(SchemeTable.id), scalar(UUID)
)
# As text, because settlements stand on points.
OPEN_SETTLEMENT: Final = Statement(
    text("SELECT id FROM settlement WHERE scheme_id = :scheme_id AND status = ANY (:statuses)")
    .bindparams(uuid("scheme_id"), bindparam("statuses", [one.value for one in OPEN], type_=ARRAY(Text())))
    .columns(column("id", Uuid())),
    scalar(UUID),
)
# The next ECPs whose points may expire or be announced: of whom nothing is known, or whose oldest points are due.
DUE_ECPS: Final = Statement(
    text("""
SELECT ecp FROM points_account
WHERE scheme = :scheme AND ecp > :after AND available > 0
    AND (expires_next IS NULL OR expires_next < :cutoff OR announced_until < :warned AND EXISTS (
        SELECT FROM points_ledger WHERE points_ledger.ecp = points_account.ecp AND recorded_at >= announced_until
    ))
ORDER BY ecp LIMIT :limit
""")
    .bindparams(integer("scheme"), integer("after"), moment("cutoff"), moment("warned"), number("limit"))
    .columns(PointsAccountTable.ecp),
    scalar(int),
)
# The lots of accounts with what is left of each. A payout that failed is in the available points again, so it was not
# used. Earlier lots are used first.
_LOTS: Final = f"""
account AS (
    SELECT ecp, scheme, settling + paid + expired AS used, announced_until FROM points_account
    WHERE {{accounts}} AND available > 0
), back AS (
    SELECT entry.ecp, entry.reverses, sum(entry.points) AS points
    FROM account JOIN points_entry AS entry ON entry.ecp = account.ecp AND entry.scheme = account.scheme
    WHERE entry.reverses IS NOT NULL GROUP BY 1, 2
), deducted AS (
    SELECT entry.ecp, entry.scheme, sum(entry.points) AS points
    FROM account JOIN points_entry AS entry ON entry.ecp = account.ecp AND entry.scheme = account.scheme
    WHERE entry.kind = {PointsEntryKind.ADJUSTMENT:d} AND entry.debit = {LedgerAccount.AVAILABLE:d} GROUP BY 1, 2
), added AS (
    SELECT entry.ecp, entry.scheme, entry.seq, entry.recorded_at, account.announced_until,
        entry.points - coalesce(back.points, 0) AS points, account.used + coalesce(deducted.points, 0) AS used
    FROM account
    JOIN points_entry AS entry ON entry.ecp = account.ecp AND entry.scheme = account.scheme
    LEFT JOIN back ON back.ecp = entry.ecp AND back.reverses = entry.seq
    LEFT JOIN deducted ON deducted.ecp = account.ecp AND deducted.scheme = account.scheme
    WHERE entry.credit = {LedgerAccount.AVAILABLE:d}
        AND entry.kind IN ({PointsEntryKind.BASE:d}, {PointsEntryKind.BONUS:d}, {PointsEntryKind.ADJUSTMENT:d})
), lot AS (
    SELECT ecp, scheme, seq, recorded_at, announced_until, greatest(0, least(
        points, sum(points) OVER (PARTITION BY ecp, scheme ORDER BY seq) - used
    )) AS rest
    FROM added
)
"""  # noqa: S608 - of our names
# Of ECPs whose ledgers are locked. Points are announced together once the first of them is due.
_EXPIRY: Final = f"""
WITH {_LOTS.format(accounts="scheme = :scheme AND ecp = ANY (:ecps)")}, rated AS (
    SELECT *, recorded_at < :cutoff AS is_over, announced_until IS NULL OR recorded_at >= announced_until AS is_new
    FROM lot WHERE rest > 0
), due AS (
    SELECT ecp, min(recorded_at) < :warned AS is_due FROM rated WHERE is_new AND NOT is_over GROUP BY ecp
)
SELECT rated.ecp,
    coalesce(sum(rest) FILTER (WHERE is_over), 0)::bigint AS expired,
    coalesce(sum(rest) FILTER (WHERE is_over AND is_new), 0)::bigint AS unannounced,
    coalesce(sum(rest) FILTER (WHERE is_due AND is_new AND NOT is_over AND recorded_at < :announced), 0)::bigint
        AS expiring,
    min(recorded_at) FILTER (WHERE is_due AND is_new AND NOT is_over AND recorded_at < :announced) AS first_at,
    max(recorded_at) FILTER (WHERE is_due AND is_new AND NOT is_over AND recorded_at < :announced) AS last_at,
    min(recorded_at) FILTER (WHERE NOT is_over) AS oldest_at,
    CASE WHEN is_due THEN :announced ELSE min(recorded_at) FILTER (WHERE is_new AND NOT is_over) END AS announced_until
FROM rated LEFT JOIN due ON due.ecp = rated.ecp
GROUP BY rated.ecp, is_due ORDER BY rated.ecp
"""  # noqa: S608 - of our names
EXPIRY: Final = Statement(
    text(_EXPIRY)
    .bindparams(
        integer("scheme"),
        integers("ecps"),
        moment("cutoff"),
        moment("warned"),
        moment("announced"),
    )
    .columns(*named_columns(ExpiryRow)),
    ExpiryRow,
)
# ECPs with accounts that can sign in, of the numbers in `ecps`.
NOTIFIED_ECPS: Final = Statement(
    select(*columns(EcpTable, NotifiedEcpRow, account_id=AccountTable.id))
    .join(AccountTable, AccountTable.id == EcpTable.account_id)
    .where(EcpTable.number == any_(integers("ecps")), AccountTable.disabled_at.is_(None))
    .order_by(EcpTable.number),
    NotifiedEcpRow,
)
# What is recorded next is later than the last entry, so nothing before that is unknown.
_SET_EXPIRY: Final = Change(
    text("""
UPDATE points_account SET expires_next = coalesce(given.oldest_at, ledger.ends_at),
    announced_until = least(coalesce(given.announced_until, ledger.ends_at), ledger.ends_at)
FROM unnest(:ecps, :oldest, :announced) AS given (ecp, oldest_at, announced_until)
JOIN (SELECT ecp, recorded_at + interval '1 microsecond' AS ends_at FROM points_ledger) AS ledger USING (ecp)
WHERE points_account.scheme = :scheme AND points_account.ecp = given.ecp
""").bindparams(integer("scheme"), integers("ecps"), moments("oldest"), moments("announced"))
)
# What is left by day, of the account of the ECP and the scheme at each place, recorded before the moment there.
EXPIRING_DAYS: Final = Statement(
    text(f"""
WITH asked AS (
    SELECT ecp.number AS ecp, scheme.number AS scheme, given.until, given.asked
    FROM unnest(:ecp_ids, :scheme_ids, :untils) WITH ORDINALITY AS given (ecp_id, scheme_id, until, asked)
    JOIN ecp ON ecp.id = given.ecp_id JOIN scheme ON scheme.id = given.scheme_id
), {_LOTS.format(accounts="(ecp, scheme) IN (SELECT ecp, scheme FROM asked)")}
SELECT asked.asked::int, (lot.recorded_at AT TIME ZONE (SELECT time_zone FROM program))::date AS recorded_on,
    sum(lot.rest)::bigint AS points
FROM asked JOIN lot ON lot.ecp = asked.ecp AND lot.scheme = asked.scheme
WHERE lot.rest > 0 AND lot.recorded_at < asked.until
GROUP BY 1, 2 ORDER BY 1, 2
""")  # noqa: S608 - of our names
    .bindparams(uuids("ecp_ids"), uuids("scheme_ids"), moments("untils"))
    .columns(*named_columns(ExpiringDayRow)),
    ExpiringDayRow,
)


async def set_expiry(session: Writing, scheme: int, rows: Sequence[ExpiryRow]) -> None:
    """Note when points of these ECPs expire next, and which are announced."""
    await session.run(
        _SET_EXPIRY,
        scheme=scheme,
        ecps=[row.ecp for row in rows],
        oldest=[row.oldest_at for row in rows],
        announced=[row.announced_until for row in rows],
    )
