"""Sentences about artwork: why it holds a variant, and what vendors are notified of."""

from typing import assert_never

from domain.artwork.state import ArtworkFacts, Decision
from domain.artwork.stored_facts import ArtworkHeld, ArtworkReleased, ArtworkToReview, StoredArtworkFact
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


def artwork_sentence(fact: StoredArtworkFact) -> str:
    """Write what happened to artwork, for the person of a vendor who is notified."""
    artwork = f"version {fact.version} of the artwork of {fact.sku}"
    match fact:
        case ArtworkToReview(answered=answered):
            answer = " It answers the request for a revision." if answered else ""
            return f"V{artwork[1:]} is waiting for your review.{answer}"
        case ArtworkHeld(vendor=vendor, comment=comment):
            asked = add_reason(f"{vendor or 'Another vendor'} asked for a revision of {artwork}", comment)
            return f"{asked} Do not produce or dispatch {fact.sku} until it is revised."
        case ArtworkReleased():
            return f"No vendor asks for a revision of {artwork} any more. You can go on with {fact.sku}."
        case _:
            assert_never(fact)
