"""Work queues: what needs whose action, owned by a role (R10). A queue holds schemes, ECPs or enrollments."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentStatus
from domain.permissions import Role, Viewer
from domain.queue_keys import WorkQueueKey
from domain.requests import Forbidden, RefusedRequest
from domain.schemes.stages import SchemeStatus, StageKind


class Queue(Struct, frozen=True):
    """Whose work a queue is; what it holds, the kinds of queues say."""

    key: WorkQueueKey
    role: Role


class SchemeQueue(Queue, frozen=True):
    """Schemes that have a stage at a status.

    `others_only` leaves out what the viewer submitted: nobody approves that themselves.
    """

    stage: StageKind
    status: SchemeStatus
    others_only: bool = False


class EcpQueue(Queue, frozen=True):
    """ECPs of a status, the longest registered first."""

    status: EcpStatus


class EnrollmentQueue(Queue, frozen=True):
    """Enrollments of a status, the longest requested first."""

    status: EnrollmentStatus


class QueueOfOthers(RefusedRequest):
    """Nobody sees a queue that is not theirs."""

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
    """The queues of the viewer's roles, in the order in which they are shown."""
    return tuple(queue for queue in QUEUES if queue.role in viewer.roles)


def queue_of(key: WorkQueueKey, viewer: Viewer) -> Queue:
    """One queue of the viewer's. Raises QueueOfOthers when it belongs to other roles."""
    queue = _BY_KEY[key]
    if queue.role not in viewer.roles:
        raise QueueOfOthers(queue)
    return queue
