"""The command `tessera` with little demo data: all of it is loaded by tests of its own, and takes half a minute."""

from graphql_api import cli
from graphql_api.demo import load, timeline
from graphql_api.demo.ecps.ecp_plan import plan_ecps
from graphql_api.demo.history import load as history_load
from graphql_api.demo.history import timeline as history
from graphql_api.demo.history.size import HistorySize
from graphql_api.demo.schemes.all_schemes import SCHEMES


def shorten() -> None:
    """Leave out most people and schemes, and keep a few sales."""
    vars(load).update(SCHEMES=SCHEMES[:3], COUPONS=())
    vars(history_load).update(SCHEMES=SCHEMES[:3])
    few = plan_ecps()[:5]
    vars(timeline).update(plan_ecps=lambda: few, plan_enrollments=lambda *_: (), plan_activities=lambda _: ())
    vars(history).update(plan_ecps=lambda: few, plan_enrollments=lambda *_: ())
    vars(cli).update(FULL_HISTORY=HistorySize(sales=30, redemptions=0))


if __name__ == "__main__":
    shorten()
    cli.main()
