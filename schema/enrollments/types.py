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


@node_type(EnrollmentRow, "An ECP in a scheme: its latest application, and what became of it.")
class Enrollment(Node):
    id: strawberry.ID = node_id(NodeKind.ENROLLMENT)
    ecp: Annotated["Ecp", strawberry.lazy("schema.ecps.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        ecps_by_id, key="ecp_id", description="The ECP."
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme."
    )
    status: EnrollmentStatus = leaf("Where it stands.")
    status_label: str = computed(lambda row: STATUS_LABELS[Status(row.status)], "The status as people read it.")
    terms_version: int = leaf("The version of the scheme's terms that was accepted.")
    requested_at: datetime = leaf("When the ECP asked for it, or a manager enrolled it.")
    enrolled_at: datetime | None = leaf("Since when the ECP takes part; null until it does.")
    decided_at: datetime | None = leaf("When a manager decided about it; null until then.")
    decided_by: Account | None = batched(
        deciders_by_id,
        key="decided_by",
        description="Who decided; null until then, and for the ECP itself, who deals with the program.",
    )
    reason: str | None = leaf("What the manager said about the decision; a rejection always has a reason.")
    withdrawn_at: datetime | None = leaf("When it was withdrawn; null otherwise.")
    viewer_actions: list[EnrollmentAction] = batched(
        actions_by_enrollment, key="id", description="What the viewer may do now; none of these fails for the state."
    )


FilterArgument = Annotated[
    EnrollmentFilterInput | None, strawberry.argument(name="filter", description="Which enrollments to list.")
]
OrderArgument = Annotated[
    EnrollmentOrder | None, strawberry.argument(description="In which order; last requested first.")
]
StatusesArgument = Annotated[
    list[EnrollmentStatus] | None, strawberry.argument(description="Only enrollments that stand at one of these.")
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
