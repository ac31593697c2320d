"""The input of imports, and the filter of their list."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.imports.cancel_import import CancelImport
from resolvers.imports.import_sales import ImportSales
from resolvers.imports.lists import ImportFilter
from resolvers.imports.retry_import import RetryImport
from resolvers.imports.start_import import ImportOptions
from schema.fields import leaf, optional
from schema.ids import input_id
from schema.imports.enums import ImportStatus


@strawberry.input(name="ImportFilter", description="A filter of imports. All given conditions must hold.")
class ImportFilterInput:
    sources: list[str] | None = optional("Return only imports for one of these sources.")
    statuses: list[ImportStatus] | None = optional("Return only imports with one of these statuses.")
    dry_run: bool | None = optional("Return only dry runs, or only imports that are none.")

    def to_filter(self) -> ImportFilter:
        """Convert the filter."""
        return ImportFilter(sources=self.sources, statuses=self.statuses, dry_run=self.dry_run)


@strawberry.input(description="A file of sales to import.")
class ImportSalesInput:
    upload_id: strawberry.ID = leaf("The ID of a finished upload of the viewer with the purpose `SALES_IMPORT`.")
    source: str = leaf("The system that the sales are of, as in `recordSales`.")
    dry_run: bool = strawberry.field(
        default=False,
        description="Whether to find out only what would happen, and to record nothing. The upload can be imported "
        "afterwards.",
    )
    park: bool = strawberry.field(
        default=False, description="Whether to park sales that name an unknown ECP or SKU, instead of rejecting them."
    )
    idempotency_key: str = leaf(
        "A text that identifies this request; 1 to 120 characters. If it is sent again, the first import is returned."
    )

    def to_command(self) -> ImportSales:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        upload_id = input_id(NodeKind.UPLOAD, self.upload_id, "uploadId")
        options = ImportOptions(source=self.source, dry_run=self.dry_run, park=self.park)
        return ImportSales(upload_id, options, self.idempotency_key)


@strawberry.input(description="An import to cancel.")
class CancelImportInput:
    import_id: strawberry.ID = leaf("The ID of the import.")

    def to_command(self) -> CancelImport:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return CancelImport(input_id(NodeKind.SALES_IMPORT, self.import_id, "importId"))


@strawberry.input(description="An import to continue.")
class RetryImportInput:
    import_id: strawberry.ID = leaf("The ID of the import.")

    def to_command(self) -> RetryImport:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return RetryImport(input_id(NodeKind.SALES_IMPORT, self.import_id, "importId"))
