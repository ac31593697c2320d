"""The bucket of wrong codes, and the lock that follows them (R22)."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.redemptions.wrong_codes import BURST, LOCK_AT, LOCK_PERIOD, WrongCodes, new_bucket, retry_at, tokens_at

NOW = datetime(2026, 5, 10, 9, tzinfo=UTC)


def test_a_bucket_gives_ten_tokens_at_once_and_ten_a_minute() -> None:
    bucket = new_bucket(NOW)
    for _ in range(BURST):
        assert retry_at(bucket.tokens, bucket.refilled_at, NOW) is None
        bucket = bucket.note(NOW)
    assert retry_at(bucket.tokens, bucket.refilled_at, NOW) == NOW + timedelta(seconds=6)
    later = NOW + timedelta(seconds=6)
    assert retry_at(bucket.tokens, bucket.refilled_at, later) is None
    assert tokens_at(bucket.tokens, bucket.refilled_at, NOW + timedelta(hours=1)) == BURST


def test_a_clock_that_runs_backward_gives_nothing() -> None:
    bucket = new_bucket(NOW).note(NOW)
    earlier = NOW - timedelta(minutes=1)
    assert tokens_at(bucket.tokens, bucket.refilled_at, earlier) == BURST - 1
    assert bucket.note(earlier).refilled_at == NOW


@pytest.mark.parametrize(("later", "count"), [(LOCK_PERIOD, LOCK_AT), (LOCK_PERIOD + timedelta(microseconds=1), 1)])
def test_the_lock_counts_from_the_first_wrong_code_for_a_day(later: timedelta, count: int) -> None:
    found = WrongCodes(tokens=5.0, refilled_at=NOW, count=LOCK_AT - 1, since=NOW).note(NOW + later)
    assert (found.count, found.reaches_lock) == (count, count == LOCK_AT)
    assert found.since == (NOW if count == LOCK_AT else NOW + later)
