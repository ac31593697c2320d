"""The command `tessera` with little demo data: all of it is loaded by tests of its own, and takes half a minute."""

from typing import Any, Final

from graphql_api import cli, demo_history
from graphql_api.demo import load, timeline
from graphql_api.demo.ecps.ecp_plan import plan_ecps
from graphql_api.demo.history import load as history_load
from graphql_api.demo.history import timeline as history
from graphql_api.demo.history.size import HistorySize
from graphql_api.demo.schemes.all_schemes import SCHEMES

LITTLE: Final = HistorySize(sales=30, redemptions=0)


def short_plans() -> list[tuple[Any, str, Any]]:
    """What to set in which module to leave out most people and schemes, and keep a few sales."""
    few = plan_ecps()[:5]
    return [
        (load, "SCHEMES", SCHEMES[:3]),
        (load, "COUPONS", ()),
        (history_load, "SCHEMES", SCHEMES[:3]),
        *((module, "plan_ecps", lambda: few) for module in (timeline, history)),
        *((module, "plan_enrollments", lambda *_: ()) for module in (timeline, history)),
        (timeline, "plan_activities", lambda _: ()),
        (demo_history, "FULL_HISTORY", LITTLE),
    ]


if __name__ == "__main__":
    for module, name, value in short_plans():
        setattr(module, name, value)
    cli.main()
