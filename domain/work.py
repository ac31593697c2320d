"""Work queues: what needs whose action. A queue is a stage that stands at a status, owned by a role (R10)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from domain.permissions import Role, Viewer
from domain.requests import Forbidden, RefusedRequest
from domain.stages import SchemeStatus, StageKind


class WorkQueueKey(StrEnum):
    """The queues, in the order in which they are shown."""

    DRAFTS_TO_COMPLETE = "DRAFTS_TO_COMPLETE"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    REVIEW_PENDING = "REVIEW_PENDING"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    COUPONS_TO_GENERATE = "COUPONS_TO_GENERATE"
    ARTWORK_TO_UPLOAD = "ARTWORK_TO_UPLOAD"
    SETTLEMENT_PENDING = "SETTLEMENT_PENDING"

    @property
    def label(self) -> str:
        """The queue as people read it: "Drafts to complete"."""
        return self.value.replace("_", " ").capitalize()


class Queue(Struct, frozen=True):
    """Which schemes a queue holds, and whose work they are.

    `others_only` leaves out what the viewer submitted: nobody approves that themselves.
    """

    key: WorkQueueKey
    role: Role
    stage: StageKind
    status: SchemeStatus
    others_only: bool = False


class QueueOfOthers(RefusedRequest):
    """Nobody sees a queue that is not theirs."""

    code = Forbidden.code

    def __init__(self, queue: Queue) -> None:
        super().__init__(f"The queue “{queue.key.label}” belongs to the role {queue.role.noun}.")


QUEUES: Final = (
    Queue(WorkQueueKey.DRAFTS_TO_COMPLETE, Role.PROGRAM_MANAGER, StageKind.DEFINITION, SchemeStatus.STEP_PENDING),
    Queue(WorkQueueKey.CHANGES_REQUESTED, Role.PROGRAM_MANAGER, StageKind.DEFINITION, SchemeStatus.CHANGES_REQUESTED),
    Queue(WorkQueueKey.REVIEW_PENDING, Role.PROGRAM_MANAGER, StageKind.DEFINITION, SchemeStatus.REVIEW_PENDING),
    Queue(
        WorkQueueKey.APPROVAL_PENDING,
        Role.APPROVER,
        StageKind.APPROVAL,
        SchemeStatus.APPROVAL_PENDING,
        others_only=True,
    ),
    Queue(
        WorkQueueKey.COUPONS_TO_GENERATE,
        Role.OPERATIONS,
        StageKind.COUPON_GENERATION,
        SchemeStatus.COUPONS_NOT_GENERATED,
    ),
    Queue(WorkQueueKey.ARTWORK_TO_UPLOAD, Role.DESIGNER, StageKind.ARTWORK, SchemeStatus.ARTWORK_NOT_UPLOADED),
    Queue(WorkQueueKey.SETTLEMENT_PENDING, Role.PROGRAM_MANAGER, StageKind.SETTLEMENT, SchemeStatus.SETTLEMENT_PENDING),
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
