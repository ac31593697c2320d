"""Money as a type and as an input."""

from decimal import Decimal

import strawberry

from domain import money
from schema.fields import leaf


@strawberry.type(description="An amount of money.")
class Money:
    amount: Decimal = leaf("The amount.")
    currency: str = leaf("The currency, a code of ISO 4217 such as `INR`.")


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount: Decimal = leaf("The amount.")
    currency: str = leaf("The currency, a code of ISO 4217 such as `INR`.")

    def to_money(self) -> money.Money:
        """Convert the input."""
        return money.Money(self.amount, self.currency)
