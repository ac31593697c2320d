"""The root field of the audit log."""

from typing import Annotated

import strawberry

from db.audit.rows import AuditEntryRow
from domain.permissions import Permission
from resolvers.audit.lists import AuditFilter, list_audit_entries
from resolvers.paging import Page, PageArguments
from schema.audit.inputs import AuditFilterInput
from schema.audit.types import AuditEntry
from schema.fields import AppInfo
from schema.paging import AfterArgument, Connection, FirstArgument
from schema.roots import query

FilterArgument = Annotated[AuditFilterInput | None, strawberry.argument(description="Return only matching entries.")]


@strawberry.type
class AuditQueries:
    @query(
        requires=Permission.AUDIT_READ,
        returns=Connection[AuditEntry] | None,
        description="Returns the audit log, newest first.",
    )
    async def audit_log(
        self,
        info: AppInfo,
        filter: FilterArgument = None,
        first: FirstArgument = None,
        after: AfterArgument = None,
    ) -> Page[AuditEntryRow]:
        chosen = AuditFilter() if filter is None else filter.to_filter()
        return await list_audit_entries(info.context, chosen, PageArguments(first, after))
