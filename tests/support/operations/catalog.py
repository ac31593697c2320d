"""Documents of the catalog: what administrators save."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.world import World


def _saved(**values: Any) -> Callable[[SchemeFactory, World], Awaitable[Prepared]]:
    async def prepared(_factory: SchemeFactory, _world: World) -> Prepared:
        return "ADMIN", {"input": values}

    return prepared


OF_CATALOG: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/UpsertProduct": _saved(
        name="New Oil", category="Engine oil", brand="Tessera", variants=[{"sku": "NEW-1L", "name": "1 liter"}]
    ),
    "portal/RenameCategory": _saved(category="Engine oil", name="Motor oil"),
    "portal/MergeCategories": _saved(category="Engine oil", into="Car care"),
    "portal/UpsertGeography": _saved(code="LK", name="Sri Lanka", level="COUNTRY"),
    "portal/UpsertTier": _saved(code="DIAMOND", name="Diamond", rank=5),
}
