"""Whether the artwork of a variant lets a vendor produce or dispatch (R16)."""

from uuid import UUID

from domain.artwork.failures import ArtworkBlocked, ArtworkNotApproved
from domain.artwork.sentences import write_request
from domain.artwork.state import ArtworkFacts, find_request, may_read_request
from domain.calendar import Calendar
from domain.failures import Failure, Path


def find_production_failure(
    facts: ArtworkFacts, vendor_id: UUID | None, calendar: Calendar, path: Path
) -> Failure | None:
    """The failure that keeps a vendor from producing a variant: an open request, or its own missing approval."""
    if blocked := find_block(facts, vendor_id, calendar, path):
        return blocked
    if facts.may_produce(vendor_id):
        return None
    if facts.version == 0:
        message = f"No artwork of {facts.sku} is uploaded yet. Produce it when you have approved its first version."
    else:
        message = f"You have not approved version {facts.version} of the artwork of {facts.sku}. Review it first."
    return ArtworkNotApproved(message, path, variant_id=facts.variant_id, version=facts.version or None)


def find_block(facts: ArtworkFacts, vendor_id: UUID | None, calendar: Calendar, path: Path) -> ArtworkBlocked | None:
    """The failure that keeps every vendor from producing and dispatching a variant: an open request.

    It names the vendor that asked only to vendors that share a chain with it.
    """
    request = find_request(facts, vendor_id)
    if request is None:
        return None
    readable = may_read_request(request, vendor_id)
    words = write_request(facts, request, calendar, readable=readable)
    message = f"{words} Nobody can produce or dispatch {facts.sku} until the request is answered or withdrawn."
    requested_by = request.vendor_id if readable else None
    since = min(each.decided_at for each in facts.requests)
    return ArtworkBlocked(message, path, variant_id=facts.variant_id, requested_by=requested_by, since=since)
