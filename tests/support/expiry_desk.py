"""Runs the expiry of points as the job does, posts parts of settlements, and reads what is left."""

from uuid import UUID, uuid4

from db.points.moves import Move
from db.points.posting_reads import SCHEME_NUMBER
from domain.points.ledger import LedgerAccount, PointsEntryKind
from resolvers.points.posting.adjust import post_adjustment
from resolvers.points.posting.expire import ExpiryPlace, expire_piece, is_expiry_due
from resolvers.points.posting.moves import Moving, lock_moving, move_points
from tests.support.databases import Cleaner
from tests.support.ledger_desk import LedgerDesk


class ExpiryDesk:
    """Runs the expiry, pays, and reads what is left."""

    def __init__(self, desk: LedgerDesk, cleaner: Cleaner, scheme_id: UUID) -> None:
        self.desk, self.cleaner, self.scheme_id = desk, cleaner, scheme_id

    async def expire(self) -> int:
        """Run the job to its end; return how many ECPs it looked at."""
        looked_at, place = 0, ExpiryPlace()
        while True:
            async with self.desk.posting() as (operation, session):
                found = await expire_piece(operation, session, place)
            if found is None:
                return looked_at
            place, count = found
            looked_at += count

    async def is_due(self) -> bool:
        """Whether the leader would queue the job."""
        operation = self.desk.environment.operation(None)
        try:
            return await is_expiry_due(operation)
        finally:
            await operation.close()

    async def move(self, ecp_id: UUID, points: int, debit: LedgerAccount, credit: LedgerAccount) -> None:
        """Post a part of a settlement."""
        async with self.desk.posting() as (operation, session):
            (scheme,) = await session.fetch(SCHEME_NUMBER, id=self.scheme_id)
            ecp = await self.desk.number_of(session, ecp_id)
            await lock_moving(session, [ecp])
            moving = Moving(
                scheme_id=self.scheme_id, scheme=scheme, kind=PointsEntryKind.SETTLEMENT, debit=debit, credit=credit
            )
            await move_points(operation, session, moving, [Move(ecp, points)])

    async def adjust(self, ecp_id: UUID, points: int) -> None:
        """Post an adjustment."""
        async with self.desk.posting() as (operation, session):
            await post_adjustment(operation, session, ecp_id, self.scheme_id, points, uuid4())

    async def balance(self) -> tuple[int, int]:
        """What is available, and what expired."""
        ((available, expired),) = await self.cleaner.fetch("SELECT available, expired FROM points_account")
        return available, expired

    async def notices(self) -> list[str]:
        """The facts of notifications, in the order of their time."""
        query = "SELECT fact ->> 'kind' || ' ' || (fact ->> 'points') FROM notification WHERE kind LIKE 'POINTS%'"
        return [text for (text,) in await self.cleaner.fetch(f"{query} ORDER BY created_at, id")]
