"""Payloads of enrollments."""

import strawberry

from resolvers.enrollments.loaders import enrollments_by_id
from schema.enrollments.types import Enrollment
from schema.fields import batched
from schema.payloads import KeyedPayload


@strawberry.type
class EnrollmentPayload(KeyedPayload):
    enrollment: Enrollment | None = batched(
        enrollments_by_id, key="key", description="The enrollment after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `enroll`.")
class EnrollPayload(EnrollmentPayload):
    pass


@strawberry.type(description="The result of `decideEnrollment`.")
class DecideEnrollmentPayload(EnrollmentPayload):
    pass


@strawberry.type(description="The result of `withdrawEnrollment`.")
class WithdrawEnrollmentPayload(EnrollmentPayload):
    pass
