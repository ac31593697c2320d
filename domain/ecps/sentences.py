"""Sentences that notify people of what happened to an ECP.

They use the ECP's code and never the name, because the code remains when the personal data is erased.
"""

from domain.text import add_reason


def registered(code: str, place: str) -> str:
    """To program managers, who verify ECPs."""
    return f"{code} registered in {place} and is waiting for verification."


def verified(code: str, tier: str) -> str:
    """To the ECP, when it is verified."""
    return f"{code} is verified, with the tier {tier}."


def tier_changed(code: str, tier: str) -> str:
    """To the ECP, when it is active and its tier changes."""
    return f"{code} now has the tier {tier}."


def reinstated(code: str, tier: str) -> str:
    """To the ECP, when its suspension ends."""
    return f"{code} is active again, with the tier {tier}."


def suspended(code: str, reason: str) -> str:
    """To the ECP, with the reason."""
    return add_reason(f"{code} is suspended", reason)
