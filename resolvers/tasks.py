"""Periodic tasks that only the leader among the server processes runs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from msgspec import Struct

from resolvers.context import Operation


class TaskPolicy(Struct, frozen=True, kw_only=True):
    """The settings that tasks depend on: how long events are kept, and the seconds between checks for due revisions."""

    event_retention: timedelta
    revision_interval: float


class LeaderTask(Struct, frozen=True, kw_only=True):
    """A task and the seconds between two runs. A failed run is logged; the next run tries again."""

    name: str
    interval: Callable[[TaskPolicy], float]
    run: Callable[[Operation, TaskPolicy], Awaitable[None]]
