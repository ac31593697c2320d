"""The root field of the viewer."""

import strawberry

from domain.permissions import Permission
from domain.permissions import Viewer as ViewerRow
from schema.fields import AppInfo
from schema.roots import query
from schema.viewer.types import Viewer


@strawberry.type
class ViewerQueries:
    """Who asks."""

    @query(
        requires=Permission.VIEWER_READ,
        returns=Viewer | None,
        description="Who asks, with what their roles allow at this moment.",
    )
    async def viewer(self, info: AppInfo) -> ViewerRow:
        """The viewer."""
        return info.context.viewer
