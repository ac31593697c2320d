"""Inputs and payloads of enrolling."""

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


@strawberry.input(name="EnrollmentFilter", description="Which enrollments to list; all that is given holds together.")
class EnrollmentFilterInput:
    search: str | None = optional("Words of the ECP's code, name or practice, or their beginnings.")
    statuses: list[EnrollmentStatus] | None = optional("Only enrollments that stand at one of these.")
    geography_ids: list[strawberry.ID] | None = optional("Only ECPs in one of these geographies or beneath it.")
    tier_ids: list[strawberry.ID] | None = optional("Only ECPs of one of these tiers.")
    enrolled_from: date | None = optional("Only ECPs that take part since this day or a later one.")
    enrolled_to: date | None = optional("Only ECPs that take part since this day or an earlier one.")

    def to_filter(self) -> EnrollmentFilter:
        """The filter as resolvers know it. Raises BadArgument for ids that make no sense."""
        return EnrollmentFilter(
            search=self.search,
            statuses=None if self.statuses is None else tuple(self.statuses),
            geography_ids=argument_ids(NodeKind.GEOGRAPHY, self.geography_ids, "geographyIds"),
            tier_ids=argument_ids(NodeKind.TIER, self.tier_ids, "tierIds"),
            enrolled_from=self.enrolled_from,
            enrolled_to=self.enrolled_to,
        )
