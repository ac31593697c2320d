"""What the work queues area adds to the schema."""

from typing import Final

from schema.area import Area
from schema.work.fields import WorkQueries, WorkSubscriptions

AREA: Final = Area(queries=(WorkQueries,), subscriptions=(WorkSubscriptions,))
