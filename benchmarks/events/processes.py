"""What Linux says of a process: CPU that it has used, and memory that is its alone."""

from pathlib import Path


class Unmeasurable(Exception):
    """This system does not say what a process uses; these measurements need Linux."""


def memory_kb(pid: int) -> int:
    """Kilobytes of memory that nobody shares with the process. Raises Unmeasurable."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError as error:
        raise Unmeasurable(str(error)) from error
    private = [line.split() for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:"))]
    return sum(int(fields[1]) for fields in private)
