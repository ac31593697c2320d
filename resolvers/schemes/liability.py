"""The loader of what a program owes to the ECPs of a scheme: points, and their amount."""

from uuid import UUID

from msgspec import Struct

from db.points.liability_reads import LIABILITIES
from domain.money import Money
from resolvers.context import Operation
from resolvers.schemes.disclosure import may_follow


class Liability(Struct, frozen=True):
    """Points that were neither paid nor expired, and what they are worth; None without a value of a point."""

    points: int
    amount: Money | None


async def liabilities_of_schemes(operation: Operation, keys: list[tuple[UUID, Money | None]]) -> list[Liability | None]:
    """Load the liability of each scheme at the value of a point; None without `scheme:follow`."""
    if not may_follow(operation):
        return [None] * len(keys)
    ids = list({scheme_id for scheme_id, _ in keys})
    points = {found.id: found.points for found in await operation.fetch(LIABILITIES, ids=ids)}
    return [_liability(points.get(scheme_id, 0), value) for scheme_id, value in keys]


def _liability(points: int, value: Money | None) -> Liability:
    amount = None if value is None else Money(points * value.amount, value.currency).plain
    return Liability(points, amount)
