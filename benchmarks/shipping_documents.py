"""The time to set packing lists and labels, for a batch of 500 packs.

    make bench-documents [ARGS="--packs 500 --rounds 7"]

Each round sets other packs, so that nothing is remembered. Numbers are medians. Beside them are CPU seconds of
the process: on a busy machine, the rest is the time of other programs. The goal is a packing list within a second.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from domain.documents.facts import SentPack
from graphql_api.documents.rendering import Renderer
from resolvers.documents.contents import Document
from tests.support.packs import sscc
from tests.support.shipments import LINE, labeled, labels, packing_list, spans


def main() -> None:
    """Measure, and print a line for each kind of document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packs", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    renderer = Renderer()
    begun = time.perf_counter()
    renderer.pdf(packing_list(1))
    print(f"first document, with the fonts: {time.perf_counter() - begun:.2f} s")
    documents: dict[str, Callable[[int], Document]] = {
        "packing list": lambda turn: _packing_list(given.packs, turn),
        "labels": lambda turn: labels(*(labeled(sscc=sscc(turn * 10_000 + n)) for n in range(given.packs))),
    }
    for name, make in documents.items():
        _measure(f"{name} of {given.packs} packs", renderer, [make(turn) for turn in range(given.rounds)])


def _packing_list(packs: int, turn: int) -> Document:
    sent = [SentPack(sscc(turn * 10_000 + n), LINE, spans((n * 100, n * 100 + 99))) for n in range(packs)]
    return packing_list(packs, packs=sent)


def _measure(name: str, renderer: Renderer, documents: list[Document]) -> None:
    seconds, used, size = [], [], 0
    for document in documents:
        begun, cpu = time.perf_counter(), time.process_time()
        size = len(renderer.pdf(document))
        seconds.append(time.perf_counter() - begun)
        used.append(time.process_time() - cpu)
    median, median_used = statistics.median(seconds), statistics.median(used)
    print(f"{name}: {median:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}), CPU {median_used:.2f} s, {size:,} bytes")


if __name__ == "__main__":
    main()
