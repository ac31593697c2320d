"""Stages of schemes: derived again from everything that is stored, and compared with the stored ones."""

from uuid import UUID

from db.schemes.stage_rows import StageRow
from domain.schemes.lifecycle import stages_at
from domain.schemes.lifecycle_facts import Stage
from domain.schemes.stages import StageKind
from resolvers.context import Operation
from resolvers.schemes.execution_facts import add_execution
from resolvers.schemes.loaders import stages_by_scheme
from tests.support.factories.schemes import SchemeFactory


async def derived_stages(factory: SchemeFactory, scheme_id: UUID) -> dict[StageKind, Stage]:
    """The stages of a scheme as they follow from its content, coupons, and consignments now."""
    definition = await factory.definition(scheme_id)
    operation = factory.operation()
    complete = await add_execution(operation, {scheme_id: definition.facts})
    await operation.close()
    return {stage.kind: stage for stage in stages_at(complete[scheme_id], operation.now)}


async def read_stages(operation: Operation, scheme_id: UUID) -> dict[StageKind, StageRow]:
    """The stages of a scheme as the viewer of an operation reads them."""
    (rows,) = await stages_by_scheme(operation, [scheme_id])
    await operation.close()
    return {StageKind(row.kind): row for row in rows}


async def stages_agree(factory: SchemeFactory, scheme_id: UUID) -> dict[StageKind, StageRow]:
    """Check that what is stored of every stage is what follows from the facts; return the stages as managers read them.

    The progress of a production that goes on is not stored.
    """
    derived = await derived_stages(factory, scheme_id)
    rows = await read_stages(factory.operation(), scheme_id)
    assert rows.keys() == derived.keys()
    for kind, stage in derived.items():
        row = rows[kind]
        assert (row.state, row.status, row.since, row.is_current) == (
            stage.state,
            stage.status,
            stage.since,
            stage.current,
        )
        assert (row.waiting_role, row.waiting_vendor_ids, row.waiting_variant_ids) == (
            stage.waiting_role,
            list(stage.waiting_vendor_ids) or None,
            list(stage.waiting_variant_ids) or None,
        )
        assert (row.due_on, tuple(row.blocks), row.total) == (stage.due_on, stage.blocked_by, stage.total)
        assert row.done == stage.done or kind is StageKind.PRODUCTION
        assert 0 <= row.done <= row.total
    return rows
