"""The type of enrollments, and the arguments of their lists."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.enrollments.rows import EnrollmentRow
from domain.enrollments.facts import EnrollmentStatus as Status
from domain.enrollments.sentences import STATUS_LABELS
from domain.node_kinds import NodeKind
from resolvers.ecps.loaders import accounts_of_ecps, ecps_by_id
from resolvers.enrollments.lists import EnrollmentFilter, ListArguments, history_by_enrollment
from resolvers.enrollments.loaders import actions_by_enrollment, deciders_by_id
from resolvers.paging import PageArguments
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.enrollments.enums import EnrollmentAction, EnrollmentOrder, EnrollmentStatus
from schema.enrollments.inputs import EnrollmentFilterInput
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import AfterArgument, Connection, FirstArgument, forward_page

_WITHDRAWN_BY = (
    "The account that withdrew it. Null until then, where it was not recorded, and unless it is the viewer or the "
    "viewer has the permission `ecp:manage` or `account:read`."
)


@strawberry.type(description="One application of an ECP for a scheme, and its outcome.")
class EnrollmentSpan:
    status: EnrollmentStatus = leaf("The status that the application reached.")
    status_label: str = computed(lambda row: STATUS_LABELS[Status(row.status)], "The status as a label for people.")
    terms_version: int = leaf("The version of the scheme's terms that the ECP accepted.")
    requested_at: datetime = leaf("When the ECP applied or came back, or a manager enrolled them.")
    enrolled_at: datetime | None = leaf("When the ECP was enrolled. Null if it was not.")
    decided_at: datetime | None = leaf("When a manager decided. Null if nobody did, as for an ECP who came back.")
    decided_by: Account | None = batched(
        deciders_by_id,
        key="decided_by",
        description="The account that decided. Null without a decision, and without the permission `ecp:read`.",
    )
    reason: str | None = leaf("The comment of the manager who decided. A rejection always has one.")
    withdrawn_at: datetime | None = leaf("When the enrollment was withdrawn. Null unless it was withdrawn.")
    withdrawn_by: Account | None = batched(accounts_of_ecps, key="withdrawn_by", description=_WITHDRAWN_BY)


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
    requested_at: datetime = leaf("When the ECP applied or came back, or a manager enrolled them.")
    enrolled_at: datetime | None = leaf("When the ECP was enrolled. Null until then.")
    decided_at: datetime | None = leaf(
        "When a manager decided. Null until then, and for an ECP who came back without a decision."
    )
    decided_by: Account | None = batched(
        deciders_by_id,
        key="decided_by",
        description="The account that decided. Null until then, and without the permission `ecp:read`.",
    )
    reason: str | None = leaf("The comment of the manager who decided. A rejection always has one.")
    withdrawn_at: datetime | None = leaf("When the enrollment was withdrawn. Null unless it was withdrawn.")
    withdrawn_by: Account | None = batched(accounts_of_ecps, key="withdrawn_by", description=_WITHDRAWN_BY)
    first_enrolled_at: datetime | None = leaf(
        "When the ECP was enrolled for the first time, over all applications. Null until then."
    )
    viewer_actions: list[EnrollmentAction] = batched(
        actions_by_enrollment,
        key="id",
        description="The actions that the viewer may take now. None of them would fail because of the "
        "enrollment's state.",
    )
    history: Connection[EnrollmentSpan] = batched(
        history_by_enrollment,
        key="id",
        arguments=forward_page,
        description="All applications of the ECP for the scheme, newest first. The first entry is this enrollment.",
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
