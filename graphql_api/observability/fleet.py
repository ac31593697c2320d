"""Metrics of several processes behind one port: whichever is asked answers for all of them.

Each process writes its own metrics to a file every few seconds; the one that is asked joins its own, as they are now,
with the files of the others. Series of different processes are told apart by the label `worker`.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

# Seconds between two writes: how old the numbers of the other processes may be.
INTERVAL: Final = 5.0


class Fleet:
    """The metrics of all processes of a service; this one is `number`, and `folder` is where all of them write."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number

    async def publish(self, text: Callable[[], bytes]) -> None:
        """Write this process' metrics again and again."""
        path = self._folder / f"{self._number}.prom"
        partial = path.with_suffix(".partial")
        while True:
            partial.write_bytes(text())
            partial.replace(path)
            await asyncio.sleep(INTERVAL)

    def joined(self, own: bytes) -> bytes:
        """This process' metrics and those of the others, in Prometheus' text format."""
        texts = {path.stem: path.read_text(encoding="utf-8") for path in self._folder.glob("*.prom")}
        texts[str(self._number)] = own.decode()
        registry = CollectorRegistry()
        registry.register(_Joined(texts))
        return generate_latest(registry)


class _Joined(Collector):
    """Families of the same name from several texts as one."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    def collect(self) -> Iterator[Metric]:
        """Every family, each sample with the process it comes from."""
        families: dict[str, Metric] = {}
        for worker, text in sorted(self._texts.items()):
            for found in text_string_to_metric_families(text):
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                for sample in found.samples:
                    family.samples.append(sample._replace(labels={**sample.labels, "worker": worker}))
        yield from families.values()
