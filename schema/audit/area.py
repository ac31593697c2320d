"""What the audit log adds to the schema."""

from typing import Final

from resolvers.audit.nodes import NODES
from schema.area import Area
from schema.audit.fields import AuditQueries

AREA: Final = Area(queries=(AuditQueries,), nodes=NODES)
