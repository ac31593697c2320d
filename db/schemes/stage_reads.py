"""Statements that read the stages of schemes, and the predicates of stages."""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Text,
    Uuid,
    all_,
    and_,
    any_,
    case,
    cast,
    literal_column,
    or_,
    select,
)

from db.accounts.reads import display_name_of
from db.columns import columns
from db.schemes.reads import BARRED_AUTHORS
from db.schemes.stage_rows import StageRow
from db.schemes.tables import SchemeStageTable, SchemeSubmissionTable, SchemeTable
from db.statement import Query, Statement, moment, texts, uuid, uuids
from domain.permissions import Role
from domain.schemes.stages import StageKind, StageState

_BLOCKED_BY: Any = SchemeStageTable.blocked_by
_STAGE_COLUMNS: Final = columns(
    SchemeStageTable,
    StageRow,
    blocks_json=SchemeStageTable.blocked_by,
    # Few stages are blocked, so the others look up nothing.
    blocking_name=case(
        (
            SchemeStageTable.state == StageState.BLOCKED.value,
            display_name_of(cast(_BLOCKED_BY[0]["account_id"].astext, Uuid())),
        )
    ),
)


def valid_now() -> ColumnElement[bool]:
    """The predicate of the stages that are valid at the moment of the parameter `now`."""
    return and_(SchemeStageTable.valid_from <= moment("now"), SchemeStageTable.valid_until > moment("now"))


def submitted_by_others(scheme_id: SQLColumnExpression[Any] = SchemeTable.id) -> ColumnElement[bool]:
    """The predicate of schemes whose latest submission `viewer_id` may approve: as neither submitter nor author."""
    viewer_id = uuid("viewer_id")
    return (
        select(and_(SchemeSubmissionTable.submitted_by != viewer_id, viewer_id != all_(BARRED_AUTHORS)))
        .where(SchemeSubmissionTable.scheme_id == scheme_id)
        .order_by(SchemeSubmissionTable.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def _waiting_for_viewer() -> ColumnElement[bool]:
    """The predicate of stages that wait for a role of the viewer, and for the viewer's vendor where vendors must act.

    An approval does not wait for the authors of the submission.
    """
    stage = SchemeStageTable
    return and_(
        stage.waiting_role == any_(texts("roles")),
        or_(stage.waiting_role != _constant(Role.VENDOR), uuid("vendor_id") == any_(stage.waiting_vendor_ids)),
        or_(stage.kind != _constant(StageKind.APPROVAL), submitted_by_others(stage.scheme_id)),
    )


def _stages() -> Query:
    return (
        select(*_STAGE_COLUMNS)
        .where(SchemeStageTable.scheme_id == any_(uuids("ids")), valid_now())
        .order_by(SchemeStageTable.scheme_id, SchemeStageTable.position)
    )


def _constant(value: str) -> Any:
    return literal_column(f"'{value}'", Text)


STAGES_BY_SCHEME = Statement(_stages(), StageRow)
# The stages that wait for the viewer.
VIEWER_STAGES = Statement(_stages().where(_waiting_for_viewer()), StageRow)
