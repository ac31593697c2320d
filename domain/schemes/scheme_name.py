"""How stored facts name a scheme."""

from msgspec import Struct

from domain.stored_facts import StoredFact


class SchemeName(Struct, frozen=True):
    """The title of a scheme, and the number of a revision that is not in effect yet."""

    title: str
    revision: int | None = None


class FactOfScheme(StoredFact, frozen=True):
    """A fact about one scheme."""

    scheme: SchemeName
