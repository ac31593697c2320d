"""The command `tessera` with little demo data: all of it is loaded by tests of its own, and takes half a minute."""

from graphql_api.cli import main
from graphql_api.demo import load, timeline
from graphql_api.demo.ecps.ecp_plan import plan_ecps


def shorten() -> None:
    """Leave out most people and schemes."""
    vars(load).update(SCHEMES=load.SCHEMES[:3], COUPONS=())
    few = plan_ecps()[:5]
    vars(timeline).update(plan_ecps=lambda: few, plan_enrollments=lambda *_: (), plan_activities=lambda _: ())


if __name__ == "__main__":
    shorten()
    main()
