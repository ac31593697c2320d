"""A transaction that lost a conflict is tried again, a few times."""

import pytest

from db.sessions import TransactionConflict
from resolvers.retrying import ATTEMPTS, retry_conflicts


async def test_the_result_of_a_later_attempt_counts() -> None:
    failures = [TransactionConflict(), TransactionConflict()]

    async def work() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert await retry_conflicts(work) == "done"
    assert failures == []


async def test_it_gives_up_after_four_attempts_and_only_retries_conflicts() -> None:
    """Anything else is raised at once."""
    calls: list[type[Exception]] = []

    async def failing(kind: type[Exception]) -> None:
        calls.append(kind)
        raise kind

    with pytest.raises(TransactionConflict):
        await retry_conflicts(lambda: failing(TransactionConflict))
    assert len(calls) == ATTEMPTS == 4
    with pytest.raises(LookupError):
        await retry_conflicts(lambda: failing(LookupError))
    assert calls[ATTEMPTS:] == [LookupError]
