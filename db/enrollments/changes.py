"""Changes to enrollments: applications, decisions and withdrawals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, select, tuple_, update

from db.enrollments.rows import EnrollmentRow, ReasonRow
from db.enrollments.tables import EnrollmentTable, PastEnrollmentTable
from db.sessions import Writing
from domain.enrollments.facts import EnrollmentStatus


async def add_enrollment(session: Writing, row: EnrollmentRow) -> None:
    """Insert the first application of an ECP to a scheme. Raises DuplicateKey if it has one."""
    await session.execute(insert(EnrollmentTable).values(**_stored(row)))


async def add_enrollments(session: Writing, rows: Sequence[EnrollmentRow]) -> None:
    """Insert many enrollments of any status. Raises DuplicateKey if one of them exists."""
    if rows:
        await session.execute(insert(EnrollmentTable), [_stored(row) for row in rows])


async def replace_enrollment(session: Writing, row: EnrollmentRow) -> None:
    """Replace the enrollment with this id by the next application of the ECP; a trigger keeps the one before."""
    await session.execute(update(EnrollmentTable).where(EnrollmentTable.id == row.id).values(**_stored(row)))


async def record_enrollment_decision(  # noqa: PLR0913 - the columns of a decision, by name
    session: Writing,
    enrollment_id: UUID,
    *,
    status: EnrollmentStatus,
    reason: str | None,
    account_id: UUID,
    at: datetime,
) -> None:
    """Store the decision about an application."""
    values: dict[str, Any] = {"status": status, "reason": reason, "decided_by": account_id, "decided_at": at}
    if status is EnrollmentStatus.ENROLLED:
        # The clocks of several servers differ, but an enrollment must not begin before its request.
        values["enrolled_at"] = func.greatest(EnrollmentTable.requested_at, at)
    await session.execute(update(EnrollmentTable).where(EnrollmentTable.id == enrollment_id).values(**values))


async def withdraw_applications(
    session: Writing, ecp_id: UUID, *, account_id: UUID, at: datetime
) -> list[tuple[UUID, UUID]]:
    """Withdraw the undecided applications of an ECP; return the ids of the enrollments and of their schemes."""
    waiting = (EnrollmentTable.ecp_id == ecp_id, EnrollmentTable.status == EnrollmentStatus.PENDING)
    withdrawn = update(EnrollmentTable).where(*waiting).values(**_withdrawal(account_id, at))
    return [
        tuple(row)
        for row in await session.returning(withdrawn.returning(EnrollmentTable.id, EnrollmentTable.scheme_id))
    ]


async def record_withdrawal(session: Writing, enrollment_id: UUID, *, account_id: UUID, at: datetime) -> None:
    """Withdraw an enrollment; the time since which the ECP took part stays known."""
    values = _withdrawal(account_id, at)
    await session.execute(update(EnrollmentTable).where(EnrollmentTable.id == enrollment_id).values(**values))


async def replace_reasons(session: Writing, reasons: Collection[ReasonRow], reason: str) -> None:
    """Replace the reasons that these decisions about enrollments gave with a sentence."""
    for table, key in ((EnrollmentTable, EnrollmentTable.id), (PastEnrollmentTable, PastEnrollmentTable.enrollment_id)):
        # The moments are compared too: each past application has a reason of its own.
        named = tuple_(key, table.requested_at).in_([(row.id, row.requested_at) for row in reasons])
        if reasons:
            await session.execute(update(table).where(named).values(reason=reason))


async def clear_account_of_ecp(session: Writing, ecp_id: UUID, account_id: UUID) -> None:
    """Remove the account of an ECP as the one that requested and withdrew its enrollments, past ones too."""
    own = select(EnrollmentTable.id).where(EnrollmentTable.ecp_id == ecp_id)
    for table, key in ((EnrollmentTable, EnrollmentTable.id), (PastEnrollmentTable, PastEnrollmentTable.enrollment_id)):
        for column in (table.requested_by, table.withdrawn_by):
            cleared = update(table).where(key.in_(own), column == account_id).values({column: None})
            await session.execute(cleared)


def _stored(row: EnrollmentRow) -> dict[str, Any]:
    """The columns of an application, without what triggers keep."""
    return {name: value for name, value in msgspec.structs.asdict(row).items() if name != "first_enrolled_at"}


def _withdrawal(account_id: UUID, at: datetime) -> dict[str, Any]:
    # The clocks of several servers differ, but an enrollment must not end before it began.
    ended_at = func.greatest(EnrollmentTable.requested_at, EnrollmentTable.enrolled_at, at)
    return {"status": EnrollmentStatus.WITHDRAWN, "withdrawn_at": ended_at, "withdrawn_by": account_id}
