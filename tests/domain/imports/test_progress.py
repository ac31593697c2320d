"""The progress of an import never goes back, and every phase is a part of it (R20)."""

from domain.imports.progress import ImportProgress


def test_the_phases_follow_each_other() -> None:
    progress = ImportProgress(1_000)
    done = [
        progress.reading(0),
        progress.reading(500),
        progress.reading(1_000),
        progress.sorting(1, 4),
        progress.sorting(4, 4),
        progress.recording(0, 3),
        progress.recording(1, 3),
        progress.recording(3, 3),
        progress.finishing(400),
        progress.finishing(1_000),
    ]
    assert [100 * one // progress.total for one in done] == [0, 10, 20, 21, 25, 25, 48, 95, 97, 100]


def test_what_exceeds_its_part_does_not_count() -> None:
    """A file without sales, and more sales than were read."""
    progress = ImportProgress(10)
    assert progress.recording(0, 0) == progress.recording(9, 3) == progress.finishing(0)
    assert progress.reading(11) == progress.sorting(0, 4)
