"""Root fields of Query about consignments."""

from typing import Annotated

import strawberry

from db.consignments.rows import BatchRow, ConsignmentRow
from db.consignments.view_rows import DiscrepancyViewRow
from domain.permissions import Permission
from resolvers.consignments.board_loaders import Board, open_board
from resolvers.consignments.lists import list_batches, list_consignments, list_discrepancies
from resolvers.consignments.loaders import find_consignment
from resolvers.paging import Page, PageArguments
from schema.consignments import filter_inputs as inputs
from schema.consignments.board_types import TrackingBoard
from schema.consignments.enums import ConsignmentOrder
from schema.consignments.movement_types import Discrepancy
from schema.consignments.types import Batch, Consignment
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import query

ConsignmentFilterArgument = Annotated[
    inputs.ConsignmentFilterInput | None,
    strawberry.argument(name="filter", description="Return only consignments that match this filter."),
]
BatchFilterArgument = Annotated[
    inputs.BatchFilterInput | None,
    strawberry.argument(name="filter", description="Return only batches that match this filter."),
]
DiscrepancyFilterArgument = Annotated[
    inputs.DiscrepancyFilterInput | None,
    strawberry.argument(name="filter", description="Return only discrepancies that match this filter."),
]
TrackingFilterArgument = Annotated[
    inputs.TrackingFilterInput | None,
    strawberry.argument(name="filter", description="Show only what matches this filter."),
]
OrderArgument = Annotated[
    ConsignmentOrder | None, strawberry.argument(description="The order of the list. Default: newest first.")
]
CodeArgument = Annotated[
    str, strawberry.argument(description="The code of the consignment, such as `CON-2026-000017`.")
]


@strawberry.type
class ConsignmentQueries:
    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=Connection[Consignment] | None,
        description="Returns the consignments that the viewer may see. A vendor sees those in whose chain it takes "
        "part.",
    )
    async def consignments(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: ConsignmentFilterArgument = None,
        order_by: OrderArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[ConsignmentRow]:
        chosen = (filter_ or inputs.ConsignmentFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_consignments(info.context, page, chosen, order_by or ConsignmentOrder.CREATED_AT_DESC)

    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=Consignment | None,
        description="Returns the consignment with this code. Null if there is none that the viewer may see.",
    )
    async def consignment(self, info: AppInfo, code: CodeArgument) -> ConsignmentRow | None:
        return await find_consignment(info.context, code)

    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=Connection[Batch] | None,
        description="Returns batches, last dispatched first. A vendor sees those that it sent or receives.",
    )
    async def batches(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: BatchFilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[BatchRow]:
        chosen = (filter_ or inputs.BatchFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_batches(info.context, page, chosen)

    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=Connection[Discrepancy] | None,
        description="Returns discrepancies, oldest first. A vendor sees those of batches that it sent or receives.",
    )
    async def discrepancies(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter_: DiscrepancyFilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[DiscrepancyViewRow]:
        chosen = (filter_ or inputs.DiscrepancyFilterInput()).to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_discrepancies(info.context, page, chosen)

    @query(
        requires=Permission.CONSIGNMENT_READ,
        returns=TrackingBoard | None,
        description="Returns a board for a wall screen: the consignments under way, what moved last, and which vendors "
        "must act since when. A vendor sees its own consignments.",
    )
    async def tracking_board(self, info: AppInfo, filter_: TrackingFilterArgument = None) -> Board:
        del info
        return open_board((filter_ or inputs.TrackingFilterInput()).to_filter())
