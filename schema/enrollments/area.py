"""What the enrollments area adds to the schema."""

from typing import Final

from resolvers.enrollments.nodes import NODES
from schema.area import Area
from schema.enrollments.fields import EnrollmentMutations

AREA: Final = Area(mutations=(EnrollmentMutations,), nodes=NODES)
