"""The leader task of sales: parked sales are tried again."""

from typing import Final

from resolvers.sales.retry_parked import retry_parked_sales
from resolvers.tasks import LeaderTask

_INTERVAL_S: Final = 15.0

LEADER_TASKS: Final = (
    LeaderTask(name="retry parked sales", interval=lambda _policy: _INTERVAL_S, run=retry_parked_sales),
)
