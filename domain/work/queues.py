"""Work queues: the schemes, ECPs and enrollments that wait for the action of a role (R10)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentStatus
from domain.permissions import Role, Viewer
from domain.queue_keys import WorkQueueKey
from domain.requests import Forbidden, RequestError
from domain.schemes.stages import SchemeStatus, StageKind


class Queue(Struct, frozen=True, kw_only=True):
    """A work queue and the role that works on it. Subclasses say what the queue contains.

    `description` is one sentence for clients of the API: the role, and what waits.
    """

    key: WorkQueueKey
    role: Role
    description: str


class SchemeQueue(Queue, frozen=True, kw_only=True):
    """Schemes with a stage at a status.

    `others_only` leaves out what the viewer submitted or, unless the program lets authors approve, edited.
    """

    stage: StageKind
    status: SchemeStatus
    others_only: bool = False


class EcpQueue(Queue, frozen=True, kw_only=True):
    """ECPs with a status, the earliest registered first."""

    status: EcpStatus


class EnrollmentQueue(Queue, frozen=True, kw_only=True):
    """Enrollments with a status, the earliest requested first."""

    status: EnrollmentStatus


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
        description="Operations: approved schemes without coupons.",
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
        description="Designers: approved schemes without artwork.",
        stage=StageKind.ARTWORK,
        status=SchemeStatus.ARTWORK_NOT_UPLOADED,
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
    SchemeQueue(
        key=WorkQueueKey.SETTLEMENT_PENDING,
        role=_MANAGER,
        description="Program managers: schemes that have ended and are not settled.",
        stage=StageKind.SETTLEMENT,
        status=SchemeStatus.SETTLEMENT_PENDING,
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
