"""Changes to settlements: one statement freezes the lines, and one each decides, carries over, and counts reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import Integer, Numeric, bindparam, insert, text, update

from db.sessions import Writing
from db.settlements.rows import NewSettlement, ReportCounts, SettlementStandingRow
from db.settlements.tables import SettlementTable
from db.statement import Change, moment, number, texts, uuid, uuids
from db.timeouts import ALLOW_FIVE_MINUTES
from domain.settlements.facts import SettlementStatus

# One statement sees the accounts, the ends of their ledgers, and the ECPs as of one moment. An amount is rounded half
# up to the smallest unit of the currency.
_FREEZE: Final = Change(
    text("""
WITH known AS (
    SELECT account.ecp, account.available, account.revalue_from, ledger.seq, ecp.status,
        round(account.available * CAST(:point_value AS numeric), CAST(:digits AS integer)) AS amount
    FROM points_account AS account
    JOIN points_ledger AS ledger ON ledger.ecp = account.ecp
    JOIN ecp ON ecp.number = account.ecp
    WHERE account.scheme = :scheme AND account.available <> 0
), explained AS (
    SELECT known.*, CASE
        WHEN available < 0 THEN 'NEGATIVE'
        WHEN revalue_from IS NOT NULL THEN 'AWAITING_VALUATION'
        WHEN status = 'CLOSED' THEN 'CLOSED'
        WHEN status <> 'ACTIVE' THEN 'SUSPENDED'
        WHEN available < :minimum THEN 'BELOW_MINIMUM'
        WHEN amount = 0 THEN 'WITHOUT_AMOUNT'
    END AS reason
    FROM known
), frozen AS (
    INSERT INTO settlement_line (id, settlement_id, ecp, points, carried_over, carry_reason, amount, status, known_seq,
        known_at)
    SELECT gen_random_uuid(), :settlement_id, ecp, CASE WHEN reason IS NULL THEN available ELSE 0 END,
        CASE WHEN reason IS NULL THEN 0 ELSE available END, reason, CASE WHEN reason IS NULL THEN amount END,
        CASE WHEN reason IS NULL THEN 'PENDING' ELSE 'CARRIED_OVER' END, seq, :at
    FROM explained ORDER BY ecp
    RETURNING points, carried_over, amount, status
)
UPDATE settlement SET status = 'PROPOSED', as_known_at = :at, lines = total.lines,
    payable_lines = total.payable_lines, points = total.points, carried_over = total.carried_over,
    amount = CASE WHEN point_value IS NOT NULL THEN total.amount END
FROM (
    SELECT count(*) AS lines, count(*) FILTER (WHERE status = 'PENDING') AS payable_lines,
        coalesce(sum(points), 0) AS points, coalesce(sum(carried_over), 0) AS carried_over,
        coalesce(sum(amount), 0) AS amount
    FROM frozen
) AS total
WHERE settlement.id = :settlement_id
""").bindparams(
        uuid("settlement_id"),
        number("scheme"),
        bindparam("point_value", type_=Numeric(), required=True),
        bindparam("digits", type_=Integer(), required=True),
        number("minimum"),
        moment("at"),
    )
)
# Lines whose ECPs are no longer active when their points would be posted; the reasons are given in the order of ids.
_CARRY_OVER: Final = Change(
    text("""
WITH given AS (
    SELECT line.id, line.settlement_id, line.points, line.amount, given.reason
    FROM unnest(:ids, :reasons) AS given (id, reason) JOIN settlement_line AS line ON line.id = given.id
), carried AS (
    UPDATE settlement_line AS line SET status = 'CARRIED_OVER', carry_reason = given.reason, points = 0,
        carried_over = given.points, amount = NULL
    FROM given WHERE line.id = given.id
)
UPDATE settlement SET payable_lines = payable_lines - total.lines, points = settlement.points - total.points,
    carried_over = carried_over + total.points, amount = settlement.amount - total.amount
FROM (
    SELECT settlement_id, count(*) AS lines, sum(points) AS points, coalesce(sum(amount), 0) AS amount
    FROM given GROUP BY settlement_id
) AS total
WHERE settlement.id = total.settlement_id
""").bindparams(uuids("ids"), texts("reasons"))
)
_REPORT_LINES: Final = Change(
    text("""
UPDATE settlement_line AS line SET status = given.status, reference = given.reference, reported_at = :at
FROM unnest(:ids, :statuses, :references) AS given (id, status, reference) WHERE line.id = given.id
""").bindparams(uuids("ids"), texts("statuses"), texts("references"), moment("at"))
)
_RETURN_LINES: Final = Change(
    text("""
UPDATE settlement_line AS line SET status = 'RETURNED', return_reference = given.reference, returned_at = :at
FROM unnest(:ids, :references) AS given (id, reference) WHERE line.id = given.id
""").bindparams(uuids("ids"), texts("references"), moment("at"))
)
_COUNT_REPORTS: Final = Change(
    text("""
UPDATE settlement SET paid_lines = paid_lines + :paid_lines, paid_points = paid_points + :paid_points,
    paid_amount = paid_amount + :paid_amount,
    failed_lines = failed_lines + :failed_lines, failed_points = failed_points + :failed_points,
    returned_lines = returned_lines + :returned_lines, returned_points = returned_points + :returned_points
WHERE id = :id
""").bindparams(
        uuid("id"),
        bindparam("paid_amount", type_=Numeric(), required=True),
        *(number(name) for name in ReportCounts.__struct_fields__ if name != "paid_amount"),
    )
)


async def add_settlement(session: Writing, row: NewSettlement) -> None:
    """Insert a settlement without lines."""
    await session.execute(insert(SettlementTable), [msgspec.structs.asdict(row)])


async def freeze_lines(session: Writing, standing: SettlementStandingRow, digits: int, at: datetime) -> None:
    """Add the lines of a settlement, as the accounts are now, and propose it; `digits` are those of its currency."""
    # One of 1,000,000 ECPs takes longer than a statement of a request may.
    await session.fetch(ALLOW_FIVE_MINUTES)
    await session.run(
        _FREEZE,
        settlement_id=standing.id,
        scheme=standing.scheme,
        point_value=standing.point_value,
        digits=digits,
        minimum=standing.minimum_payout,
        at=at,
    )


async def record_settlement_decision(  # noqa: PLR0913 - the columns of a decision, by name
    session: Writing,
    settlement_id: UUID,
    *,
    status: SettlementStatus,
    reason: str | None,
    account_id: UUID | None,
    at: datetime,
) -> None:
    """Store the decision about a settlement; `account_id` is None where its maker withdrew it."""
    values = {"status": status.value, "decision_reason": reason, "decided_by": account_id, "decided_at": at}
    await session.execute(update(SettlementTable).where(SettlementTable.id == settlement_id).values(**values))


async def set_paying(session: Writing, settlement_id: UUID, file_id: UUID | None) -> None:
    """Note that all points of a settlement are posted, and the file of its payable lines, if there is one."""
    paying = {"status": SettlementStatus.PAYING.value, "payable_file_id": file_id}
    await session.execute(update(SettlementTable).where(SettlementTable.id == settlement_id).values(paying))


async def set_settled(session: Writing, settlement_id: UUID, at: datetime) -> None:
    """Note that every payable line of a settlement is reported."""
    settled = {"status": SettlementStatus.SETTLED.value, "settled_at": at}
    await session.execute(update(SettlementTable).where(SettlementTable.id == settlement_id).values(settled))


async def carry_over(session: Writing, ids: Sequence[UUID], reasons: Sequence[str]) -> None:
    """Pay nothing for these lines of one settlement, for the reasons in the same order."""
    await session.run(_CARRY_OVER, ids=ids, reasons=reasons)


async def report_lines(
    session: Writing, ids: Sequence[UUID], statuses: Sequence[str], references: Sequence[str], at: datetime
) -> None:
    """Store what was reported about lines."""
    await session.run(_REPORT_LINES, ids=ids, statuses=statuses, references=references, at=at)


async def return_lines(session: Writing, ids: Sequence[UUID], references: Sequence[str], at: datetime) -> None:
    """Store that the money of paid lines came back."""
    await session.run(_RETURN_LINES, ids=ids, references=references, at=at)


async def count_reports(session: Writing, settlement_id: UUID, counts: ReportCounts) -> None:
    """Add newly reported lines to what their settlement counts."""
    await session.run(_COUNT_REPORTS, id=settlement_id, **msgspec.structs.asdict(counts))
