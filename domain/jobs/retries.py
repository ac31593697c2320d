"""Decides what follows from a failed attempt of a job, and for how long a worker may be silent."""

from datetime import datetime, timedelta
from typing import Final

# The pause after each failed attempt in a row; after one more the job has failed.
RETRY_DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
# Jitter lengthens a delay by up to this share, so that jobs that failed together are not retried together.
JITTER_SHARE: Final = 0.2
# A job whose worker has been silent for so long is taken over by another one.
LEASE: Final = timedelta(seconds=30)
# Seconds between two heartbeats of a worker: several may fail before a lease ends.
HEARTBEAT_S: Final = 5.0


def next_attempt(failures: int, now: datetime, jitter: float) -> datetime | None:
    """When to try again after `failures` failed attempts in a row; None when the job has failed.

    Args:
        failures: The number of failed attempts since the job last saved a checkpoint, 1 or more.
        now: When the last one failed.
        jitter: A random number from 0 to 1; it lengthens the delay by up to `JITTER_SHARE`.

    Raises:
        ValueError: There was no failure, or the jitter is out of its range.
    """
    if failures < 1 or not 0 <= jitter <= 1:
        raise ValueError(f"no attempt follows {failures} failures with jitter {jitter}")
    if is_exhausted(failures):
        return None
    return now + RETRY_DELAYS[failures - 1] * (1 + JITTER_SHARE * jitter)


def is_exhausted(failures: int) -> bool:
    """Whether so many failed attempts in a row are too many for another one."""
    return failures > len(RETRY_DELAYS)
