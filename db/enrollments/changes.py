"""Changes to enrollments: applications, decisions and withdrawals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, update

from db.enrollments.rows import EnrollmentRow
from db.enrollments.tables import EnrollmentTable
from db.sessions import Writing
from domain.enrollments.facts import EnrollmentStatus


async def add_enrollment(session: Writing, row: EnrollmentRow) -> None:
    """Insert the first application of an ECP to a scheme. Raises DuplicateKey if it has one."""
    await session.execute(insert(EnrollmentTable).values(**msgspec.structs.asdict(row)))


async def add_enrollments(session: Writing, rows: Sequence[EnrollmentRow]) -> None:
    """Insert many enrollments of any status. Raises DuplicateKey if one of them exists."""
    if rows:
        await session.execute(insert(EnrollmentTable), [msgspec.structs.asdict(row) for row in rows])


async def replace_enrollment(session: Writing, row: EnrollmentRow) -> None:
    """Replace the enrollment with this id by the next application of the ECP."""
    await session.execute(
        update(EnrollmentTable).where(EnrollmentTable.id == row.id).values(**msgspec.structs.asdict(row))
    )


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


async def withdraw_applications(session: Writing, ecp_id: UUID, at: datetime) -> list[tuple[UUID, UUID]]:
    """Withdraw the undecided applications of an ECP; return the ids of the enrollments and of their schemes."""
    waiting = (EnrollmentTable.ecp_id == ecp_id, EnrollmentTable.status == EnrollmentStatus.PENDING)
    values = {"status": EnrollmentStatus.WITHDRAWN, "withdrawn_at": at}
    withdrawn = update(EnrollmentTable).where(*waiting).values(**values)
    return [
        tuple(row)
        for row in await session.returning(withdrawn.returning(EnrollmentTable.id, EnrollmentTable.scheme_id))
    ]


async def record_withdrawal(session: Writing, enrollment_id: UUID, at: datetime) -> None:
    """Withdraw an enrollment; the time since which the ECP took part stays known."""
    values = {"status": EnrollmentStatus.WITHDRAWN, "withdrawn_at": at}
    await session.execute(update(EnrollmentTable).where(EnrollmentTable.id == enrollment_id).values(**values))


async def replace_reasons(session: Writing, enrollment_ids: Collection[UUID], reason: str) -> None:
    """Replace the reasons that decisions about these enrollments gave with a sentence."""
    if enrollment_ids:
        named = EnrollmentTable.id.in_(enrollment_ids)
        await session.execute(update(EnrollmentTable).where(named).values(reason=reason))


async def clear_applicant(session: Writing, ecp_id: UUID, account_id: UUID) -> None:
    """Remove an account as the one that requested enrollments of an ECP."""
    own = (EnrollmentTable.ecp_id == ecp_id, EnrollmentTable.requested_by == account_id)
    await session.execute(update(EnrollmentTable).where(*own).values(requested_by=None))
