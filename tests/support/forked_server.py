"""The command `tessera` whose workers are forks of their parent, so that each of them works at once.

Workers import everything anew, which takes seconds of CPU; a test that kills workers would spend its time on that.
"""

import multiprocessing

import graphql_api.workers
from graphql_api.cli import main

if __name__ == "__main__":
    graphql_api.workers._SPAWN = multiprocessing.get_context("fork")  # type: ignore[misc, assignment] # noqa: SLF001
    main()
