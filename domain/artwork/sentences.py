"""Sentences about artwork that holds a variant."""

from domain.artwork.state import ArtworkFacts, Decision
from domain.calendar import Calendar
from domain.text import add_reason


def write_request(facts: ArtworkFacts, request: Decision, calendar: Calendar, *, readable: bool) -> str:
    """Write who asked for a revision of what, since when, and why: “First Print asked … on 2 March 2026 …: Too dark.”.

    Where the reader may not read who asked, another vendor did, and nothing says why.
    """
    asker = request.vendor_name if readable else "Another vendor"
    moment = calendar.format_moment(request.decided_at)
    sentence = f"{asker} asked for a revision of version {facts.version} of the artwork of {facts.sku} on {moment}"
    return add_reason(sentence, request.comment if readable else None)
