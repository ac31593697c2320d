"""Periodic tasks: what one process does for all of them while it leads."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from msgspec import Struct

from resolvers.context import Operation


class TaskPolicy(Struct, frozen=True, kw_only=True):
    """The settings that tasks depend on: how long events are kept, and the seconds between two looks for revisions."""

    event_retention: timedelta
    revision_interval: float


class LeaderTask(Struct, frozen=True, kw_only=True):
    """A task, with the seconds between two runs. A run that fails is logged, and the next one tries again."""

    name: str
    interval: Callable[[TaskPolicy], float]
    run: Callable[[Operation, TaskPolicy], Awaitable[None]]
