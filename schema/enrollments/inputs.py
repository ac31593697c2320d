"""Inputs of enrollments."""

from datetime import date

import strawberry

from domain.node_kinds import NodeKind
from resolvers.enrollments.decide_enrollment import DecideEnrollment
from resolvers.enrollments.enroll import Enroll
from resolvers.enrollments.lists import EnrollmentFilter
from resolvers.enrollments.withdraw_enrollment import WithdrawEnrollment
from schema.enrollments.enums import EnrollmentStatus
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_ids, input_id


@strawberry.input(description="An application for a scheme.")
class EnrollInput:
    scheme_id: strawberry.ID = leaf("The ID of the scheme.")
    terms_version: int = leaf("The version of the terms that the ECP read and accepted.")
    ecp_id: strawberry.ID | None = optional("The ID of the ECP that a manager enrolls. Omit it to enroll the viewer.")

    def to_command(self) -> Enroll:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            ecp_id = ids.maybe(NodeKind.ECP, self.ecp_id, "ecpId")
        return Enroll(scheme_id, self.terms_version, ecp_id)


@strawberry.input(description="A decision about an application.")
class DecideEnrollmentInput:
    enrollment_id: strawberry.ID = leaf("The ID of the enrollment, which must be pending.")
    accept: bool = leaf("Whether to enroll the ECP.")
    reason: str | None = optional(
        "The reason, which the ECP can read; up to 1,000 characters. A rejection requires at least 3."
    )

    def to_command(self) -> DecideEnrollment:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        enrollment_id = input_id(NodeKind.ENROLLMENT, self.enrollment_id, "enrollmentId")
        return DecideEnrollment(enrollment_id, self.accept, self.reason)


@strawberry.input(description="An enrollment or an application to withdraw.")
class WithdrawEnrollmentInput:
    enrollment_id: strawberry.ID = leaf("The ID of the enrollment.")

    def to_command(self) -> WithdrawEnrollment:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        enrollment_id = input_id(NodeKind.ENROLLMENT, self.enrollment_id, "enrollmentId")
        return WithdrawEnrollment(enrollment_id)


@strawberry.input(name="EnrollmentFilter", description="A filter of enrollments. All given conditions must hold.")
class EnrollmentFilterInput:
    search: str | None = optional(
        "Words of the ECP's code, name or practice, or their beginnings. Case and accents do not matter."
    )
    statuses: list[EnrollmentStatus] | None = optional("Return only enrollments with one of these statuses.")
    geography_ids: list[strawberry.ID] | None = optional(
        "Return only ECPs in one of these geographies, including everything beneath them."
    )
    tier_ids: list[strawberry.ID] | None = optional("Return only ECPs with one of these tiers.")
    enrolled_from: date | None = optional("Return only ECPs who were enrolled on or after this day.")
    enrolled_to: date | None = optional("Return only ECPs who were enrolled on or before this day.")

    def to_filter(self) -> EnrollmentFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return EnrollmentFilter(
            search=self.search,
            statuses=None if self.statuses is None else tuple(self.statuses),
            geography_ids=argument_ids(NodeKind.GEOGRAPHY, self.geography_ids, "geographyIds"),
            tier_ids=argument_ids(NodeKind.TIER, self.tier_ids, "tierIds"),
            enrolled_from=self.enrolled_from,
            enrolled_to=self.enrolled_to,
        )
