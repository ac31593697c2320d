"""The results of the clauses of a line, a bit for each."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def pack_holds(holds: tuple[bool, ...]) -> bytes:
    """Pack the results of clauses into bits."""
    number = sum(1 << at for at, held in enumerate(holds) if held)
    return number.to_bytes((len(holds) + 7) // 8, "little")


@lru_cache(maxsize=4096)
def unpack_holds(packed: bytes, count: int) -> tuple[bool, ...]:
    """Unpack the results of so many clauses."""
    number = int.from_bytes(packed, "little")
    return tuple(bool(number >> at & 1) for at in range(count))
