"""Forked processes behave like started ones: output, settings, exit codes, and signals."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.nursery import Forked, forked

pytestmark = pytest.mark.process

MODULE = "tests.support.acting"


def act(folder: Path, *arguments: str) -> tuple[Forked, Path]:
    """A fork that acts, and the file of what it says."""
    log = folder / "log"
    with log.open("w") as output:
        command, env = [MODULE, *arguments], {"NAME": "value"}
        return forked(command, cwd=folder, env=env, stdout=output, stderr=output, start_new_session=True), log


def test_a_fork_says_who_it_is_and_ends_with_its_code(tmp_path: Path) -> None:
    process, log = act(tmp_path, "3")
    assert process.wait(30) == 3
    assert process.poll() == 3
    assert log.read_text().splitlines() == [
        f"arguments ['3'] in {tmp_path}",
        "environment {'NAME': 'value'}",
        f"{process.pid} leads its group",
    ]


def test_a_fork_that_fails_ends_with_a_traceback(tmp_path: Path) -> None:
    process, log = act(tmp_path, "three")
    assert process.wait(30) == 1
    assert log.read_text().splitlines()[-1] == "ValueError: invalid literal for int() with base 10: 'three'"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_a_fork(tmp_path: Path, number: signal.Signals) -> None:
    process, _ = act(tmp_path, "0", "sleep")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    process.send_signal(number)
    assert process.wait(30) == -number
    process.terminate()
