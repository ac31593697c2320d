"""The command `tessera worker` where it cannot work (N9, R26)."""

import pytest
from typer.testing import CliRunner

from graphql_api.cli import app
from graphql_api.commands import CommandRejected


def test_a_worker_without_jobs_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it opens a database."""
    monkeypatch.setenv("TESSERA_JOBS", "0")
    error = CliRunner().invoke(app, ["worker"]).exception
    assert isinstance(error, CommandRejected)
    assert str(error) == "TESSERA_JOBS is 0, so this worker would run no jobs. Set it to 1 or more, or use “--jobs”."


@pytest.mark.parametrize("jobs", ["0", "101", "x"])
def test_the_number_of_jobs_is_checked(jobs: str) -> None:
    """The option and its range are in the message."""
    answer = CliRunner().invoke(app, ["worker", "--jobs", jobs])
    assert answer.exit_code == 2
    assert "--jobs" in answer.output
