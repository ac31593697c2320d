"""How far an import is, in parts of its work: reading, sorting, recording, and writing what was rejected (R20)."""

from typing import Final

# Of the work for each byte of a file. Recording a sale takes several times as long as reading it.
_READING: Final = 4
_SORTING: Final = 1
_RECORDING: Final = 14
_FINISHING: Final = 1


class ImportProgress:
    """Measures the work on a file of so many bytes."""

    def __init__(self, byte_size: int) -> None:
        self._size = byte_size
        self.total = (_READING + _SORTING + _RECORDING + _FINISHING) * byte_size

    def reading(self, bytes_read: int) -> int:
        """What is done while the file is read."""
        return _READING * min(bytes_read, self._size)

    def sorting(self, step: int, steps: int) -> int:
        """What is done when so many of the steps of sorting are."""
        return self.reading(self._size) + _SORTING * self._share(step, steps)

    def recording(self, tried: int, sales: int) -> int:
        """What is done when so many of the sales were tried."""
        return self.sorting(1, 1) + _RECORDING * self._share(tried, sales)

    def finishing(self, bytes_read: int) -> int:
        """What is done while the file is read once more, for the file of rejected rows."""
        return self.recording(1, 1) + _FINISHING * min(bytes_read, self._size)

    def _share(self, done: int, of: int) -> int:
        return self._size if done >= of else self._size * done // of
