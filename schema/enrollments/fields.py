"""Root fields of enrollments."""

import strawberry

from domain.permissions import Permission
from resolvers.enrollments.decide_enrollment import decide_enrollment
from resolvers.enrollments.enroll import enroll
from resolvers.enrollments.withdraw_enrollment import withdraw_enrollment
from schema.enrollments import inputs, payloads
from schema.fields import AppInfo
from schema.roots import mutation


@strawberry.type
class EnrollmentMutations:
    @mutation(
        requires=Permission.ENROLLMENT_REQUEST,
        description="Apply for a scheme; a manager decides on the application. An ECP who was enrolled and "
        "withdrew is enrolled again immediately. A manager who names an ECP enrolls them immediately.",
    )
    async def enroll(self, info: AppInfo, input: inputs.EnrollInput) -> payloads.EnrollPayload:
        return payloads.EnrollPayload(key=await enroll(info.context, input.to_command()))

    @mutation(
        requires=Permission.ENROLLMENT_MANAGE,
        description="Accept or reject an application. Accepting checks the conditions of `enroll` again. A "
        "rejection needs a reason.",
    )
    async def decide_enrollment(
        self, info: AppInfo, input: inputs.DecideEnrollmentInput
    ) -> payloads.DecideEnrollmentPayload:
        return payloads.DecideEnrollmentPayload(key=await decide_enrollment(info.context, input.to_command()))

    @mutation(
        requires=Permission.ENROLLMENT_REQUEST,
        description="Withdraw an enrollment or an application. ECPs withdraw their own; managers can withdraw any.",
    )
    async def withdraw_enrollment(
        self, info: AppInfo, input: inputs.WithdrawEnrollmentInput
    ) -> payloads.WithdrawEnrollmentPayload:
        return payloads.WithdrawEnrollmentPayload(key=await withdraw_enrollment(info.context, input.to_command()))
