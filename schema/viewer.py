"""The viewer: the account that makes the request, its permissions, and its notifications.

It shows objects of many areas.
"""

from typing import Annotated, Final

import strawberry

from domain.permissions import Permission, Role
from domain.viewers import Viewer as ViewerRow
from resolvers.accounts.loaders import accounts_by_id
from resolvers.catalog.loaders import vendors_by_id
from resolvers.ecps.loaders import ecps_by_id
from resolvers.notifications.loaders import notifications_by_account, unread_counts_by_account
from resolvers.paging import PageArguments
from schema.accounts.types import Account
from schema.area import Area
from schema.catalog.types import Vendor
from schema.ecps.types import Ecp
from schema.fields import AppInfo, batched, computed, leaf
from schema.notifications.types import Notification
from schema.paging import AfterArgument, Connection, FirstArgument
from schema.roots import query

UnreadArgument = Annotated[bool | None, strawberry.argument(description="Return only unread notifications.")]


def unread_page(
    unread_only: UnreadArgument = None, first: FirstArgument = None, after: AfterArgument = None
) -> tuple[bool, PageArguments]:
    """The arguments of the list of notifications."""
    return bool(unread_only), PageArguments(first, after)


@strawberry.type(description="The account that makes the request, and what its roles currently allow.")
class Viewer:
    account: Account | None = batched(
        accounts_by_id,
        key="account_id",
        description="The account. Null for a person whom the identity provider knows and who has no account yet: "
        "`registerEcp` makes one.",
    )
    email: str | None = leaf(
        "The e-mail address of the account, or without an account the one that the identity provider has verified."
    )
    roles: list[Role] = computed(lambda viewer: sorted(viewer.roles), "The current roles of the account.")
    permissions: list[str] = computed(
        lambda viewer: sorted(viewer.permissions), "All permissions that the roles grant, written `scope:action`."
    )
    vendor: Vendor | None = batched(
        vendors_by_id, key="vendor_id", description="The vendor that the account works for. Null if it works for none."
    )
    ecp: Ecp | None = batched(
        ecps_by_id, key="ecp_id", description="The ECP of the account. Null if the viewer is not an ECP."
    )
    notifications: Connection[Notification] = batched(
        notifications_by_account,
        key="account_id",
        arguments=unread_page,
        description="The notifications of the viewer, newest first.",
    )
    unread_count: int = batched(
        unread_counts_by_account, key="account_id", description="How many notifications of the viewer are unread."
    )


@strawberry.type
class ViewerQueries:
    @query(
        requires=Permission.VIEWER_READ,
        returns=Viewer | None,
        description="Returns the account that makes the request, and what its roles currently allow.",
        newcomers=True,
    )
    async def viewer(self, info: AppInfo) -> ViewerRow:
        return info.context.viewer_or_newcomer


AREA: Final = Area(queries=(ViewerQueries,))
