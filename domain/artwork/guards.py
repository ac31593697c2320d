"""The actions that the state of artwork allows."""

from typing import Final

from msgspec import Struct

from domain.artwork.facts import ArtworkAction
from domain.artwork.failures import ARTWORK_PATH
from domain.artwork.state import ArtworkFacts
from domain.failures import Failure, IllegalState
from domain.guards import Guards, first_failure
from domain.permissions import Permission
from domain.viewers import Viewer


class ArtworkStanding(Struct, frozen=True):
    """The facts about an artwork that guards use; `reviewed`: a chain of the viewer's vendor carries the variant."""

    artwork: ArtworkFacts
    reviewed: bool


def _upload(_standing: ArtworkStanding, _viewer: Viewer) -> Failure | None:
    """A designer may upload a new version at any time."""
    return None


def _review(standing: ArtworkStanding, _viewer: Viewer) -> Failure | None:
    sku = standing.artwork.sku
    if not standing.reviewed:
        message = f"No live consignment carries {sku} through your vendor, so your vendor does not review its artwork."
        return IllegalState(message, ARTWORK_PATH)
    if standing.artwork.version == 0:
        return IllegalState(f"No artwork of {sku} is uploaded yet, so there is nothing to review.", ARTWORK_PATH)
    return None


def _approve(standing: ArtworkStanding, viewer: Viewer) -> Failure | None:
    artwork = standing.artwork
    if artwork.has_approved(viewer.vendor_id):
        message = f"Your vendor has approved version {artwork.version} of the artwork of {artwork.sku} already."
        return IllegalState(message, ARTWORK_PATH)
    return None


ARTWORK_GUARDS: Final = Guards(
    ArtworkAction,
    {
        ArtworkAction.UPLOAD: (Permission.ARTWORK_UPLOAD, _upload),
        ArtworkAction.APPROVE: (Permission.ARTWORK_REVIEW, first_failure(_review, _approve)),
        ArtworkAction.REQUEST_REVISION: (Permission.ARTWORK_REVIEW, _review),
    },
)
