"""Inputs and payloads of enrolling."""

from typing import Any
from uuid import UUID

import strawberry

from domain.node_kinds import NodeKind
from resolvers.enrollments.decide_enrollment import DecideEnrollment
from resolvers.enrollments.enroll import Enroll
from resolvers.enrollments.loaders import enrollments_by_id
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment
from schema.enrollments.types import Enrollment
from schema.errors import UserError
from schema.fields import batched, leaf, optional
from schema.ids import InputIds
from schema.payloads import error_list


@strawberry.input(description="An application to take part in a scheme.")
class EnrollInput:
    """An application."""

    scheme_id: strawberry.ID = leaf("The scheme.")
    terms_version: int = leaf("The version of its terms that the ECP has read and accepted.")
    ecp_id: strawberry.ID | None = optional("The ECP, when a manager enrolls it; left out, the viewer enrolls.")

    def to_command(self) -> Enroll:
        """The command. Raises InvalidInput for ids that make no sense."""
        ids = InputIds()
        scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
        ecp_id = ids.maybe(NodeKind.ECP, self.ecp_id, "ecpId")
        ids.check()
        return Enroll(scheme_id, self.terms_version, ecp_id)


@strawberry.input(description="A decision about an application.")
class DecideEnrollmentInput:
    """A decision."""

    enrollment_id: strawberry.ID = leaf("The enrollment; it must be pending.")
    accept: bool = leaf("Whether the ECP takes part from now on.")
    reason: str | None = optional("Why, for the ECP to read; up to 1,000 characters, and 3 at least to reject.")

    def to_command(self) -> DecideEnrollment:
        """The command. Raises InvalidInput for an id that makes no sense."""
        ids = InputIds()
        enrollment_id = ids.one(NodeKind.ENROLLMENT, self.enrollment_id, "enrollmentId")
        ids.check()
        return DecideEnrollment(enrollment_id, self.accept, self.reason)


@strawberry.input(description="An enrollment that shall end, or an application that is taken back.")
class WithdrawEnrollmentInput:
    """A withdrawal."""

    enrollment_id: strawberry.ID = leaf("The enrollment.")

    def to_command(self) -> WithdrawEnrollment:
        """The command. Raises InvalidInput for an id that makes no sense."""
        ids = InputIds()
        enrollment_id = ids.one(NodeKind.ENROLLMENT, self.enrollment_id, "enrollmentId")
        ids.check()
        return WithdrawEnrollment(enrollment_id)


def _enrollment_after() -> Any:
    description = "The enrollment after the mutation; null when there are errors."
    return batched(enrollments_by_id, key="key", description=description)


@strawberry.type(description="The answer to `enroll`.")
class EnrollPayload:
    """An application."""

    enrollment: Enrollment | None = _enrollment_after()
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `decideEnrollment`.")
class DecideEnrollmentPayload:
    """A decision."""

    enrollment: Enrollment | None = _enrollment_after()
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None


@strawberry.type(description="The answer to `withdrawEnrollment`.")
class WithdrawEnrollmentPayload:
    """A withdrawal."""

    enrollment: Enrollment | None = _enrollment_after()
    errors: list[UserError] = error_list()
    key: strawberry.Private[UUID | None] = None
