"""The type of enrollments, and the arguments of their lists."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.enrollments.rows import EnrollmentRow
from domain.enrollments.facts import EnrollmentStatus as Status
from domain.enrollments.sentences import STATUS_LABELS
from domain.node_kinds import NodeKind
from resolvers.ecps.loaders import ecps_by_id
from resolvers.enrollments.lists import EnrollmentFilter, ListArguments
from resolvers.enrollments.loaders import actions_by_enrollment, deciders_by_id
from resolvers.paging import PageArguments
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.enrollments.enums import EnrollmentAction, EnrollmentOrder, EnrollmentStatus
from schema.enrollments.inputs import EnrollmentFilterInput
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import AfterArgument, FirstArgument


@node_type(EnrollmentRow, "The latest application of an ECP for a scheme, and its outcome.")
class Enrollment(Node):
    id: strawberry.ID = node_id(NodeKind.ENROLLMENT)
    ecp: Annotated["Ecp", strawberry.lazy("schema.ecps.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        ecps_by_id, key="ecp_id", description="The ECP."
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    status: EnrollmentStatus = leaf("The status of the enrollment.")
    status_label: str = computed(lambda row: STATUS_LABELS[Status(row.status)], "The status as a label for people.")
    terms_version: int = leaf("The version of the scheme's terms that the ECP accepted.")
    requested_at: datetime = leaf("When the ECP applied, or a manager enrolled them.")
    enrolled_at: datetime | None = leaf("When the ECP was enrolled. Null until then.")
    decided_at: datetime | None = leaf("When a manager decided. Null until then.")
    decided_by: Account | None = batched(
        deciders_by_id,
        key="decided_by",
        description="The account that decided. Null until then, and without the permission `ecp:read`.",
    )
    reason: str | None = leaf("The comment of the manager who decided. A rejection always has one.")
    withdrawn_at: datetime | None = leaf("When the enrollment was withdrawn. Null unless it was withdrawn.")
    viewer_actions: list[EnrollmentAction] = batched(
        actions_by_enrollment,
        key="id",
        description="The actions that the viewer may take now. None of them would fail because of the "
        "enrollment's state.",
    )


FilterArgument = Annotated[
    EnrollmentFilterInput | None,
    strawberry.argument(name="filter", description="Return only enrollments that match this filter."),
]
OrderArgument = Annotated[
    EnrollmentOrder | None, strawberry.argument(description="The order of the list. Default: last requested first.")
]
StatusesArgument = Annotated[
    list[EnrollmentStatus] | None,
    strawberry.argument(description="Return only enrollments with one of these statuses."),
]


def page_of_scheme(
    filter_: FilterArgument = None,
    order_by: OrderArgument = None,
    first: FirstArgument = None,
    after: AfterArgument = None,
) -> ListArguments:
    """The arguments of the list of a scheme."""
    chosen = EnrollmentFilter() if filter_ is None else filter_.to_filter()
    return chosen, order_by or EnrollmentOrder.REQUESTED_AT_DESC, PageArguments(first, after)


def page_of_ecp(
    statuses: StatusesArgument = None, first: FirstArgument = None, after: AfterArgument = None
) -> ListArguments:
    """The arguments of the list of an ECP."""
    chosen = EnrollmentFilter(statuses=None if statuses is None else tuple(statuses))
    return chosen, EnrollmentOrder.REQUESTED_AT_DESC, PageArguments(first, after)
