"""Statements that begin a posting: one locks the ledgers of ECPs, and one reads what is behind the locks."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec import Struct
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from db.columns import named_columns
from db.points.posting_reads import EARNING_ECPS_SQL, AccountRow, EarningEcpRow, RankVersionRow, RevisionHeadRow
from db.points.reads import EARNERS_SQL, EarnerAtRow
from db.statement import Statement, moments, numbers, uuids
from domain.calendar import BEGINNING

RowT = TypeVar("RowT")


class LockedEcpRow(EarningEcpRow, frozen=True):
    """An ECP with its ledger, which is locked: the number of its last entry, and when it was posted; None without."""

    seq: int | None
    recorded_at: datetime | None


# Columns as a tuple of values.
Values = tuple[Any, ...]


class PostingStateRow(Struct, frozen=True):
    """What a posting begins with, as the values of the rows that the fields of `PostingState` have."""

    accounts: list[Values]
    heads: list[Values]
    ranks: list[Values]
    earners: list[Values]


class PostingState(Struct, frozen=True):
    """What a posting begins with: the accounts of ECPs, the revisions of schemes, the ranks of tiers, and earners."""

    accounts: Sequence[AccountRow]
    heads: Sequence[RevisionHeadRow]
    ranks: Sequence[RankVersionRow]
    earners: Sequence[EarnerAtRow]

    @classmethod
    def of(cls, row: PostingStateRow) -> "PostingState":
        """Build the rows."""
        return cls(
            accounts=_build(AccountRow, row.accounts),
            heads=_build(RevisionHeadRow, row.heads),
            ranks=_build(RankVersionRow, row.ranks),
            earners=_build(EarnerAtRow, row.earners),
        )


def _build(row: Callable[..., RowT], records: Sequence[Values]) -> list[RowT]:
    return [row(*record) for record in records]


def _names(row: type[Struct], table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in row.__struct_fields__)


# Ledgers are locked in the order in which all transactions lock them; none is, where an ECP has none yet.
_LOCK_ECPS: Final = f"""
WITH locked AS MATERIALIZED (
    SELECT ecp, seq, recorded_at FROM points_ledger
    WHERE ecp = ANY(ARRAY(SELECT number FROM ecp WHERE id = ANY(:ids))) AND NOT EXISTS (
        SELECT FROM ecp AS new LEFT JOIN points_ledger AS known ON known.ecp = new.number
        WHERE new.id = ANY(:ids) AND known.ecp IS NULL
    )
    ORDER BY ecp FOR UPDATE
)
SELECT earning.*, locked.seq, locked.recorded_at
FROM ({EARNING_ECPS_SQL}) AS earning LEFT JOIN locked ON locked.ecp = earning.number
"""  # noqa: S608 - of our names
LOCK_ECPS: Final = Statement(
    text(_LOCK_ECPS).bindparams(uuids("ids")).columns(*named_columns(LockedEcpRow)), LockedEcpRow
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
    ARRAY(SELECT ROW(earner.*) FROM ({EARNERS_SQL}) AS earner) AS earners
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
