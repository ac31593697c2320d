"""What the consignments area adds to the schema."""

from typing import Final

from resolvers.consignments.nodes import NODES
from resolvers.consignments.tasks import LEADER_TASKS
from schema.area import Area
from schema.consignments import errors
from schema.consignments.coupon_fields import CouponQueries
from schema.consignments.mutation_fields import AllocationMutations, CustodyMutations
from schema.consignments.pack_fields import PackMutations, PackQueries
from schema.consignments.query_fields import ConsignmentQueries
from schema.consignments.stream_fields import MovementQueries, MovementSubscriptions

AREA: Final = Area(
    queries=(ConsignmentQueries, CouponQueries, MovementQueries, PackQueries),
    subscriptions=(MovementSubscriptions,),
    mutations=(AllocationMutations, CustodyMutations, PackMutations),
    errors=errors,
    nodes=NODES,
    leader_tasks=LEADER_TASKS,
)
