"""What a posting comes to, as its callers report it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.points.obstacles import EarningObstacle


class PostedLine(Struct, frozen=True, gc=False):
    """What a line of a changed sale is worth in a scheme. A line with obstacles earns nothing."""

    position: int
    scheme_id: UUID
    base: int
    bonus: int
    obstacles: tuple[EarningObstacle, ...] = ()


class PostedSale(Struct, frozen=True, gc=False):
    """By how much the points of a changed sale changed in this posting, and its lines in each scheme.

    A sale that `waits` in a scheme is valued there by a job, since it has too many later lines.
    """

    points: int = 0
    lines: tuple[PostedLine, ...] = ()
    waits: bool = False


class Posting(Struct, frozen=True):
    """A posting: its time in the ledger of each ECP by number, and what came of each changed sale by its number."""

    times: Mapping[int, datetime]
    sales: Mapping[int, PostedSale]
