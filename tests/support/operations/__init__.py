"""Preparation of each document of `operations/`: rows, sender, and variables."""

from collections.abc import Awaitable, Callable

from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.accounts import OF_ACCOUNTS
from tests.support.operations.adjustments import OF_ADJUSTMENTS
from tests.support.operations.artwork import OF_ARTWORK
from tests.support.operations.catalog import OF_CATALOG
from tests.support.operations.consignments import OF_CONSIGNMENTS
from tests.support.operations.documents import Prepared
from tests.support.operations.downloads import OF_DOWNLOADS
from tests.support.operations.ecps import OF_ECPS
from tests.support.operations.files import OF_FILES
from tests.support.operations.imports import OF_IMPORTS
from tests.support.operations.jobs import OF_JOBS
from tests.support.operations.ledger import OF_LEDGER
from tests.support.operations.program import OF_PROGRAM
from tests.support.operations.redemptions import OF_REDEMPTIONS
from tests.support.operations.sales import OF_SALES
from tests.support.operations.schemes import OF_SCHEMES
from tests.support.operations.settlements import OF_SETTLEMENTS
from tests.support.operations.simulations import OF_SIMULATIONS
from tests.support.operations.tracking import OF_TRACKING
from tests.support.operations.webhooks import OF_WEBHOOKS
from tests.support.world import World

PREPARATIONS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    **OF_SCHEMES,
    **OF_ACCOUNTS,
    **OF_ECPS,
    **OF_ADJUSTMENTS,
    **OF_SETTLEMENTS,
    **OF_LEDGER,
    **OF_WEBHOOKS,
    **OF_PROGRAM,
    **OF_CATALOG,
    **OF_DOWNLOADS,
    **OF_FILES,
    **OF_CONSIGNMENTS,
    **OF_TRACKING,
    **OF_JOBS,
    **OF_IMPORTS,
    **OF_ARTWORK,
    **OF_SALES,
    **OF_REDEMPTIONS,
    **OF_SIMULATIONS,
}
