"""The leader tasks of imports: staged sales are deleted where nobody continues an import, and old files."""

from typing import Final

from resolvers.imports.cleanup import forget_abandoned, forget_files
from resolvers.tasks import LeaderTask

_INTERVAL_S: Final = 3600.0

LEADER_TASKS: Final = (
    LeaderTask(name="delete staged sales of imports", interval=lambda _policy: _INTERVAL_S, run=forget_abandoned),
    LeaderTask(name="delete files of imports", interval=lambda _policy: _INTERVAL_S, run=forget_files),
)
