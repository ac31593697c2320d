"""What each document of `operations/` needs before it is sent: rows, who sends it, and its variables."""

from collections.abc import Awaitable, Callable

from tests.api.preparing.documents import Prepared
from tests.api.preparing.ecps import OF_ECPS
from tests.api.preparing.schemes import OF_SCHEMES
from tests.api.preparing.webhooks import OF_WEBHOOKS
from tests.factories.schemes import SchemeFactory
from tests.factories.world import World

PREPARATIONS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    **OF_SCHEMES,
    **OF_ECPS,
    **OF_WEBHOOKS,
}
