"""What the webhooks area adds to the schema."""

from typing import Final

from resolvers.webhooks.nodes import NODES
from resolvers.webhooks.tasks import LEADER_TASKS
from schema.area import Area
from schema.webhooks.fields import WebhookMutations, WebhookQueries

AREA: Final = Area(queries=(WebhookQueries,), mutations=(WebhookMutations,), nodes=NODES, leader_tasks=LEADER_TASKS)
