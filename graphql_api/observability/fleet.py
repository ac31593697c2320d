"""Metrics of several processes behind one port: each of them can report for all.

Each process writes its own metrics to a file every few seconds. A process that is scraped joins its current metrics
with the files of the others. The label `worker` distinguishes the series of different processes.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

# Seconds between two writes, and so the greatest age of the numbers of other processes.
PUBLISH_INTERVAL_S: Final = 5.0


class Fleet:
    """The metrics of all processes of a service; this process is `number`, and all write to `folder`."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number

    async def publish(self, text: Callable[[], bytes]) -> None:
        """Write the metrics of this process forever, at intervals."""
        path = self._folder / f"{self._number}.prom"
        partial = path.with_suffix(".partial")
        while True:
            partial.write_bytes(text())
            partial.replace(path)
            await asyncio.sleep(PUBLISH_INTERVAL_S)

    def join(self, own: bytes) -> bytes:
        """Return the metrics of all processes in the text format of Prometheus; `own` are those of this one."""
        texts = {path.stem: path.read_text(encoding="utf-8") for path in self._folder.glob("*.prom")}
        texts[str(self._number)] = own.decode()
        registry = CollectorRegistry()
        registry.register(_JoinedCollector(texts))
        return generate_latest(registry)


class _JoinedCollector(Collector):
    """Merges families of the same name from several texts."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def collect(self) -> Iterator[Metric]:
        """Yield every family, each sample with the number of its process."""
        families: dict[str, Metric] = {}
        for worker, text in sorted(self._texts.items()):
            for found in text_string_to_metric_families(text):
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                for sample in found.samples:
                    family.samples.append(sample._replace(labels={**sample.labels, "worker": worker}))
        yield from families.values()
