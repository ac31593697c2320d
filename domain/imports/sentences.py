"""Sentences about imports: what became of a file, and how far the import is."""

from typing import Final, assert_never

from domain.imports.facts import REJECTED_LIMIT, ImportPhase, ImportStatus, Outcomes
from domain.imports.stored_facts import (
    SalesImportCanceled,
    SalesImportFailed,
    SalesImportFinished,
    StoredImportFact,
)
from domain.text import format_count, format_number, join_words, quote

_PHASES: Final = {
    ImportPhase.READING: "The file is being read. Nothing is recorded yet.",
    ImportPhase.SORTING: "The sales are being sorted. Nothing is recorded yet.",
}
_CUT: Final = " The last line has no line break, so the file may be cut off: compare its end with the source."


def new_source_sentence(source: str) -> str:
    """Say that nobody has used a source yet, which may be a mistake in its name."""
    return (
        f"No sales of {quote(source)} were recorded before. If this system has another name here, cancel the import "
        "and use that name: under a second one, all its sales are recorded again."
    )


def import_sentence(fact: StoredImportFact) -> str:
    """Write what became of a file, to the owner of the import."""
    title = f"{'Dry run' if fact.dry_run else 'Import'} of {quote(fact.file_name)} for {quote(fact.source)}"
    match fact:
        case SalesImportFinished(outcomes=outcomes):
            return f"{title}: {finished_sentence(outcomes, dry_run=fact.dry_run, is_cut=fact.is_cut)}"
        case SalesImportFailed(error=error, is_unreadable=True):
            return f"{title}: failed. {error} Nothing was recorded."
        case SalesImportFailed(outcomes=outcomes, error=error):
            return f"{title}: failed. {error} {stopped_sentence(outcomes, dry_run=fact.dry_run)}"
        case SalesImportCanceled(outcomes=outcomes):
            return f"{title}: canceled. {stopped_sentence(outcomes, dry_run=fact.dry_run)}"
        case _:
            assert_never(fact)


def state_sentence(  # noqa: PLR0913 - what an import is, by name
    status: ImportStatus,
    phase: ImportPhase,
    outcomes: Outcomes,
    *,
    dry_run: bool,
    keeps_file: bool = True,
    is_cut: bool = False,
) -> str:
    """Describe an import that did not fail: how far it is, or what became of the file."""
    match status:
        case ImportStatus.QUEUED:
            return "Waiting to start"
        case ImportStatus.RUNNING if phase in _PHASES:
            return _PHASES[phase]
        case ImportStatus.RUNNING:
            return f"So far, {_counted(outcomes, dry_run=dry_run)}."
        case ImportStatus.CANCELED | ImportStatus.FAILED:
            return stopped_sentence(outcomes, dry_run=dry_run)
        case ImportStatus.SUCCEEDED:
            return finished_sentence(outcomes, dry_run=dry_run, keeps_file=keeps_file, is_cut=is_cut)
        case _:
            assert_never(status)


def finished_sentence(outcomes: Outcomes, *, dry_run: bool, keeps_file: bool = True, is_cut: bool = False) -> str:
    """Write what became of all sales of a file."""
    unchanged = f"{' Nothing was changed.' if dry_run else ''}{_CUT if is_cut else ''}"
    if outcomes.duplicates and outcomes.duplicates == outcomes.tried:
        known = "the only sale was" if outcomes.tried == 1 else f"all {format_number(outcomes.tried)} sales were"
        return f"{known} recorded before, so nothing {'would change' if dry_run else 'changed'}.{unchanged}"
    repair = (
        _repair(outcomes, dry_run=dry_run, keeps_file=keeps_file) if outcomes.rejected or outcomes.conflicts else ""
    )
    return f"{_counted(outcomes, dry_run=dry_run)}.{repair}{unchanged}"


def _repair(outcomes: Outcomes, *, dry_run: bool, keeps_file: bool) -> str:
    is_cut = outcomes.rejected + outcomes.conflicts > REJECTED_LIMIT
    most = f" for the first {format_number(REJECTED_LIMIT)} of them" if is_cut else ""
    if not keeps_file:
        return " The file of rejected rows is deleted."
    return f" The file of rejected rows says why{most}{'' if dry_run else ': correct it and import it'}."


def stopped_sentence(outcomes: Outcomes, *, dry_run: bool) -> str:
    """Write what stays of an import that ended before all sales were tried."""
    if dry_run:
        return "The dry run ended before all sales were tried. Nothing was changed."
    if not outcomes.recorded and not outcomes.corrected and not outcomes.parked:
        return (
            "The import ended before its first sale was recorded. Nothing was changed. Retry the import to begin again."
        )
    kept = f"The import ended before all sales were tried: {_counted(outcomes, dry_run=False)}."
    return f"{kept} What was recorded stays. Retry the import to continue, or import the file again."


def _counted(outcomes: Outcomes, *, dry_run: bool) -> str:
    would = "would be" if dry_run else ""
    parts = [
        (outcomes.recorded, f"{would or _were(outcomes.recorded)} recorded"),
        (outcomes.corrected, f"{would or _were(outcomes.corrected)} corrected"),
        (outcomes.duplicates, f"{_were(outcomes.duplicates)} recorded before"),
        (outcomes.conflicts, f"{'is' if outcomes.conflicts == 1 else 'are'} in conflict"),
        (outcomes.parked, f"{would or _were(outcomes.parked)} parked"),
        (outcomes.rejected, f"{would or _were(outcomes.rejected)} rejected"),
    ]
    said = [(count, verb) for count, verb in parts if count]
    if not said:
        return "no sales were tried"
    (first, verb), *others = said
    counted = [f"{format_count(first, 'sale')} {verb}", *(f"{format_number(count)} {verb}" for count, verb in others)]
    return join_words(counted, "and")


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
