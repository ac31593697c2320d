"""What happened to ECPs a while ago, stored a week at a time: the rows that the mutations would have left.

Two thousand registrations and what follows from them, one by one, take half a minute. Left out is what is over: events,
which are kept for a week, and what managers were told, who would have to go through thousands of sentences.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.accounts.changes import add_accounts
from db.accounts.rows import AccountRow
from db.codes import next_codes
from db.ecps.changes import NewEcp, add_ecps
from db.enrollments.changes import add_enrollments
from db.enrollments.rows import EnrollmentRow
from db.notifications.changes import add_notifications
from db.notifications.rows import NotificationRow
from db.schemes.reads import schemes_by_id
from domain.ecps.facts import CODE_KIND
from domain.ecps.sentences import verified
from domain.enrollments.facts import EnrollmentStatus
from domain.enrollments.sentences import you_were_accepted, you_were_enrolled, you_were_rejected
from domain.events import EventKind
from domain.permissions import Role, SchemeScope
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.community import Community, Member
from graphql_api.demo.joining import EnrollmentPlan
from graphql_api.demo.members import MemberPlan
from graphql_api.demo.telling import Scene

# In minutes: how long somebody who was invited takes to register.
_REGISTERS_WITHIN: Final = (5, 40)


class Wave(Struct, frozen=True):
    """Who registered in a week, and who asked to enroll."""

    members: Sequence[MemberPlan]
    enrollments: Sequence[EnrollmentPlan]


async def store_wave(wave: Wave, community: Community, scene: Scene) -> None:
    """Store everything that happened in a week, and what became of it."""
    await _store_members(wave.members, community, scene)
    await _store_enrollments(wave.enrollments, community, scene)


async def _store_members(plans: Sequence[MemberPlan], community: Community, scene: Scene) -> None:
    clock = scene.clock
    days = [(clock.days_ago(plan.registered), plan) for plan in plans]
    moments = sorted(days, key=lambda pair: pair[0])
    codes = await _codes(scene, [at for at, _ in moments])
    accounts: list[AccountRow] = []
    ecps: list[NewEcp] = []
    told: list[NotificationRow] = []
    for (at, plan), code in zip(moments, codes, strict=True):
        account = _account(plan, at, scene)
        member = Member(plan, account.id, _id_at(clock, at), code)
        community.members[plan] = member
        ecps.append(_ecp(member, at, scene))
        if plan.person is None:
            accounts.append(account)
        told += _told_of_verification(member, ecps[-1], clock, scene)
    await add_accounts(scene.session, accounts)
    await add_ecps(scene.session, ecps)
    await add_notifications(scene.session, told)


async def _codes(scene: Scene, moments: Sequence[datetime]) -> list[str]:
    """The next codes of those who register at these moments."""
    years = [(year, len(list(group))) for year, group in groupby(at.year for at in moments)]
    return [code for year, number in years for code in await next_codes(scene.session, CODE_KIND, year, number)]


def _account(plan: MemberPlan, registered_at: datetime, scene: Scene) -> AccountRow:
    at = registered_at - timedelta(minutes=scene.clock.random.randint(*_REGISTERS_WITHIN))
    account_id = _id_at(scene.clock, at) if plan.person is None else scene.people[plan.person].account_id
    return AccountRow(account_id, plan.details.display_name, plan.details.email, None, at, None, [Role.ECP.value])


def _ecp(member: Member, at: datetime, scene: Scene) -> NewEcp:
    plan = member.plan
    place = scene.catalog.place(plan.place)
    if plan.verified is None:
        return NewEcp(member.id, member.code, member.account_id, plan.details, place, at)
    tier_id, verified_at = scene.catalog.tiers[plan.tier], scene.clock.days_ago(plan.verified)
    return NewEcp(member.id, member.code, member.account_id, plan.details, place, at, tier_id, verified_at)


def _told_of_verification(member: Member, ecp: NewEcp, clock: DemoClock, scene: Scene) -> Iterator[NotificationRow]:
    if ecp.verified_at is not None:
        message = verified(member.code, scene.catalog.names[member.plan.tier])
        yield _told(clock, member, EventKind.ECP_VERIFIED, message, ecp.verified_at)


async def _store_enrollments(plans: Sequence[EnrollmentPlan], community: Community, scene: Scene) -> None:
    ids = {community.schemes[plan.scheme].live_id for plan in plans}
    schemes = await scene.session.fetch(schemes_by_id(SchemeScope.APPROVED), ids=sorted(ids))
    terms = {row.id: row.terms_version for row in schemes}
    rows: list[EnrollmentRow] = []
    told: list[NotificationRow] = []
    for plan in plans:
        scheme_id = community.schemes[plan.scheme].live_id
        member, manager_id = community.members[plan.member], scene.people[plan.manager].account_id
        row = _enrollment(plan, member, (scheme_id, terms[scheme_id]), manager_id, scene.clock)
        rows.append(row)
        told += _told_of_decision(plan, member, row, scene.clock)
    await add_enrollments(scene.session, rows)
    await add_notifications(scene.session, told)


def _enrollment(
    plan: EnrollmentPlan, member: Member, scheme: tuple[UUID, int], manager_id: UUID, clock: DemoClock
) -> EnrollmentRow:
    scheme_id, terms_version = scheme
    requested_at = clock.days_ago(plan.requested)
    decided_at = requested_at if plan.by_manager else _moment(clock, plan.decided)
    return EnrollmentRow(
        id=_id_at(clock, requested_at),
        scheme_id=scheme_id,
        ecp_id=member.id,
        status=plan.status,
        terms_version=terms_version,
        requested_at=requested_at,
        requested_by=manager_id if plan.by_manager else member.account_id,
        enrolled_at=None if plan.status is EnrollmentStatus.REJECTED else decided_at,
        decided_at=decided_at,
        decided_by=None if decided_at is None else manager_id,
        reason=plan.reason,
        withdrawn_at=_moment(clock, plan.withdrawn),
    )


def _told_of_decision(
    plan: EnrollmentPlan, member: Member, row: EnrollmentRow, clock: DemoClock
) -> Iterator[NotificationRow]:
    """The ECP is told of the decision, unless it withdrew before anybody decided."""
    if row.decided_at is None:
        return
    kind, message = EventKind.ENROLLMENT_DECIDED, you_were_accepted(plan.scheme, None)
    if plan.by_manager:
        kind, message = EventKind.ENROLLMENT_REQUESTED, you_were_enrolled(plan.scheme)
    elif plan.status is EnrollmentStatus.REJECTED:
        message = you_were_rejected(plan.scheme, plan.reason or "")
    yield _told(clock, member, kind, message, row.decided_at, row.scheme_id)


def _told(  # noqa: PLR0913, PLR0917 - the columns of a notification
    clock: DemoClock,
    member: Member,
    kind: EventKind,
    message: str,
    at: datetime,
    scheme_id: UUID | None = None,
) -> NotificationRow:
    """An ECP deals with the program: nobody in person is named."""
    return NotificationRow(_id_at(clock, at), member.account_id, kind, message, None, scheme_id, None, at, None)


def _moment(clock: DemoClock, days_ago: int | None) -> datetime | None:
    return None if days_ago is None else clock.days_ago(days_ago)


def _id_at(clock: DemoClock, at: datetime) -> UUID:
    clock.set_to(at)
    return clock.new_id()
