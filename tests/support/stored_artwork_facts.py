"""An example of every kind of stored fact about artwork, with its exact sentence."""

from typing import Any, Final
from uuid import UUID

from domain.artwork.stored_facts import ArtworkHeld, ArtworkReleased, ArtworkToReview, StoredArtworkFact

_ARTWORK: Final[Any] = {"artwork_id": UUID(int=5), "sku": "AMB-1L", "version": 2}
OF_ARTWORK: Final[tuple[tuple[StoredArtworkFact, str], ...]] = (
    (
        ArtworkToReview(**_ARTWORK, answered=False),
        "Version 2 of the artwork of AMB-1L is waiting for your review.",
    ),
    (
        ArtworkToReview(**_ARTWORK, answered=True),
        "Version 2 of the artwork of AMB-1L is waiting for your review. It answers the request for a revision.",
    ),
    (
        ArtworkHeld(**_ARTWORK, vendor="First Print", comment="Too dark"),
        (
            "First Print asked for a revision of version 2 of the artwork of AMB-1L: Too dark. "
            "Do not produce or dispatch AMB-1L until it is revised."
        ),
    ),
    (
        ArtworkHeld(**_ARTWORK, vendor=None, comment=None),
        (
            "Another vendor asked for a revision of version 2 of the artwork of AMB-1L. "
            "Do not produce or dispatch AMB-1L until it is revised."
        ),
    ),
    (
        ArtworkReleased(**_ARTWORK),
        "No vendor asks for a revision of version 2 of the artwork of AMB-1L any more. You can go on with AMB-1L.",
    ),
)
