"""The number of random documents that the suite compares, and statistics about them."""

import os
from collections import Counter
from typing import Final

from hypothesis import HealthCheck, settings

from tests.support.execution.oracle import Comparison

EXAMPLES: Final = int(os.environ.get("TESSERA_FUZZ", "120"))
FUZZ: Final = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    # The same examples every time, so that the suite says the same about the same code; a long run makes new ones.
    derandomize="TESSERA_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


class Tally:
    """Counts how the documents of one module were executed."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def check(self, found: Comparison) -> None:
        """Count a comparison, which must show no difference."""
        self._seen["all"] += 1
        self._seen["planned" if found.fallback is None else "fallback"] += 1
        self._seen["invalid"] += not found.engine.executed
        self._seen["loose"] += found.loose
        assert found.differences == []

    def assert_worthwhile(self) -> None:
        """Many documents were executed by a plan, many by graphql-core, and none was invalid."""
        assert self._seen["all"] >= EXAMPLES
        assert self._seen["planned"] > self._seen["all"] * 0.3
        assert self._seen["fallback"] > self._seen["all"] * 0.1
        assert self._seen["invalid"] == 0
