"""How many wrong codes an account may try: a token bucket limits their pace, and a lock their number (R22).

Only wrong codes count: texts that are no code, and codes of no coupon. A code has 2^64 values, and among 10 million
coupons a guess succeeds about once in 10^12, so these limits keep everybody from finding one.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

# A person who types a code wrongly tries again at once; a program that guesses tries without end.
BURST: Final = 10
PER_MINUTE: Final = 10
# An ECP is locked at this wrong code since the last redemption, if the first of them is no older than the period.
LOCK_AT: Final = 20
LOCK_PERIOD: Final = timedelta(hours=24)

_SECONDS_PER_TOKEN: Final = 60 / PER_MINUTE


class WrongCodes(Struct, frozen=True):
    """The bucket of an account, with the tokens that were left when it was last refilled, and its wrong codes."""

    tokens: float
    refilled_at: datetime
    count: int
    since: datetime

    def note(self, now: datetime) -> "WrongCodes":
        """Take a token for one more wrong code, which must be there."""
        expired = self.count == 0 or now - self.since > LOCK_PERIOD
        return WrongCodes(
            tokens=tokens_at(self.tokens, self.refilled_at, now) - 1,
            refilled_at=max(now, self.refilled_at),
            count=1 if expired else self.count + 1,
            since=now if expired else self.since,
        )

    @property
    def reaches_lock(self) -> bool:
        """Whether there are so many wrong codes that the ECP is locked."""
        return self.count >= LOCK_AT


def new_bucket(now: datetime) -> WrongCodes:
    """A full bucket without wrong codes."""
    return WrongCodes(tokens=float(BURST), refilled_at=now, count=0, since=now)


def tokens_at(tokens: float, refilled_at: datetime, now: datetime) -> float:
    """How many tokens a bucket has now. Clocks of several servers differ, so time may seem to run backward."""
    passed = max(0.0, (now - refilled_at).total_seconds())
    return min(float(BURST), tokens + passed / _SECONDS_PER_TOKEN)


def retry_at(tokens: float, refilled_at: datetime, now: datetime) -> datetime | None:
    """When the next attempt is possible; None if it is now."""
    found = tokens_at(tokens, refilled_at, now)
    return None if found >= 1 else now + timedelta(seconds=(1 - found) * _SECONDS_PER_TOKEN)
