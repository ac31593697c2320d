"""CPU time and private memory of a process, as Linux reports them."""

from pathlib import Path


class Unmeasurable(Exception):
    """This system does not report the resources of a process; these measurements need Linux."""


def memory_kb(pid: int) -> int:
    """Read the kilobytes of private memory of the process. Raises Unmeasurable."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError as error:
        raise Unmeasurable(str(error)) from error
    private = [line.split() for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:"))]
    return sum(int(fields[1]) for fields in private)
