"""Stored facts about changes of the catalog that affect schemes, with the names of that time."""

from domain.stored_facts import StoredFact


class TierRanked(StoredFact, frozen=True, tag="tierRanked"):
    """A tier got a rank; one that was added had none `before`."""

    name: str
    before: int | None
    after: int


class GeographyMoved(StoredFact, frozen=True, tag="geographyMoved"):
    """A geography moved from one geography to another. A country lies in none."""

    name: str
    before: str | None
    after: str | None


class ProductMoved(StoredFact, frozen=True, tag="productMoved"):
    """A product moved from one category to another."""

    name: str
    before: str
    after: str


class CategoryMerged(StoredFact, frozen=True, tag="categoryMerged"):
    """All products of a category moved to another one."""

    name: str
    into: str


CatalogFact = TierRanked | GeographyMoved | ProductMoved | CategoryMerged
