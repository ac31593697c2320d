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
