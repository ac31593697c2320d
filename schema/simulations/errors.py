"""The errors of simulations."""

from domain.simulations.failures import NothingToSimulate
from schema.errors import UserError, error_type
from schema.fields import leaf


@error_type(NothingToSimulate, "The draft lacks something without which no sale can earn points.")
class NothingToSimulateError(UserError):
    missing: list[str] = leaf("What the draft lacks, in words for people.")
