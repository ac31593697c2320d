"""What happens to an ECP as sentences for those whom it concerns.

They say the code and never the name: the code outlives the person's data.
"""

from domain.text import add_reason


def registered(code: str, place: str) -> str:
    """For program managers, who verify."""
    return f"{code} registered in {place} and waits for verification."


def verified(code: str, tier: str) -> str:
    """For the ECP, when it is verified."""
    return f"{code} is verified, with the tier {tier}."


def tier_changed(code: str, tier: str) -> str:
    """For the ECP, when it is active and gets another tier."""
    return f"{code} has the tier {tier} now."


def reinstated(code: str, tier: str) -> str:
    """For the ECP, when it was suspended and is active again."""
    return f"{code} is active again, with the tier {tier}."


def suspended(code: str, reason: str) -> str:
    """For the ECP, with the reason."""
    return add_reason(f"{code} is suspended", reason)
