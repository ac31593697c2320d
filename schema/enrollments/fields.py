"""Root fields of enrolling."""

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
    """Root fields that change enrollments."""

    @mutation(
        requires=Permission.ENROLLMENT_REQUEST,
        description="Ask to take part in a scheme, about which a manager decides; a manager who names an ECP enrolls "
        "it at once.",
    )
    async def enroll(self, info: AppInfo, input: inputs.EnrollInput) -> payloads.EnrollPayload:
        return payloads.EnrollPayload(key=await enroll(info.context, input.to_command()))

    @mutation(requires=Permission.ENROLLMENT_MANAGE, description="Accept an application, or reject it with a reason.")
    async def decide_enrollment(
        self, info: AppInfo, input: inputs.DecideEnrollmentInput
    ) -> payloads.DecideEnrollmentPayload:
        return payloads.DecideEnrollmentPayload(key=await decide_enrollment(info.context, input.to_command()))

    @mutation(
        requires=Permission.ENROLLMENT_REQUEST,
        description="End an enrollment, or take an application back: one's own, or as a manager anybody's.",
    )
    async def withdraw_enrollment(
        self, info: AppInfo, input: inputs.WithdrawEnrollmentInput
    ) -> payloads.WithdrawEnrollmentPayload:
        return payloads.WithdrawEnrollmentPayload(key=await withdraw_enrollment(info.context, input.to_command()))
