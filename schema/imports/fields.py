"""Root fields of imports."""

from typing import Annotated

import strawberry

from db.imports.rows import ListedImportRow
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from resolvers.imports.cancel_import import cancel_import
from resolvers.imports.import_sales import import_sales
from resolvers.imports.lists import ImportFilter, list_imports
from resolvers.imports.loaders import imports_by_id
from resolvers.imports.progress_feed import follow_import
from resolvers.imports.retry_import import retry_import
from resolvers.outbox.feeds import Feed
from resolvers.paging import Page, PageArguments
from schema.feeds import ResumeArgument
from schema.fields import AppInfo
from schema.ids import argument_id
from schema.imports import inputs, payloads
from schema.imports.enums import ImportOrder
from schema.imports.types import Import, ImportProgressEvent
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query, subscription

FilterArgument = Annotated[
    inputs.ImportFilterInput | None, strawberry.argument(description="Return only imports that match this filter.")
]
OrderArgument = Annotated[
    ImportOrder | None, strawberry.argument(description="The order of the list. Default: newest first.")
]
_SEEN = "A viewer sees their own imports, and those who see all sales see all imports."


@strawberry.type
class ImportQueries:
    @query(
        requires=Permission.SALE_READ,
        returns=Import | None,
        name="import",
        description=f"Returns an import. Null if it does not exist or the viewer may not see it. {_SEEN}",
    )
    async def import_(
        self,
        info: AppInfo,
        id: Annotated[strawberry.ID, strawberry.argument(description="The ID of the import.")],
    ) -> ListedImportRow | None:
        found = argument_id(NodeKind.SALES_IMPORT, id, "id")
        return (await imports_by_id(info.context, [found]))[0]

    @query(
        requires=Permission.SALE_READ,
        returns=Connection[Import] | None,
        description=f"Returns imports of sales. {_SEEN}",
    )
    async def imports(  # noqa: PLR0913, PLR0917 - the arguments of a Relay connection
        self,
        info: AppInfo,
        filter: FilterArgument = None,
        order_by: OrderArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[ListedImportRow]:
        chosen = ImportFilter() if filter is None else filter.to_filter()
        page = PageArguments(first=first, after=after, last=last, before=before)
        return await list_imports(info.context, chosen, order_by or ImportOrder.CREATED_AT_DESC, page)


@strawberry.type
class ImportMutations:
    @mutation(
        requires=Permission.SALE_IMPORT,
        description="Import a file of sales in the background. Each sale is recorded, corrected, or rejected on its "
        "own, as `recordSales` does it. The file is one of an upload; `POST /imports/sales` takes a file in one "
        "request.",
    )
    async def import_sales(self, info: AppInfo, input: inputs.ImportSalesInput) -> payloads.ImportSalesPayload:
        begun = await import_sales(info.context, input.to_command())
        return payloads.ImportSalesPayload(key=begun.id, notices=list(begun.notices))

    @mutation(
        requires=Permission.SALE_READ,
        description="Cancel an import that waits or runs. What it has recorded stays. Only the account that began it, "
        "program managers, and administrators may cancel it. If another account cancels it, its owner is notified.",
    )
    async def cancel_import(self, info: AppInfo, input: inputs.CancelImportInput) -> payloads.CancelImportPayload:
        return payloads.CancelImportPayload(key=await cancel_import(info.context, input.to_command()))

    @mutation(
        requires=Permission.SALE_READ,
        description="Continue an import that failed or was canceled, where it stopped and in the name of its owner. "
        "Only the account that began it, program managers, and administrators may retry it.",
    )
    async def retry_import(self, info: AppInfo, input: inputs.RetryImportInput) -> payloads.RetryImportPayload:
        return payloads.RetryImportPayload(key=await retry_import(info.context, input.to_command()))


@strawberry.type
class ImportSubscriptions:
    @subscription(
        requires=Permission.SALE_READ,
        returns=ImportProgressEvent,
        description="Streams an import whenever it starts, makes progress, or ends. Changes in quick succession may "
        "arrive as one event, which shows the latest state.",
    )
    async def import_progress(
        self,
        info: AppInfo,
        import_id: Annotated[strawberry.ID, strawberry.argument(description="The ID of the import.")],
        after: ResumeArgument = None,
    ) -> Feed:
        found = argument_id(NodeKind.SALES_IMPORT, import_id, "importId")
        return await follow_import(info.context, found, after)
