"""Root fields of simulations."""

import strawberry

from db.simulations.rows import SimulationRow
from domain.permissions import Permission
from resolvers.paging import Page, PageArguments
from resolvers.simulations.lists import list_simulations
from resolvers.simulations.simulate_scheme import simulate_scheme
from schema.fields import AppInfo
from schema.paging import AfterArgument, BeforeArgument, Connection, FirstArgument, LastArgument
from schema.roots import mutation, query
from schema.simulations.inputs import SimulateSchemeInput
from schema.simulations.payloads import SimulateSchemePayload
from schema.simulations.types import Simulation


@strawberry.type
class SimulationQueries:
    @query(
        requires=Permission.SCHEME_SIMULATE,
        returns=Connection[Simulation] | None,
        description="Returns the simulations of schemes that the viewer may see, newest first.",
    )
    async def simulations(
        self,
        info: AppInfo,
        first: FirstArgument = None,
        after: AfterArgument = None,
        last: LastArgument = None,
        before: BeforeArgument = None,
    ) -> Page[SimulationRow]:
        return await list_simulations(info.context, PageArguments(first, after, last=last, before=before))


@strawberry.type
class SimulationMutations:
    @mutation(
        requires=Permission.SCHEME_SIMULATE,
        description="Replay the sales and redeemed coupons of a period through a scheme, or a draft, as it is defined "
        "now. A job does it, whose progress `jobProgress` streams, and `cancelJob` cancels it. Nothing is posted.",
    )
    async def simulate_scheme(self, info: AppInfo, input: SimulateSchemeInput) -> SimulateSchemePayload:
        return SimulateSchemePayload(key=await simulate_scheme(info.context, input.to_command()))
