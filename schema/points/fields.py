"""Root fields of points."""

from typing import Annotated

import strawberry

from domain.failures import Failure
from domain.permissions import Permission
from resolvers.points.preview_points import preview_points
from schema.fields import AppInfo
from schema.points.inputs import PreviewPointsInput
from schema.points.types import PointsPreview
from schema.roots import query

What = strawberry.argument(description="The sale to preview.")


@strawberry.type
class PointsQueries:
    @query(
        requires=Permission.POINTS_PREVIEW,
        returns=PointsPreview,
        description="Returns the points that a sale would earn in a scheme, and why, rule by rule. It "
        "also works while a draft is being edited. Nothing is posted.",
    )
    async def preview_points(self, info: AppInfo, input: Annotated[PreviewPointsInput, What]) -> PointsPreview:
        try:
            return PointsPreview.of(await preview_points(info.context, input.to_command()))
        except Failure as failure:
            return PointsPreview.failed(failure)
