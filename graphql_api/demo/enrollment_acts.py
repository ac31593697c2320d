"""What is done about the late enrollments of the demo data, through the mutations."""

from db.schemes.reads import schemes_by_id
from domain.enrollments.facts import EnrollmentStatus
from domain.permissions import SchemeScope
from graphql_api.demo.community import Community
from graphql_api.demo.joining import EnrollmentPlan
from graphql_api.demo.telling import Scene
from resolvers.enrollments.decide_enrollment import DecideEnrollment, decide_enrollment
from resolvers.enrollments.enroll import Enroll, enroll
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment, withdraw_enrollment


async def ask_to_enroll(plan: EnrollmentPlan, community: Community, scene: Scene) -> None:
    """Ask to take part, or let the manager enroll somebody; the terms are accepted as they are now."""
    scheme_id, member = community.schemes[plan.scheme].live_id, community.members[plan.member]
    (scheme,) = await scene.session.fetch(schemes_by_id(SchemeScope.APPROVED), ids=[scheme_id])
    operation = scene.operation if plan.by_manager else scene.environment.operation(member.viewer)
    command = Enroll(scheme_id, scheme.terms_version, member.id if plan.by_manager else None)
    community.enrollments[plan] = await enroll(operation, command)


async def decide(plan: EnrollmentPlan, community: Community, scene: Scene) -> None:
    """Accept or reject."""
    accept = plan.status is not EnrollmentStatus.REJECTED
    command = DecideEnrollment(community.enrollments[plan], accept=accept, reason=plan.reason)
    await decide_enrollment(scene.operation, command)


async def withdraw(plan: EnrollmentPlan, community: Community, scene: Scene) -> None:
    """The ECP takes part no longer."""
    viewer = community.members[plan.member].viewer
    command = WithdrawEnrollment(community.enrollments[plan])
    await withdraw_enrollment(scene.environment.operation(viewer), command)
