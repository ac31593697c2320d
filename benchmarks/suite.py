"""A suite of measurements: runs them by name, prints each number beside its goal, and keeps those of the last run."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console

from benchmarks.custody.place import Place, embedded_server, fresh_place
from benchmarks.custody.report import Line, markdown, print_report, read_report, write_report
from benchmarks.servers import ROOT

Found = tuple[list[Line], dict[str, object]]


class Suite(Struct, frozen=True):
    """Measurements by name. `name` is also that of the package, of the file of results, and of PostgreSQL's folder.

    A measurement gets a place of its own and the arguments of the command line.
    """

    name: str
    description: str
    measurements: Mapping[str, Callable[[Place, argparse.Namespace], Found]]

    def run(self, add_options: Callable[[argparse.ArgumentParser], None]) -> None:
        """Measure, print, write, and exit with 1 if a goal is missed; `add_options` adds options of its own."""
        chosen = self._arguments(add_options)
        console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
        names = chosen.names or list(self.measurements)
        if chosen.report:
            lines = {
                name: msgspec.convert(found["lines"], list[Line]) for name, found in read_report(self._file).items()
            }
        else:
            lines = self._measure(names, chosen, console)
        every = [line for name in names for line in lines.get(name, ())]
        print_report(every, console, self.name.capitalize())
        if chosen.markdown:
            console.print(markdown(every), markup=False, soft_wrap=True)
        sys.exit(not chosen.quick and any(line.reached is False for line in every))

    @property
    def _file(self) -> Path:
        return Path(__file__).parent / "results" / f"{self.name}.json"

    def _measure(self, names: Sequence[str], chosen: argparse.Namespace, console: Console) -> dict[str, list[Line]]:
        lines, details = {}, {}
        with embedded_server(ROOT / ".tessera" / f"bench-{self.name}") as server:
            for name in names:
                console.print(f"Measuring {name}")
                began = time.perf_counter()
                with fresh_place(server, f"{self.name}_{name}") as place:
                    lines[name], details[name] = self.measurements[name](place, chosen)
                console.print(f"  in {time.perf_counter() - began:.0f} s")
                if not chosen.quick:
                    # A run takes minutes: what is measured is kept, whatever comes.
                    console.print(f"  written to {write_report(lines, details, self._file)}")
        return lines

    def _arguments(self, add_options: Callable[[argparse.ArgumentParser], None]) -> argparse.Namespace:
        parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{self.name}", description=self.description)
        parser.add_argument("names", nargs="*", choices=[[], *self.measurements])
        parser.add_argument("--rounds", type=int, default=3)
        add_options(parser)
        parser.add_argument("--quick", action="store_true", help="small numbers, to see whether everything runs")
        parser.add_argument("--markdown", action="store_true", help="print the table once more, to paste")
        parser.add_argument(
            "--report", action="store_true", help="print the numbers of the last run, and measure nothing"
        )
        return parser.parse_args()
