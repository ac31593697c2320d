"""How many jobs run at once, and how often a worker looks for them."""

from typing import Final

from msgspec import Struct

from domain.jobs.retries import HEARTBEAT_S
from graphql_api.settings import Settings

# Seconds between two looks for jobs while nothing else happens.
POLL_S: Final = 1.0


class WorkerPolicy(Struct, frozen=True, kw_only=True):
    """How many jobs a process runs at once, how many of one account run in all processes, and limits of processes."""

    slots: int
    per_account: int
    processes: int = 1
    process_memory: int = 1024**3
    poll_s: float = POLL_S
    heartbeat_s: float = HEARTBEAT_S


def policy_of(settings: Settings) -> WorkerPolicy:
    """The policy that the settings say."""
    return WorkerPolicy(
        slots=settings.jobs,
        per_account=settings.jobs_per_account,
        processes=settings.job_processes,
        process_memory=settings.job_memory,
    )
