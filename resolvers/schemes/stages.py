"""What a list of a scheme's stages says about the scheme: where it is, and how far."""

from collections.abc import Sequence

from db.schemes.rows import StageRow
from domain.schemes.stages import StageState


def current_stage(stages: Sequence[StageRow]) -> StageRow:
    """The one stage that is current."""
    return next(stage for stage in stages if stage.is_current)


def progress(stages: Sequence[StageRow]) -> float:
    """From 0 to 1: the mean, over the stages that are not skipped, of what is done of each."""
    needed = [stage for stage in stages if stage.state != StageState.SKIPPED]
    parts = [1.0 if stage.state == StageState.DONE else stage.done / max(stage.total, 1) for stage in needed]
    return round(sum(parts) / len(parts), 4)
