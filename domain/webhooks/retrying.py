"""Decides when a webhook is sent again, and reads the pause that an endpoint asks for."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

# The example schedule of https://www.standardwebhooks.com, three days long. The first attempt is immediate.
RETRY_DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# Jitter lengthens a pause by up to this share, so that endpoints that failed together are not retried together.
JITTER_SHARE: Final = 0.2
# An endpoint cannot ask for more.
LONGEST_PAUSE: Final = timedelta(days=1)
# The least pause for an endpoint that is overloaded and does not say how long.
OVERLOAD_PAUSE: Final = timedelta(minutes=1)
OVERLOADED: Final = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
)
# Longer values are no dates and no numbers of seconds.
HEADER_LIMIT: Final = 64

_SECONDS: Final = re.compile(r"[0-9]+")
_SECONDS_LIMIT: Final = 10**9


def next_attempt(failures: int, now: datetime, jitter: float) -> datetime | None:
    """When to try again after `failures` failed attempts in a row; None to give up and disable the endpoint.

    Args:
        failures: The number of failed attempts, 1 or more.
        now: When the last one failed.
        jitter: A random number from 0 to 1; it lengthens the delay by up to `JITTER_SHARE`.

    Raises:
        ValueError: There was no failure, or the jitter is out of its range.
    """
    if failures < 1 or not 0 <= jitter <= 1:
        raise ValueError(f"no attempt follows {failures} failures with jitter {jitter}")
    if failures > len(RETRY_DELAYS):
        return None
    return now + RETRY_DELAYS[failures - 1] * (1 + JITTER_SHARE * jitter)


def pause_after_throttling(times: int, asked: timedelta | None) -> timedelta:
    """How long to leave an endpoint alone that has answered 429 so many `times`, 1 or more.

    The endpoint decides if it `asked` for a pause: from the first delay of the schedule on, and from the second one on
    after as many answers as the schedule has delays. Otherwise the schedule decides, and its last delay repeats.
    """
    last = len(RETRY_DELAYS)
    if asked is None:
        return max(OVERLOAD_PAUSE, RETRY_DELAYS[min(times, last) - 1])
    return max(asked, RETRY_DELAYS[0 if times <= last else 1])


def pause_of(status: int | None, asked: timedelta | None) -> timedelta:
    """How long to leave an endpoint alone at least after an answer with this status: what it `asked` for, if it did."""
    if asked is not None:
        return asked
    return OVERLOAD_PAUSE if status in OVERLOADED else timedelta()


def with_jitter(pause: timedelta, jitter: float) -> timedelta:
    """A pause lengthened by jitter, and a day at most. `jitter` is a random number from 0 to 1."""
    return min(pause * (1 + JITTER_SHARE * jitter), LONGEST_PAUSE)


def asked_pause(retry_after: str | None, now: datetime) -> timedelta | None:
    """The pause that the value of a `Retry-After` header asks for, from now to a day; None if it asks for none.

    The value is a number of seconds or a date, as RFC 9110 has it. Anything else is no value.
    """
    text = (retry_after or "").strip()
    if not text or len(text) > HEADER_LIMIT:
        return None
    if _SECONDS.fullmatch(text):
        asked = timedelta(seconds=min(int(text), _SECONDS_LIMIT))
    else:
        try:
            date = parsedate_to_datetime(text)
            asked = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(asked, timedelta()), LONGEST_PAUSE)
