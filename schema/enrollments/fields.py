"""Root fields of enrolling."""

from typing import Annotated

import strawberry

from db.schemes.rows import SchemeRow
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.enrollments.decide_enrollment import decide_enrollment
from resolvers.enrollments.enroll import enroll
from resolvers.enrollments.open_schemes import list_open_schemes
from resolvers.enrollments.withdraw_enrollment import withdraw_enrollment
from resolvers.paging import Page, PageArguments
from schema.enrollments import inputs
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.paging import AfterArgument, Connection, FirstArgument, SearchArgument
from schema.roots import mutation, query
from schema.schemes.types import Scheme

EcpIdArgument = Annotated[
    strawberry.ID | None, strawberry.argument(description="For whom, when it is not the viewer; takes `ecp:read`.")
]
What = strawberry.argument(description="What to do.")


@strawberry.type
class EnrollmentQueries:
    """Root fields that read what there is to enroll in."""

    @query(
        requires=Permission.SCHEME_READ,
        returns=Connection[Scheme],
        description="The schemes in which an ECP can enroll today: approved ones whose enrollment window is open and "
        "that run where the ECP is. Those that close first come first. Who is no ECP sees those of all places.",
    )
    async def open_schemes(
        self,
        info: AppInfo,
        search: SearchArgument = None,
        ecp_id: EcpIdArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
    ) -> Page[SchemeRow]:
        """A page of schemes."""
        key = None if ecp_id is None else argument_id(NodeKind.ECP, ecp_id, "ecpId")
        return await list_open_schemes(info.context, PageArguments(first, after), search=search, ecp_id=key)


@strawberry.type
class EnrollmentMutations:
    """Root fields that change enrollments."""

    @mutation(
        requires=Permission.ENROLLMENT_REQUEST,
        description="Ask to take part in a scheme, about which a manager decides; a manager who names an ECP enrolls "
        "it at once.",
    )
    async def enroll(self, info: AppInfo, input: Annotated[inputs.EnrollInput, What]) -> inputs.EnrollPayload:
        """Enroll."""
        return inputs.EnrollPayload(key=await enroll(info.context, input.to_command()))

    @mutation(requires=Permission.ENROLLMENT_MANAGE, description="Accept an application, or reject it with a reason.")
    async def decide_enrollment(
        self, info: AppInfo, input: Annotated[inputs.DecideEnrollmentInput, What]
    ) -> inputs.DecideEnrollmentPayload:
        """Decide."""
        return inputs.DecideEnrollmentPayload(key=await decide_enrollment(info.context, input.to_command()))

    @mutation(
        requires=Permission.ENROLLMENT_REQUEST,
        description="End an enrollment, or take an application back: one's own, or as a manager anybody's.",
    )
    async def withdraw_enrollment(
        self, info: AppInfo, input: Annotated[inputs.WithdrawEnrollmentInput, What]
    ) -> inputs.WithdrawEnrollmentPayload:
        """Withdraw."""
        return inputs.WithdrawEnrollmentPayload(key=await withdraw_enrollment(info.context, input.to_command()))
