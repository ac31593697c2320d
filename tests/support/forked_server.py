"""The command `tessera` whose workers are forks of their parent, so that each of them works at once.

Workers import everything anew, which takes seconds of CPU; a test that kills workers would spend its time on that.
"""

import multiprocessing
import os
import signal

import graphql_api.workers
from graphql_api.cli import main


def _forget_signals() -> None:
    """End with SIGTERM as a new process does: the handlers of the parent would tell the parent, and nobody else."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


if __name__ == "__main__":
    os.register_at_fork(after_in_child=_forget_signals)
    graphql_api.workers._SPAWN = multiprocessing.get_context("fork")  # type: ignore[misc, assignment] # noqa: SLF001
    main()
