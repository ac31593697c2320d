"""Statements that begin a posting: one locks ledgers of ECPs and limits of schemes, and one reads what is behind them.

A posting shares the limits of all schemes of its ECPs. One that finds a revision in force which the pools of a scheme
do not follow yet has the limits of that scheme alone, so that it counts everything that was granted before: each other
posting there has either committed, or waits and then sees the limits that this one leaves. Advisory locks queue, write
nothing, and make no row hot.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec import Struct
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.advisory_locks import AdvisoryLock
from db.columns import named_columns
from db.points.posting_reads import EARNING_ECPS_SQL, AccountRow, EarningEcpRow, RankVersionRow, RevisionHeadRow
from db.points.reads import EARNERS_SQL, EarnerAtRow
from db.statement import Statement, moment, moments, numbers, uuids
from domain.calendar import BEGINNING

RowT = TypeVar("RowT")


class LockedEcpRow(EarningEcpRow, frozen=True):
    """An ECP with its ledger, which is locked: the number of its last entry, and when it was posted; None without.

    `alone` are the schemes of all ECPs, by number, whose limits this transaction has alone.
    """

    seq: int | None
    recorded_at: datetime | None
    alone: list[int]


class FollowedRow(Struct, frozen=True):
    """The revision whose limits the pools of a scheme follow; both by number."""

    scheme: int
    revision: int


# Columns as a tuple of values.
Values = tuple[Any, ...]


class PostingStateRow(Struct, frozen=True):
    """What a posting begins with, as the values of the rows that the fields of `PostingState` have."""

    accounts: list[Values]
    heads: list[Values]
    ranks: list[Values]
    earners: list[Values]
    followed: list[Values]


class PostingState(Struct, frozen=True):
    """What a posting begins with: accounts, revisions of schemes, ranks of tiers, earners, and what pools follow."""

    accounts: Sequence[AccountRow]
    heads: Sequence[RevisionHeadRow]
    ranks: Sequence[RankVersionRow]
    earners: Sequence[EarnerAtRow]
    followed: Sequence[FollowedRow]

    @classmethod
    def of(cls, row: PostingStateRow) -> "PostingState":
        """Build the rows."""
        return cls(
            accounts=_build(AccountRow, row.accounts),
            heads=_build(RevisionHeadRow, row.heads),
            ranks=_build(RankVersionRow, row.ranks),
            earners=_build(EarnerAtRow, row.earners),
            followed=_build(FollowedRow, row.followed),
        )


def _build(row: Callable[..., RowT], records: Sequence[Values]) -> list[RowT]:
    return [row(*record) for record in records]


def _names(row: type[Struct], table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in row.__struct_fields__)


_LIMITS: Final = AdvisoryLock.LIMITS_OF_SCHEME.value
_LOCKED: Final = """
locked AS MATERIALIZED (
    SELECT ecp, seq, recorded_at FROM points_ledger
    WHERE ecp = ANY(ARRAY(SELECT number FROM ecp WHERE id = ANY(:ids))) AND NOT EXISTS (
        SELECT FROM ecp AS new LEFT JOIN points_ledger AS known ON known.ecp = new.number
        WHERE new.id = ANY(:ids) AND known.ecp IS NULL
    )
    ORDER BY ecp FOR UPDATE
)
"""
# Ledgers are locked in the order in which all transactions lock them; none is, where an ECP has none yet.
_LOCK_ECPS: Final = f"""
WITH {_LOCKED}
SELECT earning.*, locked.seq, locked.recorded_at, '{{}}'::integer[] AS alone
FROM ({EARNING_ECPS_SQL}) AS earning LEFT JOIN locked ON locked.ecp = earning.number
"""  # noqa: S608 - of our names
LOCK_ECPS: Final = Statement(
    text(_LOCK_ECPS).bindparams(uuids("ids")).columns(*named_columns(LockedEcpRow)), LockedEcpRow
)
# The same, and behind the ledgers the limits of all schemes of the ECPs, in their order; none, if no ledger is locked.
# A scheme is `behind` if a revision has taken effect at the moment `at` that its pools do not follow. What other
# transactions change while this one waits is seen by its next statement.
_LOCK_TO_POST: Final = f"""
WITH {_LOCKED}, earning AS MATERIALIZED ({EARNING_ECPS_SQL}), joined AS MATERIALIZED (
    SELECT scheme.number, EXISTS (
        SELECT FROM scheme_revision AS revision WHERE revision.scheme_id = scheme.id AND (
            coalesce(known.revision, 0) = 0
            OR revision.effective_at > known.effective_at AND revision.effective_at <= :at
        )
    ) AS behind
    FROM scheme LEFT JOIN points_scheme AS known ON known.scheme = scheme.number
    WHERE scheme.id = ANY(ARRAY(SELECT unnest(scheme_ids) FROM earning))
        AND (SELECT count(*) FROM locked) = (SELECT count(*) FROM earning)
    ORDER BY scheme.number
), turns AS MATERIALIZED (
    SELECT number, behind, CASE WHEN behind THEN pg_advisory_xact_lock({_LIMITS}, number) IS NOT NULL
        ELSE pg_advisory_xact_lock_shared({_LIMITS}, number) IS NOT NULL END AS taken
    FROM joined
)
SELECT earning.*, locked.seq, locked.recorded_at, ARRAY(SELECT number FROM turns WHERE behind AND taken) AS alone
FROM earning LEFT JOIN locked ON locked.ecp = earning.number
"""  # noqa: S608 - of our names
LOCK_TO_POST: Final = Statement(
    text(_LOCK_TO_POST).bindparams(uuids("ids"), moment("at")).columns(*named_columns(LockedEcpRow)), LockedEcpRow
)
_FOLLOWED: Final = f"""
SELECT {_names(FollowedRow, "points_scheme")} FROM points_scheme JOIN scheme ON scheme.number = points_scheme.scheme
WHERE scheme.id = ANY(:schemes)
"""  # noqa: S608 - of our names
FOLLOWED: Final = Statement(
    text(_FOLLOWED).bindparams(uuids("schemes")).columns(*named_columns(FollowedRow)), FollowedRow
)
# The first rank of a tier is valid from -infinity, which is no time of Python. Earners are those of the parameters
# `ecp_ids`, `scheme_ids`, and `moments`, in their order.
_POSTING_STATE: Final = f"""
SELECT
    ARRAY(SELECT ROW({_names(AccountRow, "points_account")}) FROM points_account WHERE ecp = ANY(:ecps)) AS accounts,
    ARRAY(
        SELECT ROW({_names(RevisionHeadRow, "scheme_revision")}) FROM scheme_revision WHERE scheme_id = ANY(:schemes)
    ) AS heads,
    ARRAY(
        SELECT ROW(tier_id, greatest(valid_from, :beginning), rank) FROM tier_version ORDER BY valid_from
    ) AS ranks,
    ARRAY(SELECT ROW(earner.*) FROM ({EARNERS_SQL}) AS earner) AS earners,
    ARRAY(
        SELECT ROW({_names(FollowedRow, "points_scheme")}) FROM points_scheme
        JOIN scheme ON scheme.number = points_scheme.scheme WHERE scheme.id = ANY(:schemes)
    ) AS followed
"""  # noqa: S608 - of our names
POSTING_STATE: Final = Statement(
    text(_POSTING_STATE)
    .bindparams(
        numbers("ecps"),
        uuids("schemes"),
        uuids("ecp_ids"),
        uuids("scheme_ids"),
        moments("moments"),
        bindparam("beginning", value=BEGINNING, type_=TIMESTAMP(timezone=True)),
    )
    .columns(*named_columns(PostingStateRow)),
    PostingStateRow,
)
