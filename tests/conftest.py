"""How the tests are chosen, ordered, and distributed."""

import gc
import importlib
import os
import sys
from pathlib import Path

import pytest

_BYTECODE = Path(__file__).parents[1] / ".tessera" / "bytecode"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--quick`, which leaves out every test that needs PostgreSQL or starts a process."""
    parser.addoption("--quick", action="store_true", help="only tests that need neither a database nor a server")


def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures, and with them the whole product, where tests run: not in the process that starts workers.

    Nothing of what is imported and collected becomes garbage, and looking for some took a quarter of that time.
    """
    _keep_compiled_code()
    if _only_distributes(config):
        return
    gc.disable()
    config.pluginmanager.register(importlib.import_module("tests.fixtures"), "tests.fixtures")
    nursery = importlib.import_module("tests.support.nursery")
    nursery.begin()
    config.add_cleanup(nursery.end)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what `--quick` leaves out, and begin with the files that take longest."""
    if config.getoption("quick"):
        slow = [item for item in items if _needs_server(item)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not _needs_server(item)]
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Keep what was imported out of collections of garbage, which took a sixth of the CPU of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def _keep_compiled_code() -> None:
    """Keep what is compiled, as `make` does: compiling took half of the CPU until the first test, in each process."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.pycache_prefix = os.environ.setdefault("PYTHONPYCACHEPREFIX", str(_BYTECODE))


def _only_distributes(config: pytest.Config) -> bool:
    distributes = config.getoption("dist", "no") != "no" and bool(config.getoption("tx", None))
    return distributes and not hasattr(config, "workerinput") and not config.option.collectonly


def _needs_server(item: pytest.Item) -> bool:
    fixtures = item.fixturenames if isinstance(item, pytest.Function) else []
    return "server_url" in fixtures or item.get_closest_marker("process") is not None
