"""The errors of settlements."""

from datetime import date

from domain.settlements.failures import OpenWorkRemains, PointsSettling, SettlementTooEarly, SettlementUnderway
from schema.errors import UserError, error_type
from schema.fields import leaf
from schema.scalars import SafeInt


@error_type(SettlementTooEarly, "The grace period after the end of the scheme is not over.")
class SettlementTooEarlyError(UserError):
    settles_on: date = leaf("The first day on which the scheme can be settled.")


@error_type(SettlementUnderway, "Another settlement of the scheme is not posted yet.")
class SettlementUnderwayError(UserError):
    number: int = leaf("The number of the other settlement.")


@error_type(OpenWorkRemains, "Open work may still change the points of the scheme, and it was not acknowledged.")
class OpenWorkRemainsError(UserError):
    discrepancies: int = leaf("How many discrepancies of the scheme's consignments are open.")
    parked_sales: int = leaf("How many sales are parked. Some may belong to the scheme.")
    pending_adjustments: int = leaf("How many adjustments in the scheme wait for a second person.")
    waiting_accounts: int = leaf("Of how many ECPs sales in the scheme are still being valued.")


@error_type(PointsSettling, "Points of the ECP are being paid out.")
class PointsSettlingError(UserError):
    points: SafeInt = leaf("How many points are being paid out.")
