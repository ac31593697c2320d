"""The types of simulations."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import strawberry

from db.points.source_reads import decode_content
from db.simulations.rows import SimulationRow
from domain.jobs.facts import JobStatus as Status
from domain.jobs.sentences import percent_of
from domain.node_kinds import NodeKind
from domain.schemes.content import content_hash
from domain.simulations.results import MonthPoints
from domain.simulations.sentences import list_assumptions, list_notices
from resolvers.accounts.loaders import accounts_by_id
from resolvers.ecps.loaders import ecps_by_id
from resolvers.jobs.loaders import jobs_by_id
from resolvers.sales.loaders import lines_by_id
from resolvers.schemes.loaders import schemes_in_place
from resolvers.simulations.examples import (
    lines_by_simulation,
    live_verdicts_by_example,
    rules_by_simulation,
    verdicts_by_example,
)
from resolvers.simulations.lists import gainers_by_simulation, losers_by_simulation
from schema.accounts.types import Account
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.jobs.enums import JobStatus
from schema.jobs.types import Job
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.points.types import LineVerdict
from schema.rules.enums import EarningChannel
from schema.rules.types import BonusRule
from schema.scalars import SafeInt

_Ecp = Annotated["Ecp", strawberry.lazy("schema.ecps.types")]  # type: ignore[name-defined] # noqa: F821 - each knows the other
_Scheme = Annotated["Scheme", strawberry.lazy("schema.schemes.types")]  # type: ignore[name-defined] # noqa: F821 - each knows the other
_SaleLine = Annotated["SaleLine", strawberry.lazy("schema.sales.types")]  # type: ignore[name-defined] # noqa: F821 - as above
_UNTIL = "Null until it is finished."
_DAY = timedelta(days=1)


def _found(name: str) -> Callable[[SimulationRow], Any]:
    """Reads an attribute of the result; None until there is one."""
    return lambda row: None if row.result is None else getattr(row.result, name)


def _last_day(row: MonthPoints) -> date:
    month = row.month
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return following - _DAY


def _assumptions(row: SimulationRow) -> list[str]:
    return list(list_assumptions(decode_content(row.content_json), is_draft=row.live_id is None))


def _notices(row: SimulationRow) -> list[str]:
    if row.result is None:
        return []
    content, period = decode_content(row.content_json), (row.from_day, row.to_day)
    return list(list_notices(content, row.result, period, is_draft=row.live_id is None))


@strawberry.type(description="The points of the sales of a month.")
class SimulatedMonth:
    from_: date = computed(lambda row: row.month, "The first day of the month.", name="from")
    to: date = computed(_last_day, "The last day of the month.")
    points: SafeInt = leaf("The points in the simulation.")
    live_points: SafeInt = leaf("The points in the ledger.")


@strawberry.type(description="The points of a bonus rule.")
class SimulatedRule:
    rule: BonusRule = leaf("The rule. One that the simulated content lacks comes last, as the ledger knows it.")
    points: SafeInt = leaf("The points in the simulation.")
    live_points: SafeInt = leaf("The points in the ledger.")


@strawberry.type(description="An ECP who has more points, or fewer, in a simulation than in the ledger.")
class SimulatedEcp:
    ecp: _Ecp | None = batched(ecps_by_id, key="ecp_id", description="The ECP. Null unless the viewer may see the ECP.")
    points: SafeInt = leaf("The points in the simulation.")
    live_points: SafeInt = leaf("The points in the ledger.")
    change: SafeInt = leaf("By how much the points differ: negative if the ECP loses.")


@strawberry.type(description="A line of a sale, or a redeemed coupon, that is worth something else in a simulation.")
class SimulatedLine:
    sale_line: _SaleLine | None = batched(
        lines_by_id,
        key="line_id",
        description="The line of the sale. Null for a redeemed coupon, and unless the viewer may see the sale.",
    )
    channel: EarningChannel | None = leaf("How the points were earned. Null if the line was corrected away since.")
    sku: str | None = computed(lambda row: row.source and row.source.sku, "The SKU of the variant. Null as above.")
    quantity: int | None = computed(
        lambda row: row.source and row.source.quantity, "The units that were sold, before returns. Null as above."
    )
    sold_at: datetime = computed(lambda row: row.example.sold_at, "When it was sold or redeemed.")
    points: SafeInt = computed(lambda row: row.example.points, "The points in the simulation.")
    live_points: SafeInt = computed(lambda row: row.example.live_points, "The points in the ledger.")
    verdicts: list[LineVerdict] = batched(
        verdicts_by_example,
        key="key",
        description="The verdict of each simulated rule. Empty if the simulated content does not include the line.",
    )
    live_verdicts: list[LineVerdict] = batched(
        live_verdicts_by_example,
        key="key",
        description="The verdict of each rule of the revision by which the ledger values the line. Empty if it does "
        "not.",
    )


@node_type(
    SimulationRow, "What the sales of a period would have earned in a scheme or a draft. A simulation posts nothing."
)
class Simulation(Node):
    id: strawberry.ID = node_id(NodeKind.SIMULATION)
    scheme: _Scheme | None = batched(
        schemes_in_place,
        key="scheme_id",
        description="The scheme, the draft, or the revision. Once a revision has taken effect, it is the scheme.",
    )
    from_: date = computed(lambda row: row.from_day, "The first day of the period.", name="from")
    to: date = computed(lambda row: row.to_day, "The last day of the period, which is included.")
    as_known_at: datetime = computed(lambda row: row.known_at, "Sales that were recorded later do not count.")
    made_at: datetime = leaf("When the simulation was started.")
    by: Account = batched(accounts_by_id, key="made_by", description="The account that started the simulation.")
    finished_at: datetime | None = leaf(f"When it was finished. {_UNTIL}")
    status: JobStatus = leaf("How far the simulation is.")
    job: Job | None = batched(
        jobs_by_id,
        key="job_id",
        description="The job that replays the sales. Null unless the viewer may see it, and once it is deleted.",
    )
    percent: int | None = computed(
        lambda row: percent_of(Status(row.status), row.job_done or 0, row.job_total),
        "The progress from 0 to 100. Null while the total is unknown.",
    )
    error: str | None = computed(lambda row: row.job_error, "Why it failed, as a sentence. Null if it did not.")
    is_compared: bool = computed(
        lambda row: row.live_id is not None,
        "Whether it is compared with the ledger of an approved scheme. A new draft has no ledger, so all of its live "
        "points are 0.",
    )
    content_hash: str = computed(
        lambda row: content_hash(decode_content(row.content_json)),
        "The hash of the content that is simulated. `SchemeReview.contentHash` is another one once the scheme is "
        "changed. Simulations with the same hash tried the same content.",
    )
    assumptions: list[str] = computed(_assumptions, "What the simulation assumes, one sentence each.")
    notices: list[str] = computed(_notices, "What explains a result of few points or none, one sentence each.")
    lines: SafeInt | None = computed(_found("lines"), f"How many lines of sales and redeemed coupons count. {_UNTIL}")
    ecps: int | None = computed(_found("ecps"), f"How many ECPs have such lines. {_UNTIL}")
    points: SafeInt | None = computed(_found("points"), f"The points in the simulation. {_UNTIL}")
    live_points: SafeInt | None = computed(_found("live_points"), f"The points in the ledger. {_UNTIL}")
    base_points: SafeInt | None = computed(_found("base_points"), f"The base points among `points`. {_UNTIL}")
    live_base_points: SafeInt | None = computed(
        _found("live_base_points"), f"The base points among `livePoints`. {_UNTIL}"
    )
    by_rule: list[SimulatedRule] = batched(
        rules_by_simulation,
        key="id",
        description="The points of each bonus rule, in the order of the scheme. Empty until it is finished.",
    )
    by_month: list[SimulatedMonth] = computed(
        lambda row: () if row.result is None else row.result.by_month,
        "The points by the month of the sale. Months without a line are left out. Empty until it is finished.",
    )
    budget_exhausted_on: date | None = computed(
        _found("budget_exhausted_on"),
        "The day of the sale that used up the budget. Null if something is left of it, without one, and until it is "
        "finished.",
    )
    gaining: int | None = computed(_found("gaining"), f"How many ECPs have more points than in the ledger. {_UNTIL}")
    losing: int | None = computed(_found("losing"), f"How many ECPs have fewer points than in the ledger. {_UNTIL}")
    gainers: Connection[SimulatedEcp] = batched(
        gainers_by_simulation,
        key="id",
        arguments=forward_page,
        description="The ECPs who have more points than in the ledger, the largest gain first.",
    )
    losers: Connection[SimulatedEcp] = batched(
        losers_by_simulation,
        key="id",
        arguments=forward_page,
        description="The ECPs who have fewer points than in the ledger, the largest loss first.",
    )
    median_points: SafeInt | None = computed(
        _found("median_points"),
        f"The median of the points of ECPs that earn some: at least half of them have so many or fewer. {_UNTIL}",
    )
    top_points: SafeInt | None = computed(_found("top_points"), f"The points of the ECP that earns most. {_UNTIL}")
    examples: list[SimulatedLine] = batched(
        lines_by_simulation,
        key="id",
        description="The ten lines whose points differ most from the ledger, that which differs most first. Empty "
        "until it is finished.",
    )
