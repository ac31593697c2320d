"""Documents of designers and vendors: uploads and reviews of artwork."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.node_kinds import NodeKind
from tests.support.client import gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.reviews import ReviewFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.world import World

_Preparation = Callable[[SchemeFactory, World], Awaitable[Prepared]]


async def _uploaded(factory: SchemeFactory) -> tuple[ReviewFactory, UUID, UUID]:
    """Artwork that the printer must review; with its factory and its scheme."""
    reviews = ReviewFactory(ConsignmentFactory(factory.environment, factory))
    scheme_id = await reviews.consignments.generated()
    await reviews.consignments.created(scheme_id, approved=False)
    return reviews, scheme_id, await reviews.upload(scheme_id)


async def _a_list(factory: SchemeFactory, _world: World) -> Prepared:
    reviews, scheme_id, artwork_id = await _uploaded(factory)
    await reviews.ask(artwork_id)
    chosen = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "states": ["REVISION_REQUESTED"]}
    return "DESIGNER", {"filter": chosen, "first": 10}


async def _a_detail(factory: SchemeFactory, _world: World) -> Prepared:
    reviews, _, artwork_id = await _uploaded(factory)
    await reviews.ask(artwork_id)
    return "DESIGNER", {"id": gid(NodeKind.ARTWORK, artwork_id)}


async def _an_upload(factory: SchemeFactory, _world: World) -> Prepared:
    reviews, scheme_id, _ = await _uploaded(factory)
    given = {
        "schemeId": gid(NodeKind.SCHEME, scheme_id),
        "variantId": gid(NodeKind.VARIANT, reviews.consignments.variant()),
        "uploadId": gid(NodeKind.UPLOAD, await reviews.finished_upload()),
    }
    return "DESIGNER", {"input": {**given, "note": "With the new logo."}}


async def _a_queue(factory: SchemeFactory, _world: World) -> Prepared:
    await _uploaded(factory)
    return "VENDOR", {"first": 10}


async def _an_approval(factory: SchemeFactory, _world: World) -> Prepared:
    _, _, artwork_id = await _uploaded(factory)
    return "VENDOR", {"input": {"artworkId": gid(NodeKind.ARTWORK, artwork_id), "version": 1}}


async def _a_request(factory: SchemeFactory, _world: World) -> Prepared:
    _, _, artwork_id = await _uploaded(factory)
    given = {"artworkId": gid(NodeKind.ARTWORK, artwork_id), "version": 1, "comment": "The logo is cut off."}
    return "VENDOR", {"input": given}


OF_ARTWORK: dict[str, _Preparation] = {
    "portal/ArtworkList": _a_list,
    "portal/ArtworkDetail": _a_detail,
    "portal/UploadArtwork": _an_upload,
    "vendor/ArtworkToReview": _a_queue,
    "vendor/ApproveArtwork": _an_approval,
    "vendor/RequestArtworkRevision": _a_request,
}
