"""Sentences about imports say what became of each sale, and the beginning of a file is checked (R20, N1)."""

import pytest

from domain.imports.beginning import BEGINNING_BYTES, check_beginning
from domain.imports.facts import REJECTED_LIMIT, ImportFormat, ImportPhase, ImportStatus, Outcomes
from domain.imports.failures import FileRejected
from domain.imports.sentences import finished_sentence, import_sentence, state_sentence
from domain.imports.stored_facts import SalesImportFinished
from tests.support.imports import csv_file, row

NOTHING = Outcomes()


@pytest.mark.parametrize(
    ("outcomes", "dry_run", "sentence"),
    [
        (NOTHING, False, "no sales were tried."),
        (Outcomes(recorded=1), False, "1 sale was recorded."),
        (Outcomes(duplicates=1), False, "the only sale was recorded before, so nothing changed."),
        (
            Outcomes(duplicates=2),
            True,
            "all 2 sales were recorded before, so nothing would change. Nothing was changed.",
        ),
        (Outcomes(recorded=1, duplicates=3), False, "1 sale was recorded and 3 were recorded before."),
        (
            Outcomes(conflicts=2),
            False,
            "2 sales are in conflict. The file of rejected rows says why: correct it and import it.",
        ),
        (
            Outcomes(corrected=1, parked=1),
            True,
            "1 sale would be corrected and 1 would be parked. Nothing was changed.",
        ),
        (
            Outcomes(recorded=1_200, rejected=1),
            False,
            (
                "1,200 sales were recorded and 1 was rejected. The file of rejected rows says why: correct it and "
                "import it."
            ),
        ),
    ],
)
def test_what_became_of_a_file(outcomes: Outcomes, dry_run: bool, sentence: str) -> None:  # noqa: FBT001 - an example
    assert finished_sentence(outcomes, dry_run=dry_run) == sentence


@pytest.mark.parametrize(
    ("status", "phase", "outcomes", "sentence"),
    [
        ("QUEUED", "READING", NOTHING, "Waiting to start"),
        ("RUNNING", "READING", NOTHING, "The file is being read. Nothing is recorded yet."),
        ("RUNNING", "SORTING", NOTHING, "The sales are being sorted. Nothing is recorded yet."),
        ("RUNNING", "RECORDING", Outcomes(recorded=250), "So far, 250 sales were recorded."),
        (
            "CANCELED",
            "READING",
            Outcomes(rejected=3),
            (
                "The import ended before its first sale was recorded. Nothing was changed. Retry the import to begin "
                "again."
            ),
        ),
        (
            "FAILED",
            "RECORDING",
            Outcomes(recorded=250),
            (
                "The import ended before all sales were tried: 250 sales were recorded. What was recorded stays. Retry "
                "the import to continue, or import the file again."
            ),
        ),
        ("SUCCEEDED", "FINISHED", Outcomes(recorded=2), "2 sales were recorded."),
    ],
)
def test_how_far_an_import_is(status: str, phase: str, outcomes: Outcomes, sentence: str) -> None:
    assert state_sentence(ImportStatus(status), ImportPhase(phase), outcomes, dry_run=False) == sentence


def test_a_dry_run_that_ended_early_says_that_nothing_changed() -> None:
    found = state_sentence(ImportStatus.CANCELED, ImportPhase.RECORDING, Outcomes(recorded=1), dry_run=True)
    assert found == "The dry run ended before all sales were tried. Nothing was changed."


def test_the_beginning_of_a_file_shows_how_it_is_written() -> None:
    """Broken rows are for the import; a first line that goes on behind the beginning is, too."""
    layout = check_beginning(csv_file(row(), "x"), whole=True)
    assert layout is not None
    assert layout.format is ImportFormat.CSV
    assert check_beginning(b"x" * BEGINNING_BYTES, whole=False) is None


def test_a_short_file_must_have_sales() -> None:
    assert check_beginning(csv_file(), whole=False) is not None
    with pytest.raises(FileRejected, match="no rows below it"):
        check_beginning(csv_file(), whole=True)


def test_a_file_that_may_be_cut_off_says_so() -> None:
    """R20: to those who read the import, and to the owner who is notified."""
    cut = "The last line has no line break, so the file may be cut off: compare its end with the source."
    outcomes = Outcomes(recorded=2)
    found = state_sentence(
        ImportStatus.SUCCEEDED, ImportPhase.FINISHED, outcomes, dry_run=True, keeps_file=True, is_cut=True
    )
    assert found == f"2 sales would be recorded. Nothing was changed. {cut}"
    fact = SalesImportFinished(file_name="march.csv", source="till", dry_run=False, outcomes=outcomes, is_cut=True)
    assert import_sentence(fact) == f"Import of “march.csv” for “till”: 2 sales were recorded. {cut}"


def test_a_file_with_too_many_rejected_sales_says_how_many_are_listed() -> None:
    """R20: the others are counted only."""
    counted = Outcomes(recorded=1, rejected=REJECTED_LIMIT, conflicts=1)
    assert finished_sentence(counted, dry_run=False).endswith(
        " The file of rejected rows says why for the first 100,000 of them: correct it and import it."
    )
    assert "first" not in finished_sentence(Outcomes(rejected=REJECTED_LIMIT), dry_run=False)
