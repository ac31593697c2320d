"""What decisions about artwork do to the model of custody; see `tests.support.custody_model`."""

from typing import Any

from tests.support.artwork_desk import Review, Upload
from tests.support.custody_model import VOID, ModelConsignment, ModelDiscrepancy, SchemeModel


def decide(made: ModelConsignment, discrepancy: ModelDiscrepancy, accepted: set[int], scrapped: set[int]) -> None:
    """Scrapped serials are void where they are, and nobody looks for them any more."""
    own = made.places[discrepancy.variant_id]
    for serial in scrapped:
        leg, batch_id, _ = own[serial]
        own[serial] = (leg, batch_id, VOID)
    for each in made.discrepancies:
        each.open -= scrapped
    discrepancy.open -= accepted


def upload(model: SchemeModel, _actor: int, command: Upload, _answer: Any) -> None:
    """A new version needs new reviews, and holds what carries an older one."""
    artwork = model.artworks[command.variant_id]
    artwork.version += 1
    artwork.approved, artwork.requested = set(range(1, len(command.approved_by) + 1)), set()
    older = [n for n, version in artwork.printed.items() if version < artwork.version]
    for made in model.consignments.values():
        made.hold(command.variant_id, older)


def review(model: SchemeModel, leg: int, command: Review, _answer: Any) -> None:
    """A vendor approves, or asks for a revision, instead of what it decided before."""
    artwork = model.artworks[command.variant_id]
    for state, decided in ((artwork.requested, command.requests), (artwork.approved, not command.requests)):
        if decided:
            state.add(leg)
        else:
            state.discard(leg)
