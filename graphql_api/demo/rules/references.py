"""The ids that the conditions of demo bonus rules refer to."""

from datetime import date, timedelta
from uuid import UUID

from msgspec import Struct

from graphql_api.demo.catalog.catalog import Catalog


class RuleReferences(Struct, frozen=True):
    """Looks up ids by code for the conditions of a rule, and days of a scheme that starts on `starts_on`."""

    catalog: Catalog
    starts_on: date

    def tier(self, code: str) -> UUID:
        """Return the id of a tier."""
        return self.catalog.tiers[code]

    def tiers(self, *codes: str) -> tuple[UUID, ...]:
        """Return the ids of tiers."""
        return tuple(self.catalog.tiers[code] for code in codes)

    def places(self, *codes: str) -> tuple[UUID, ...]:
        """Return the ids of geographies of any level."""
        return tuple(self.catalog.geographies[code] for code in codes)

    def products(self, *codes: str) -> tuple[UUID, ...]:
        """Return the ids of products, by the prefix of their SKUs."""
        return tuple(self.catalog.products[code] for code in codes)

    def categories(self, *names: str) -> tuple[UUID, ...]:
        """Return the ids of categories."""
        return tuple(self.catalog.categories[name] for name in names)

    def variants(self, *skus: str) -> tuple[UUID, ...]:
        """Return the ids of variants."""
        return tuple(self.catalog.variants[sku] for sku in skus)

    def day(self, number: int) -> date:
        """Return a day of the scheme; day 0 is its first."""
        return self.starts_on + timedelta(days=number)
