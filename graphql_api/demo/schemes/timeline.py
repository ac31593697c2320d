"""When the steps of the demo schemes happened."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from graphql_api.demo.clock import DemoClock
from graphql_api.demo.schemes.progress import SchemeProgress
from graphql_api.demo.schemes.scenarios import SchemeStep
from graphql_api.demo.schemes.steps import run_step
from graphql_api.demo.steps import Step

# Minutes between two steps of one day, drawn between these bounds.
_MINUTES_PER_STEP: Final = (2, 14)


def scheme_steps(schemes: Sequence[SchemeProgress], clock: DemoClock) -> Iterator[Step]:
    """Yield the steps of every scheme, one scheme after the other."""
    for progress in schemes:
        days_ago = progress.plan.days_ago
        at = clock.days_ago(days_ago)
        for step in progress.plan.steps:
            if step.days:
                days_ago -= step.days
                at = clock.days_ago(days_ago)
            if step.kind is SchemeStep.TAKE_EFFECT:
                # The server applies due revisions every few seconds.
                at = progress.effective_at + timedelta(seconds=clock.random.randint(1, 5))
            yield Step(at, progress.actor(step.kind), partial(run_step, step.kind, progress))
            at += timedelta(minutes=clock.random.randint(*_MINUTES_PER_STEP), seconds=clock.random.randrange(60))
