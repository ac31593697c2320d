"""Lists of simulations: all of them, and by scheme."""

from functools import partial
from uuid import UUID

from db.simulations import pages as statements
from db.simulations.pages import NEWEST
from db.simulations.rows import SimulationRow
from domain.permissions import Permission
from resolvers.context import Operation
from resolvers.paging import Page, PageArguments, empty_page, read_page, read_pages


async def list_simulations(operation: Operation, arguments: PageArguments) -> Page[SimulationRow]:
    """List the simulations of schemes that the viewer may see, newest first. Raises BadArgument."""
    scope = operation.viewer.scheme_scope
    page = partial(statements.simulation_page, scope)
    return await read_page(operation, arguments, NEWEST, page, {}, count=statements.simulation_count(scope))


async def simulations_by_scheme(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[SimulationRow]]:
    """Load a page of the simulations of each scheme, newest first. Raises BadArgument."""
    if not operation.viewer.may(Permission.SCHEME_SIMULATE):
        return [empty_page(arguments, NEWEST)] * len(ids)
    return await read_pages(
        operation,
        arguments,
        NEWEST,
        statements.simulations_by_scheme,
        ids,
        owner=lambda row: row.scheme_id,
        count=statements.COUNTS_BY_SCHEME,
    )
