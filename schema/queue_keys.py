"""The enum of work queues."""

from domain.queue_keys import WorkQueueKey
from domain.work.queues import QUEUES
from schema.descriptions import described

described(WorkQueueKey, "A work queue.", {queue.key: queue.description for queue in QUEUES})

__all__ = ["WorkQueueKey"]
