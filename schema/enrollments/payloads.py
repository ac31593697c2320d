"""Payloads of enrolling."""

import strawberry

from resolvers.enrollments.loaders import enrollments_by_id
from schema.enrollments.types import Enrollment
from schema.fields import batched
from schema.payloads import KeyedPayload


@strawberry.type
class EnrollmentPayload(KeyedPayload):
    """A payload with an enrollment."""

    enrollment: Enrollment | None = batched(
        enrollments_by_id, key="key", description="The enrollment after the mutation; null when there are errors."
    )


@strawberry.type(description="The answer to `enroll`.")
class EnrollPayload(EnrollmentPayload):
    pass


@strawberry.type(description="The answer to `decideEnrollment`.")
class DecideEnrollmentPayload(EnrollmentPayload):
    pass


@strawberry.type(description="The answer to `withdrawEnrollment`.")
class WithdrawEnrollmentPayload(EnrollmentPayload):
    pass
