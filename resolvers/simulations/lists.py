"""Lists of simulations, all of them and by scheme, and of the ECPs who gain or lose in one."""

from functools import partial
from uuid import UUID

from db.keyset import Sort
from db.simulations import pages as statements
from db.simulations.pages import GAINS_MOST, LOSES_MOST, NEWEST
from db.simulations.rows import SimulatedEcpRow, SimulationRow
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


async def gainers_by_simulation(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[SimulatedEcpRow]]:
    """Load a page of the ECPs who gain in each simulation, the largest gain first. Raises BadArgument."""
    return await _ecps_by_simulation(operation, ids, arguments, GAINS_MOST)


async def losers_by_simulation(
    operation: Operation, ids: list[UUID], arguments: PageArguments
) -> list[Page[SimulatedEcpRow]]:
    """Load a page of the ECPs who lose in each simulation, the largest loss first. Raises BadArgument."""
    return await _ecps_by_simulation(operation, ids, arguments, LOSES_MOST)


async def _ecps_by_simulation(
    operation: Operation, ids: list[UUID], arguments: PageArguments, sort: Sort
) -> list[Page[SimulatedEcpRow]]:
    return await read_pages(
        operation,
        arguments,
        sort,
        partial(statements.ecps_by_simulation, sort),
        ids,
        owner=lambda row: row.simulation_id,
        count=statements.ecp_counts_by_simulation(sort),
    )
