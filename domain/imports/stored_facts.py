"""Stored facts about imports: what became of a file of one's own."""

from domain.imports.facts import Outcomes
from domain.stored_facts import StoredFact


class SalesImportFinished(StoredFact, frozen=True, tag="salesImportFinished"):
    """A file was imported to its end, or a dry run of it was made."""

    file_name: str
    source: str
    dry_run: bool
    outcomes: Outcomes
    is_cut: bool = False


class SalesImportFailed(StoredFact, frozen=True, tag="salesImportFailed"):
    """An import failed; `error` says why, as a sentence. If the file `is_unreadable`, a retry fails again."""

    file_name: str
    source: str
    dry_run: bool
    outcomes: Outcomes
    error: str
    is_unreadable: bool


class SalesImportCanceled(StoredFact, frozen=True, tag="salesImportCanceled"):
    """Another account canceled an import."""

    file_name: str
    source: str
    dry_run: bool
    outcomes: Outcomes


StoredImportFact = SalesImportFinished | SalesImportFailed | SalesImportCanceled
