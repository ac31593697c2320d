"""How often newcomers may try to register (R18)."""

from datetime import UTC, datetime, timedelta

from domain.accounts.identities import Newcomer
from domain.accounts.registration_limits import ATTEMPTS_LIMITS, WINDOW, RegistrationLimits

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def newcomer(number: int) -> Newcomer:
    """One of many people."""
    return Newcomer("https://id.example", f"subject-{number}", f"person-{number}@example.org")


def test_a_person_tries_ten_times_in_ten_minutes() -> None:
    """The next attempt is possible when the first one is old enough, and attempts that wait are not counted."""
    limits = RegistrationLimits()
    for second in range(10):
        assert limits.next_attempt(newcomer(1), "192.0.2.1", NOW + second * SECOND) is None
    for _ in range(3):
        assert limits.next_attempt(newcomer(1), "192.0.2.1", NOW + 10 * SECOND) == NOW + WINDOW
    assert limits.next_attempt(newcomer(2), "192.0.2.1", NOW + 10 * SECOND) is None
    assert limits.next_attempt(newcomer(1), "192.0.2.1", NOW + WINDOW) is None
    assert limits.next_attempt(newcomer(1), "192.0.2.1", NOW + WINDOW) == NOW + WINDOW + SECOND


def test_an_address_is_limited_whoever_is_behind_it() -> None:
    """Another address goes on."""
    limits = RegistrationLimits()
    for number in range(ATTEMPTS_LIMITS["address"]):
        assert limits.next_attempt(newcomer(number), "192.0.2.1", NOW) is None
    assert limits.next_attempt(newcomer(1_000), "192.0.2.1", NOW) == NOW + WINDOW
    assert limits.next_attempt(newcomer(1_000), "192.0.2.2", NOW) is None


def test_all_of_them_together_are_limited() -> None:
    """However many people and addresses there are, and in bounded memory."""
    limits = RegistrationLimits()
    total = ATTEMPTS_LIMITS["total"]
    assert {limits.next_attempt(newcomer(number), f"192.0.2.{number}", NOW) for number in range(total)} == {None}
    for number in range(total, 12_000):
        assert limits.next_attempt(newcomer(number), None, NOW) == NOW + WINDOW
    assert len(limits._attempts) <= 10_000  # noqa: SLF001 - to see that it is bounded
