"""How a pool follows its limit when a revision of the scheme raises or lowers it (R22)."""

from msgspec import Struct


class PoolContent(Struct, frozen=True):
    """A pool as a whole: what is left of it, and what was granted beyond a limit that was lowered."""

    rest: int
    owed: int

    @property
    def free(self) -> int:
        """What it may still grant; negative while something is owed."""
        return self.rest - self.owed

    @classmethod
    def of(cls, free: int) -> "PoolContent":
        """The pool that may still grant so much."""
        return cls(max(free, 0), max(-free, 0))


def limited_to(content: PoolContent, before: int, after: int) -> PoolContent:
    """The pool after its limit changed: what was granted stays granted."""
    return PoolContent.of(content.free + after - before)
