"""Documents of the program."""

from collections.abc import Awaitable, Callable

from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.world import World


async def _program(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ADMIN", {"first": 10}


async def _another_time_zone(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ADMIN", {"input": {"timeZone": "Asia/Kolkata"}}


OF_PROGRAM: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/Program": _program,
    "portal/UpdateProgram": _another_time_zone,
}
