"""Who sees the events of postings: those who may read every ECP, and each ECP those about itself."""

from collections.abc import Sequence

from db.outbox.rows import EventRow
from domain.events import SubjectKind
from domain.permissions import EcpScope
from resolvers.context import Operation


async def visible_to_viewer(operation: Operation, events: Sequence[EventRow]) -> list[bool]:
    """Return for each event whether the viewer may see it."""
    viewer = operation.viewer
    if viewer.ecp_scope is EcpScope.ALL:
        return [True for _ in events]
    own = viewer.ecp_id if viewer.ecp_scope is EcpScope.OWN else None
    return [own is not None and own in event.subjects_of(SubjectKind.ECP) for event in events]
