"""What erasing an ECP takes from it, from its history, and from the account with which it signed in."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, delete, literal, or_, update

from db.ecps.changes import columns_of, touch_ecp
from db.ecps.tables import EcpActivityTable
from db.enrollments.tables import EnrollmentTable
from db.notifications.tables import NotificationTable
from db.sessions import Writing
from domain.ecps.facts import CODE_KIND, ERASED_NAME, EcpStatus
from domain.ecps.inputs import EcpDetails
from domain.events import ECP_CHANGES


async def erase(session: Writing, ecp_id: UUID, *, by: UUID, reason: str, at: datetime) -> None:
    """Take from an ECP everything by which the person is known; the code and the tier stay."""
    await touch_ecp(
        session,
        ecp_id,
        account_id=None,
        status=EcpStatus.CLOSED.value,
        suspended_reason=None,
        erased_at=at,
        erased_by=by,
        erased_reason=reason,
        updated_at=at,
        **columns_of(EcpDetails(ERASED_NAME, None, None, None, None)),
    )


async def replace_reasons(session: Writing, enrollment_ids: Collection[UUID], reason: str) -> None:
    """Put a sentence in place of the reasons that decisions about these enrollments gave."""
    if enrollment_ids:
        named = EnrollmentTable.id.in_(enrollment_ids)
        await session.execute(update(EnrollmentTable).where(named).values(reason=reason))


async def delete_notifications(session: Writing, account_id: UUID) -> None:
    """Delete everything that an account was told."""
    await session.execute(delete(NotificationTable).where(NotificationTable.account_id == account_id))


async def delete_notifications_of_ecp(session: Writing, account_id: UUID, code: str) -> None:
    """Delete what an account was told as the ECP of this code; what it was told of others as a manager stays.

    A manager is told which ECP it is about, by a sentence that begins with the code.
    """
    message = NotificationTable.message
    own = or_(message.startswith(f"{code} "), ~message.startswith(f"{CODE_KIND}-"))
    await session.execute(
        delete(NotificationTable).where(
            NotificationTable.account_id == account_id, NotificationTable.kind.in_(ECP_CHANGES), own
        )
    )


async def forget_applicant(session: Writing, ecp_id: UUID, account_id: UUID) -> None:
    """Forget which account it was that asked for the enrollments of an ECP."""
    own = (EnrollmentTable.ecp_id == ecp_id, EnrollmentTable.requested_by == account_id)
    await session.execute(update(EnrollmentTable).where(*own).values(requested_by=None))


async def replace_external_ids(session: Writing, activity_ids: Collection[int]) -> None:
    """Put our own ids in place of those that other systems gave to these activities."""
    if activity_ids:
        named = EcpActivityTable.id.in_(activity_ids)
        ours = literal("erased ") + cast(EcpActivityTable.id, Text)
        await session.execute(update(EcpActivityTable).where(named).values(external_id=ours))
