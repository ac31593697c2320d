"""Loaders of imports, of what became of their sales, and of the sentences about them."""

from typing import Any
from uuid import UUID

from db.imports import pages
from db.imports.reads import COUNTS_BY_ID
from db.imports.rows import ImportCountsRow, ImportState, ListedImportRow
from domain.imports.facts import ImportPhase, ImportStatus, Outcomes
from domain.imports.guards import IMPORT_GUARDS, ImportAction, ImportFacts
from domain.imports.sentences import state_sentence
from domain.permissions import Permission
from domain.viewers import EcpScope, Viewer
from resolvers.context import Operation
from resolvers.loading import align_one


def scope_parameters(viewer: Viewer) -> dict[str, Any]:
    """The parameters of the statements that see only the viewer's own imports; empty for one who sees all sales."""
    return {} if viewer.ecp_scope is EcpScope.ALL else {"viewer_id": viewer.account_id}


async def imports_by_id(operation: Operation, ids: list[UUID]) -> list[ListedImportRow | None]:
    """Load imports; None for unknown ids and for imports that the viewer may not see."""
    scope = scope_parameters(operation.viewer)
    rows = await operation.fetch(pages.imports_by_id(own=bool(scope)), ids=ids, **scope)
    return align_one(ids, rows, lambda row: row.id)


async def imports_by_job(operation: Operation, ids: list[UUID]) -> list[ListedImportRow | None]:
    """Load the import that each job does; None where the viewer may not see it."""
    scope = scope_parameters(operation.viewer)
    rows = await operation.fetch(pages.imports_by_job(own=bool(scope)), ids=ids, **scope)
    return align_one(ids, rows, lambda row: row.job_id)


async def outcomes_of_imports(operation: Operation, imports: list[ImportState]) -> list[Outcomes]:
    """Count the sales of each import by their outcomes."""
    rows = await operation.fetch(COUNTS_BY_ID, ids=[one.id for one in imports])
    found = {row.import_id: row for row in rows}
    return [outcomes_of(found[one.id], one.rejected) for one in imports]


def outcomes_of(row: ImportCountsRow, rejected: int) -> Outcomes:
    """The outcomes of what was tried, with the sales that were `rejected` before."""
    return Outcomes(
        recorded=row.recorded,
        corrected=row.corrected,
        duplicates=row.duplicates,
        conflicts=row.conflicts,
        parked=row.parked,
        rejected=row.rejected + rejected,
        points=row.points,
    )


async def import_sentences(operation: Operation, imports: list[ImportState]) -> list[str]:
    """Write how far each import is, or what became of the file."""
    outcomes = await outcomes_of_imports(operation, imports)
    return [_sentence(one, counted) for one, counted in zip(imports, outcomes, strict=True)]


async def import_actions(operation: Operation, found: list[ImportFacts]) -> list[list[ImportAction]]:
    """Return the actions that the viewer may take now, by the same guards as the mutations."""
    return [list(IMPORT_GUARDS.allowed(facts, operation.viewer)) for facts in found]


async def may_see_import_file(operation: Operation, file_id: UUID) -> bool:
    """Whether the viewer sees an import of this file, or one whose rejected rows it has."""
    if not operation.viewer.may(Permission.SALE_READ):
        return False
    scope = scope_parameters(operation.viewer)
    return bool(await operation.fetch(pages.imports_with_file(own=bool(scope)), file_id=file_id, **scope))


def _sentence(one: ImportState, outcomes: Outcomes) -> str:
    status, phase = ImportStatus(one.status), ImportPhase(one.phase)
    if status is ImportStatus.FAILED and one.error is not None and phase is ImportPhase.FINISHED:
        return one.error
    given = {"dry_run": one.dry_run, "keeps_file": one.keeps_file, "is_cut": one.is_cut}
    sentence = state_sentence(status, phase, outcomes, **given)
    return sentence[0].upper() + sentence[1:]
