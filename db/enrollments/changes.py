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
    """Insert the first application of an ECP to a scheme. Raises DuplicateKey when there is one."""
    await session.execute(insert(EnrollmentTable).values(**msgspec.structs.asdict(row)))


async def add_enrollments(session: Writing, rows: Sequence[EnrollmentRow]) -> None:
    """Insert many enrollments with whatever became of them. Raises DuplicateKey when there is one of them."""
    if rows:
        await session.execute(insert(EnrollmentTable), [msgspec.structs.asdict(row) for row in rows])


async def replace_enrollment(session: Writing, row: EnrollmentRow) -> None:
    """The next application of an ECP to a scheme takes the place of the one with this id."""
    await session.execute(
        update(EnrollmentTable).where(EnrollmentTable.id == row.id).values(**msgspec.structs.asdict(row))
    )


async def record_decision(  # noqa: PLR0913 - the columns of a decision, by name
    session: Writing,
    enrollment_id: UUID,
    *,
    status: EnrollmentStatus,
    reason: str | None,
    account_id: UUID,
    at: datetime,
) -> None:
    """Note what was decided about an application."""
    values: dict[str, Any] = {"status": status, "reason": reason, "decided_by": account_id, "decided_at": at}
    if status is EnrollmentStatus.ENROLLED:
        # Whatever the clocks of several servers say, nobody takes part before they ask for it.
        values["enrolled_at"] = func.greatest(EnrollmentTable.requested_at, at)
    await session.execute(update(EnrollmentTable).where(EnrollmentTable.id == enrollment_id).values(**values))


async def withdraw_applications(session: Writing, ecp_id: UUID, at: datetime) -> list[tuple[UUID, UUID]]:
    """Withdraw what an ECP has asked for and nobody decided; the enrollments and their schemes."""
    waiting = (EnrollmentTable.ecp_id == ecp_id, EnrollmentTable.status == EnrollmentStatus.PENDING)
    values = {"status": EnrollmentStatus.WITHDRAWN, "withdrawn_at": at}
    withdrawn = update(EnrollmentTable).where(*waiting).values(**values)
    return [
        tuple(row)
        for row in await session.returning(withdrawn.returning(EnrollmentTable.id, EnrollmentTable.scheme_id))
    ]


async def record_withdrawal(session: Writing, enrollment_id: UUID, at: datetime) -> None:
    """The ECP takes part no longer; since when it did stays known."""
    values = {"status": EnrollmentStatus.WITHDRAWN, "withdrawn_at": at}
    await session.execute(update(EnrollmentTable).where(EnrollmentTable.id == enrollment_id).values(**values))


async def replace_reasons(session: Writing, enrollment_ids: Collection[UUID], reason: str) -> None:
    """Put a sentence in place of the reasons that decisions about these enrollments gave."""
    if enrollment_ids:
        named = EnrollmentTable.id.in_(enrollment_ids)
        await session.execute(update(EnrollmentTable).where(named).values(reason=reason))


async def forget_applicant(session: Writing, ecp_id: UUID, account_id: UUID) -> None:
    """Forget which account it was that asked for the enrollments of an ECP."""
    own = (EnrollmentTable.ecp_id == ecp_id, EnrollmentTable.requested_by == account_id)
    await session.execute(update(EnrollmentTable).where(*own).values(requested_by=None))
