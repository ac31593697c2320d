"""Steps of recent enrollments, through the mutations: request, decision, withdrawal."""

from db.schemes.reads import select_schemes_by_id
from domain.enrollments.facts import EnrollmentStatus
from domain.viewers import SchemeScope
from graphql_api.demo.enrollments.enrollment_plan import EnrollmentPlan
from graphql_api.demo.enrollments.requests import EnrollmentRequests
from graphql_api.demo.steps import StepContext
from resolvers.enrollments.decide_enrollment import DecideEnrollment, decide_enrollment
from resolvers.enrollments.enroll import Enroll, enroll
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment, withdraw_enrollment


async def request_enrollment(plan: EnrollmentPlan, requests: EnrollmentRequests, context: StepContext) -> None:
    """Request the enrollment as the ECP, or enroll the ECP as the manager, with the current terms."""
    scheme_id, ecp = requests.schemes[plan.scheme].live_id, requests.directory.ecps[plan.ecp]
    (scheme,) = await context.session.fetch(select_schemes_by_id(SchemeScope.APPROVED), ids=[scheme_id])
    operation = context.operation if plan.by_manager else context.environment.operation(ecp.viewer)
    command = Enroll(scheme_id, scheme.terms_version, ecp.id if plan.by_manager else None)
    requests.ids[plan] = await enroll(operation, command)


async def decide(plan: EnrollmentPlan, requests: EnrollmentRequests, context: StepContext) -> None:
    """Accept or reject the request, as planned."""
    accept = plan.status is not EnrollmentStatus.REJECTED
    command = DecideEnrollment(requests.ids[plan], accept=accept, reason=plan.reason)
    await decide_enrollment(context.operation, command)


async def withdraw(plan: EnrollmentPlan, requests: EnrollmentRequests, context: StepContext) -> None:
    """Withdraw, signed in as the ECP."""
    viewer = requests.directory.ecps[plan.ecp].viewer
    command = WithdrawEnrollment(requests.ids[plan])
    await withdraw_enrollment(context.environment.operation(viewer), command)
