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


class Queue(Struct, frozen=True):
    """A work queue and the role that works on it. Subclasses say what the queue contains."""

    key: WorkQueueKey
    role: Role


class SchemeQueue(Queue, frozen=True):
    """Schemes with a stage at a status.

    `others_only` leaves out what the viewer submitted, because nobody may approve their own submission.
    """

    stage: StageKind
    status: SchemeStatus
    others_only: bool = False


class EcpQueue(Queue, frozen=True):
    """ECPs with a status, the earliest registered first."""

    status: EcpStatus


class EnrollmentQueue(Queue, frozen=True):
    """Enrollments with a status, the earliest requested first."""

    status: EnrollmentStatus


class ForbiddenQueue(RequestError):
    """The queue belongs to a role that the viewer does not have."""

    code = Forbidden.code

    def __init__(self, queue: Queue) -> None:
        super().__init__(f"The queue “{queue.key.label}” belongs to the role {queue.role.noun}.")


_MANAGER: Final = Role.PROGRAM_MANAGER
QUEUES: Final[tuple[Queue, ...]] = (
    SchemeQueue(WorkQueueKey.DRAFTS_TO_COMPLETE, _MANAGER, StageKind.DEFINITION, SchemeStatus.STEP_PENDING),
    SchemeQueue(WorkQueueKey.CHANGES_REQUESTED, _MANAGER, StageKind.DEFINITION, SchemeStatus.CHANGES_REQUESTED),
    SchemeQueue(WorkQueueKey.REVIEW_PENDING, _MANAGER, StageKind.DEFINITION, SchemeStatus.REVIEW_PENDING),
    SchemeQueue(
        WorkQueueKey.APPROVAL_PENDING,
        Role.APPROVER,
        StageKind.APPROVAL,
        SchemeStatus.APPROVAL_PENDING,
        others_only=True,
    ),
    SchemeQueue(
        WorkQueueKey.COUPONS_TO_GENERATE,
        Role.OPERATIONS,
        StageKind.COUPON_GENERATION,
        SchemeStatus.COUPONS_NOT_GENERATED,
    ),
    SchemeQueue(WorkQueueKey.ARTWORK_TO_UPLOAD, Role.DESIGNER, StageKind.ARTWORK, SchemeStatus.ARTWORK_NOT_UPLOADED),
    EnrollmentQueue(WorkQueueKey.ENROLLMENTS_TO_DECIDE, _MANAGER, EnrollmentStatus.PENDING),
    EcpQueue(WorkQueueKey.ECPS_TO_VERIFY, _MANAGER, EcpStatus.PENDING),
    SchemeQueue(WorkQueueKey.SETTLEMENT_PENDING, _MANAGER, StageKind.SETTLEMENT, SchemeStatus.SETTLEMENT_PENDING),
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
