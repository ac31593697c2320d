"""The label of a stage, and the current stage and the progress of a scheme, from the list of its stages."""

from collections.abc import Sequence

from db.schemes.stage_rows import StageRow
from domain.schemes.stages import StageState, status_label


def stage_label(stage: StageRow) -> str:
    """Write the status of a stage as a label for people."""
    return status_label(stage.status, stage.state, stage.open_step, stage.due_on, stage.missing)


def current_stage(stages: Sequence[StageRow]) -> StageRow:
    """Find the one stage that is current."""
    return next(stage for stage in stages if stage.is_current)


def progress(stages: Sequence[StageRow]) -> float:
    """Compute the progress from 0 to 1: the mean completed share of the stages that are not skipped."""
    needed = [stage for stage in stages if stage.state != StageState.SKIPPED]
    parts = [1.0 if stage.state == StageState.DONE else stage.done / max(stage.total, 1) for stage in needed]
    return round(sum(parts) / len(parts), 4)
