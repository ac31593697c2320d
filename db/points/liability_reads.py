"""The statement that adds up what a program owes in points."""

from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import BigInteger, any_, func, select

from db.columns import columns
from db.points.tables import PointsAccountTable
from db.schemes.tables import SchemeTable
from db.statement import Statement, uuids


class LiabilityRow(Struct, frozen=True):
    """The available and settling points of all ECPs in a scheme."""

    id: UUID
    points: int


_POINTS: Final = func.coalesce(func.sum(PointsAccountTable.available + PointsAccountTable.settling), 0).cast(BigInteger)
LIABILITIES: Final = Statement(
    select(*columns(SchemeTable, LiabilityRow, points=_POINTS))
    .join(PointsAccountTable, PointsAccountTable.scheme == SchemeTable.number)
    .where(SchemeTable.id == any_(uuids("ids")))
    .group_by(SchemeTable.id),
    LiabilityRow,
)
