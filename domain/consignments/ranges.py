"""Checks of quantities and ranges of serials that clients send."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from domain.failures import Path, Problem, UserErrorCode
from domain.spans import LAST_SERIAL, Span, Spans

# Ranges in one list; a roll with more pieces is reported in several calls.
MOST_RANGES: Final = 10_000
# A clock of a client may be ahead of ours by so much.
_AHEAD: Final = timedelta(minutes=5)


def range_problems(spans: Sequence[Span], path: Path) -> Iterator[Problem]:
    """Problems of one list of ranges: empty, too long, turned around, outside of the serials, overlapping."""
    if not spans:
        yield Problem(UserErrorCode.REQUIRED, "Name at least one range of serials.", path)
        return
    if len(spans) > MOST_RANGES:
        message = f"Name at most {MOST_RANGES:,} ranges at once, not {len(spans):,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, path)
        return
    for index, span in enumerate(spans):
        if not 0 <= span.first <= LAST_SERIAL or not 0 <= span.last <= LAST_SERIAL:
            message = f"Serials are from 0 to {LAST_SERIAL:,}, and this range is {span.first:,} to {span.last:,}."
            yield Problem(UserErrorCode.INVALID, message, (*path, str(index)))
        elif span.last < span.first:
            message = f"This range ends at {span.last:,}, before it begins at {span.first:,}."
            yield Problem(UserErrorCode.INVALID, message, (*path, str(index)))
    yield from overlap_problems([(spans, path)])


def overlap_problems(lists: Sequence[tuple[Sequence[Span], Path]]) -> Iterator[Problem]:
    """A problem where ranges overlap, within one list or between several; only the first overlap is named."""
    placed = sorted(
        (span, (*path, str(index)))
        for spans, path in lists
        for index, span in enumerate(spans)
        if span.first <= span.last
    )
    for (before, _), (span, path) in pairwise(placed):
        if span.first <= before.last:
            yield Problem(UserErrorCode.DUPLICATE, f"The ranges {before} and {span} overlap.", path)
            return


def quantity_problems(quantity: int, path: Path) -> Iterator[Problem]:
    """Problems of a number of coupons."""
    if quantity < 1:
        yield Problem(UserErrorCode.INVALID, f"The quantity must be 1 or more, not {quantity:,}.", path)
    elif quantity > LAST_SERIAL + 1:
        message = f"The quantity can be at most {LAST_SERIAL + 1:,}, not {quantity:,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, path)


def is_earlier(occurred_at: datetime, last: datetime) -> bool:
    """Whether a stated time is before that of the last movement, at the precision of the stated one.

    Clients state times in seconds or milliseconds; the server records them in microseconds.
    """
    if occurred_at.microsecond == 0:
        return occurred_at < last.replace(microsecond=0)
    if occurred_at.microsecond % 1000 == 0:
        return occurred_at < last.replace(microsecond=last.microsecond // 1000 * 1000)
    return occurred_at < last


def occurrence_problems(occurred_at: datetime | None, now: datetime) -> Iterator[Problem]:
    """A problem of a time that is more than five minutes ahead. None has none."""
    if occurred_at is not None and occurred_at > now + _AHEAD:
        message = "This time is in the future. Report a movement after it has happened, or leave the time out."
        yield Problem(UserErrorCode.INVALID, message, ("occurredAt",))


def merge(spans: Sequence[Span] | None) -> Spans:
    """The set of serials of a list of ranges that has no problems."""
    return Spans.of(spans or ())
