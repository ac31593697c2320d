"""Payloads of imports."""

import strawberry

from resolvers.imports.loaders import imports_by_id
from schema.fields import batched
from schema.imports.types import Import
from schema.payloads import KeyedPayload


@strawberry.type(description="The result of `importSales`.")
class ImportSalesPayload(KeyedPayload):
    import_: Import | None = batched(
        imports_by_id, key="key", name="import", description="The import, which has begun. Null if there are errors."
    )
    notices: list[str] = strawberry.field(
        default_factory=list,
        description="What looks like a mistake, such as a source that nobody has used before. The import begins all "
        "the same.",
    )


@strawberry.type(description="The result of `cancelImport`.")
class CancelImportPayload(KeyedPayload):
    import_: Import | None = batched(
        imports_by_id, key="key", name="import", description="The canceled import. Null if there are errors."
    )


@strawberry.type(description="The result of `retryImport`.")
class RetryImportPayload(KeyedPayload):
    import_: Import | None = batched(
        imports_by_id,
        key="key",
        name="import",
        description="The import, which is queued again. Null if there are errors.",
    )
