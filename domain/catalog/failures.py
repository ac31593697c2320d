"""Declared failures of the catalog."""

from collections.abc import Sequence

from domain.catalog.facts import AffectedScheme
from domain.failures import Failure, UserErrorCode
from domain.text import format_count, quote


class ImpactNotAcknowledged(Failure):
    """The change affects schemes that are approved or wait for approval, and the input does not acknowledge it."""

    code = UserErrorCode.REQUIRED

    def __init__(self, schemes: Sequence[AffectedScheme], *, scheme_count: int, ecp_count: int) -> None:
        self.schemes = tuple(schemes)
        self.scheme_count = scheme_count
        self.ecp_count = ecp_count
        first, others = schemes[0], scheme_count - 1
        named = f"{quote(first.title)} ({first.code})"
        which = f"{named} and {format_count(others, 'more scheme')}" if others else named
        message = (
            f"This changes what {which} will pay or whom {'they' if others else 'it'} will include, "
            f"and concerns {format_count(ecp_count, 'active ECP')}. "
            "Read the list of schemes, and set acknowledgeImpact to make the change."
        )
        super().__init__(message, ("input", "acknowledgeImpact"))
