"""What the redemptions area adds to the schema."""

from typing import Final

from resolvers.redemptions.tasks import LEADER_TASKS
from schema.area import Area
from schema.redemptions import errors
from schema.redemptions.fields import RedemptionMutations

AREA: Final = Area(mutations=(RedemptionMutations,), errors=errors, leader_tasks=LEADER_TASKS)
