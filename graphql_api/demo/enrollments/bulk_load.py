"""Enrollments of long ago, stored a week at a time: the rows that the mutations would have left."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from db.enrollments.changes import add_enrollments
from db.enrollments.rows import EnrollmentRow
from db.notifications.changes import add_notifications
from db.notifications.rows import NewNotification
from db.schemes.reads import select_schemes_by_id
from domain.enrollments.facts import EnrollmentStatus
from domain.enrollments.stored_facts import (
    EcpEnrolled,
    EnrollmentAccepted,
    EnrollmentRejected,
    StoredEnrollmentFact,
)
from domain.events import EventKind
from domain.viewers import SchemeScope
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.ecps.directory import LoadedEcp
from graphql_api.demo.enrollments.enrollment_plan import EnrollmentPlan
from graphql_api.demo.enrollments.requests import EnrollmentRequests
from graphql_api.demo.notifications.bulk_load import notification_to
from graphql_api.demo.steps import StepContext


async def load_enrollments(plans: Sequence[EnrollmentPlan], requests: EnrollmentRequests, context: StepContext) -> None:
    """Store the enrollments and notifications of one week. The ECPs must be in the directory."""
    ids = {requests.schemes[plan.scheme].live_id for plan in plans}
    schemes = await context.session.fetch(select_schemes_by_id(SchemeScope.APPROVED), ids=sorted(ids))
    terms = {row.id: row.terms_version for row in schemes}
    rows: list[EnrollmentRow] = []
    notifications: list[NewNotification] = []
    for plan in plans:
        scheme_id = requests.schemes[plan.scheme].live_id
        ecp, manager_id = requests.directory.ecps[plan.ecp], context.people[plan.manager].account_id
        row = _enrollment(plan, ecp, (scheme_id, terms[scheme_id]), manager_id, context.clock)
        rows.append(row)
        notifications += _decision_notifications(plan, ecp, row, context.clock)
    await add_enrollments(context.session, rows)
    await add_notifications(context.session, notifications)


def _enrollment(
    plan: EnrollmentPlan, ecp: LoadedEcp, scheme: tuple[UUID, int], manager_id: UUID, clock: DemoClock
) -> EnrollmentRow:
    scheme_id, terms_version = scheme
    requested_at = clock.days_ago(plan.requested)
    decided_at = requested_at if plan.by_manager else _moment(clock, plan.decided)
    return EnrollmentRow(
        id=clock.id_at(requested_at),
        scheme_id=scheme_id,
        ecp_id=ecp.id,
        status=plan.status,
        terms_version=terms_version,
        requested_at=requested_at,
        requested_by=manager_id if plan.by_manager else ecp.account_id,
        enrolled_at=None if plan.status is EnrollmentStatus.REJECTED else decided_at,
        decided_at=decided_at,
        decided_by=None if decided_at is None else manager_id,
        reason=plan.reason,
        withdrawn_at=_moment(clock, plan.withdrawn),
        withdrawn_by=None if plan.withdrawn is None else ecp.account_id,
    )


def _decision_notifications(
    plan: EnrollmentPlan, ecp: LoadedEcp, row: EnrollmentRow, clock: DemoClock
) -> Iterator[NewNotification]:
    """Notify the ECP of the decision, unless the ECP withdrew before it."""
    if row.decided_at is None:
        return
    kind = EventKind.ENROLLMENT_REQUESTED if plan.by_manager else EventKind.ENROLLMENT_DECIDED
    fact = _decision_fact(plan, ecp)
    yield notification_to(clock, ecp.account_id, kind, fact, row.decided_at, row.scheme_id)


def _decision_fact(plan: EnrollmentPlan, ecp: LoadedEcp) -> StoredEnrollmentFact:
    ecp_id, code, title = ecp.id, ecp.code, plan.scheme
    if plan.by_manager:
        return EcpEnrolled(ecp_id=ecp_id, code=code, title=title)
    if plan.status is EnrollmentStatus.REJECTED:
        return EnrollmentRejected(ecp_id=ecp_id, code=code, title=title, reason=plan.reason or "")
    return EnrollmentAccepted(ecp_id=ecp_id, code=code, title=title, comment=None)


def _moment(clock: DemoClock, days_ago: int | None) -> datetime | None:
    return None if days_ago is None else clock.days_ago(days_ago)
