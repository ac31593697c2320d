"""Work queues: what waits for the action of a role, from schemes to batches and enrollments (R10)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final

from msgspec import Struct

from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentStatus
from domain.permissions import Role
from domain.queue_keys import WorkKind, WorkQueueKey
from domain.requests import Forbidden, RequestError
from domain.schemes.stages import SchemeStatus, StageKind
from domain.viewers import Viewer


class Queue(Struct, frozen=True, kw_only=True):
    """A work queue and the role that works on it. Subclasses say what the queue contains.

    `description` is one sentence for clients of the API: the role, and what waits. `holds` is what the queue contains,
    and `stage` the stage of schemes that it is about, if any.
    """

    holds: ClassVar[WorkKind]

    key: WorkQueueKey
    role: Role
    description: str
    stage: StageKind | None = None


class SchemeQueue(Queue, frozen=True, kw_only=True):
    """Schemes with a stage at a status.

    `others_only` leaves out what the viewer submitted or, unless the program lets authors approve, edited.
    """

    holds: ClassVar[WorkKind] = WorkKind.SCHEMES

    stage: StageKind
    status: SchemeStatus
    others_only: bool = False


class EcpQueue(Queue, frozen=True, kw_only=True):
    """ECPs with a status, the earliest registered first."""

    holds: ClassVar[WorkKind] = WorkKind.ECPS

    status: EcpStatus


class EnrollmentQueue(Queue, frozen=True, kw_only=True):
    """Enrollments with a status, the earliest requested first."""

    holds: ClassVar[WorkKind] = WorkKind.ENROLLMENTS

    status: EnrollmentStatus


class AdjustmentQueue(Queue, frozen=True, kw_only=True):
    """Adjustments that the viewer must decide about as a second person, the oldest first."""

    holds: ClassVar[WorkKind] = WorkKind.ADJUSTMENTS


class SettlementQueue(Queue, frozen=True, kw_only=True):
    """Proposed settlements that the viewer must decide about as a second person, the oldest first."""

    holds: ClassVar[WorkKind] = WorkKind.SETTLEMENTS


class ParkedSaleQueue(Queue, frozen=True, kw_only=True):
    """Parked sales, the longest parked first."""

    holds: ClassVar[WorkKind] = WorkKind.PARKED_SALES


class ConsignmentTask(StrEnum):
    """What the vendor of a leg must do with a consignment."""

    START = "START"
    MOVE_ON = "MOVE_ON"


class ConsignmentQueue(Queue, frozen=True, kw_only=True):
    """Consignments with a task for the viewer's vendor, the longest waiting first.

    START: the vendor is the first of the chain, and nothing is produced yet. MOVE_ON: the vendor holds coupons to
    dispatch or, at the last leg, to commission, or has not produced all of what it began.
    """

    holds: ClassVar[WorkKind] = WorkKind.CONSIGNMENTS

    task: ConsignmentTask


class BatchQueue(Queue, frozen=True, kw_only=True):
    """Batches on the road to the viewer's vendor, the longest dispatched first."""

    holds: ClassVar[WorkKind] = WorkKind.BATCHES


class ArtworkTask(StrEnum):
    """What must be done about the artwork of a variant: REVISE by a designer, REVIEW by a vendor."""

    REVISE = "REVISE"
    REVIEW = "REVIEW"


class ArtworkQueue(Queue, frozen=True, kw_only=True):
    """Artwork with a task, the oldest first.

    REVISE: a vendor asks for a revision of the current version. REVIEW: the viewer's vendor has not decided about it.
    """

    holds: ClassVar[WorkKind] = WorkKind.ARTWORKS

    task: ArtworkTask


class DiscrepancyQueue(Queue, frozen=True, kw_only=True):
    """Open discrepancies, the oldest first."""

    holds: ClassVar[WorkKind] = WorkKind.DISCREPANCIES


class ForbiddenQueue(RequestError):
    """The queue belongs to a role that the viewer does not have."""

    code = Forbidden.code

    def __init__(self, queue: Queue) -> None:
        super().__init__(f"The queue “{queue.key.label}” belongs to the role {queue.role.noun}.")


_MANAGER: Final = Role.PROGRAM_MANAGER
QUEUES: Final[tuple[Queue, ...]] = (
    SchemeQueue(
        key=WorkQueueKey.DRAFTS_TO_COMPLETE,
        role=_MANAGER,
        description="Program managers: schemes with an incomplete step.",
        stage=StageKind.DEFINITION,
        status=SchemeStatus.STEP_PENDING,
    ),
    SchemeQueue(
        key=WorkQueueKey.CHANGES_REQUESTED,
        role=_MANAGER,
        description="Program managers: schemes that an approver returned for changes.",
        stage=StageKind.DEFINITION,
        status=SchemeStatus.CHANGES_REQUESTED,
    ),
    SchemeQueue(
        key=WorkQueueKey.REVIEW_PENDING,
        role=_MANAGER,
        description="Program managers: complete schemes to review and submit.",
        stage=StageKind.DEFINITION,
        status=SchemeStatus.REVIEW_PENDING,
    ),
    SchemeQueue(
        key=WorkQueueKey.APPROVAL_PENDING,
        role=Role.APPROVER,
        description="Approvers: submitted schemes to approve, except those that they submitted or, unless the program "
        "lets authors approve, edited.",
        stage=StageKind.APPROVAL,
        status=SchemeStatus.APPROVAL_PENDING,
        others_only=True,
    ),
    SchemeQueue(
        key=WorkQueueKey.COUPONS_TO_GENERATE,
        role=Role.OPERATIONS,
        description="Operations: approved schemes with coupons that are not generated, or that must be replaced.",
        stage=StageKind.COUPON_GENERATION,
        status=SchemeStatus.COUPONS_NOT_GENERATED,
    ),
    SchemeQueue(
        key=WorkQueueKey.VENDOR_NOT_ASSIGNED,
        role=Role.OPERATIONS,
        description="Operations: schemes with coupons of which no vendor has any yet.",
        stage=StageKind.VENDOR_ALLOCATION,
        status=SchemeStatus.VENDOR_NOT_ASSIGNED,
    ),
    SchemeQueue(
        key=WorkQueueKey.PARTLY_ALLOCATED,
        role=Role.OPERATIONS,
        description="Operations: schemes of which some coupons are not allocated to vendors.",
        stage=StageKind.VENDOR_ALLOCATION,
        status=SchemeStatus.PARTLY_ALLOCATED,
    ),
    SchemeQueue(
        key=WorkQueueKey.ARTWORK_TO_UPLOAD,
        role=Role.DESIGNER,
        description="Designers: approved schemes with a variant without artwork.",
        stage=StageKind.ARTWORK,
        status=SchemeStatus.ARTWORK_NOT_UPLOADED,
    ),
    ArtworkQueue(
        key=WorkQueueKey.ARTWORK_REVISIONS,
        role=Role.DESIGNER,
        description="Designers: artwork of which a vendor asked for a revision.",
        stage=StageKind.ARTWORK,
        task=ArtworkTask.REVISE,
    ),
    ArtworkQueue(
        key=WorkQueueKey.ARTWORK_TO_REVIEW,
        role=Role.VENDOR,
        description="Vendors: artwork whose current version the vendor has not decided about.",
        stage=StageKind.ARTWORK,
        task=ArtworkTask.REVIEW,
    ),
    ConsignmentQueue(
        key=WorkQueueKey.PRODUCTION_TO_START,
        role=Role.VENDOR,
        description="Vendors: consignments whose chain begins with the vendor, whose artwork it has approved, and of "
        "which nothing is produced yet.",
        stage=StageKind.PRODUCTION,
        task=ConsignmentTask.START,
    ),
    ConsignmentQueue(
        key=WorkQueueKey.BATCHES_TO_DISPATCH,
        role=Role.VENDOR,
        description="Vendors: consignments of which the vendor holds coupons to dispatch, to commission at the last "
        "leg, or still to produce after production began.",
        stage=StageKind.PRODUCTION,
        task=ConsignmentTask.MOVE_ON,
    ),
    BatchQueue(
        key=WorkQueueKey.BATCHES_TO_RECEIVE,
        role=Role.VENDOR,
        description="Vendors: batches on the road to the vendor, including those that it received in part.",
        stage=StageKind.PRODUCTION,
    ),
    DiscrepancyQueue(
        key=WorkQueueKey.DISCREPANCIES,
        role=Role.OPERATIONS,
        description="Operations: open discrepancies to resolve.",
        stage=StageKind.PRODUCTION,
    ),
    EnrollmentQueue(
        key=WorkQueueKey.ENROLLMENTS_TO_DECIDE,
        role=_MANAGER,
        description="Program managers: applications of ECPs to decide on.",
        status=EnrollmentStatus.PENDING,
    ),
    EcpQueue(
        key=WorkQueueKey.ECPS_TO_VERIFY,
        role=_MANAGER,
        description="Program managers: ECPs that registered and are not verified yet.",
        status=EcpStatus.PENDING,
    ),
    AdjustmentQueue(
        key=WorkQueueKey.ADJUSTMENTS_TO_DECIDE,
        role=_MANAGER,
        description="Program managers: adjustments of points that others made, to decide on as a second person.",
    ),
    ParkedSaleQueue(
        key=WorkQueueKey.PARKED_SALES,
        role=_MANAGER,
        description="Program managers: sales that name what does not exist, and wait for an alias or a registration.",
    ),
    SchemeQueue(
        key=WorkQueueKey.SETTLEMENT_PENDING,
        role=_MANAGER,
        description="Program managers: schemes that have ended and are not settled.",
        stage=StageKind.SETTLEMENT,
        status=SchemeStatus.SETTLEMENT_PENDING,
    ),
    SettlementQueue(
        key=WorkQueueKey.SETTLEMENTS_TO_APPROVE,
        role=Role.APPROVER,
        description="Approvers: settlements that others made, to decide on as a second person.",
        stage=StageKind.SETTLEMENT,
    ),
)
_BY_KEY: Final[Mapping[WorkQueueKey, Queue]] = MappingProxyType({queue.key: queue for queue in QUEUES})


def queues_of(viewer: Viewer) -> tuple[Queue, ...]:
    """The queues of the viewer's roles, in the order in which they are listed."""
    return tuple(queue for queue in QUEUES if queue.role in viewer.roles)


def queue_of(key: WorkQueueKey, viewer: Viewer) -> Queue:
    """One of the viewer's queues. Raises ForbiddenQueue if it belongs to another role."""
    queue = _BY_KEY[key]
    if queue.role not in viewer.roles:
        raise ForbiddenQueue(queue)
    return queue
