"""Inputs and payloads of enrolling."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.enrollments.decide_enrollment import DecideEnrollment
from resolvers.enrollments.enroll import Enroll
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id


@strawberry.input(description="An application to take part in a scheme.")
class EnrollInput:
    scheme_id: strawberry.ID = leaf("The scheme.")
    terms_version: int = leaf("The version of its terms that the ECP has read and accepted.")
    ecp_id: strawberry.ID | None = optional("The ECP, when a manager enrolls it; left out, the viewer enrolls.")

    def to_command(self) -> Enroll:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            ecp_id = ids.maybe(NodeKind.ECP, self.ecp_id, "ecpId")
        return Enroll(scheme_id, self.terms_version, ecp_id)


@strawberry.input(description="A decision about an application.")
class DecideEnrollmentInput:
    enrollment_id: strawberry.ID = leaf("The enrollment; it must be pending.")
    accept: bool = leaf("Whether the ECP takes part from now on.")
    reason: str | None = optional("Why, for the ECP to read; up to 1,000 characters, and 3 at least to reject.")

    def to_command(self) -> DecideEnrollment:
        """The command. Raises InvalidInput for an id that makes no sense."""
        enrollment_id = input_id(NodeKind.ENROLLMENT, self.enrollment_id, "enrollmentId")
        return DecideEnrollment(enrollment_id, self.accept, self.reason)


@strawberry.input(description="An enrollment that shall end, or an application that is taken back.")
class WithdrawEnrollmentInput:
    enrollment_id: strawberry.ID = leaf("The enrollment.")

    def to_command(self) -> WithdrawEnrollment:
        """The command. Raises InvalidInput for an id that makes no sense."""
        enrollment_id = input_id(NodeKind.ENROLLMENT, self.enrollment_id, "enrollmentId")
        return WithdrawEnrollment(enrollment_id)
