"""Documents of files."""

from collections.abc import Awaitable, Callable

from tests.support.factories.schemes import SchemeFactory
from tests.support.files import given, png
from tests.support.operations.documents import Prepared
from tests.support.world import World


async def _a_logo(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ADMIN", {"input": given(png())}


OF_FILES: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/CreateUpload": _a_logo,
}
