"""A stream of a table that remembers what its bytes show of damage."""

import io
from typing import BinaryIO


class Watched(io.RawIOBase):
    """Passes a stream on and tells what its bytes show of damage: an odd number of quotation marks means that
    one was never closed, a missing line end that the file may be cut off."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._mark = stream, '"'.encode("utf-16-le" if encoding == "utf-16" else "ascii")
        self.quotes, self._end = 0, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.quotes += data.count(self._mark)
        self._end = (self._end + data)[-len(self._mark) :]
        return data

    @property
    def ends_with_a_line(self) -> bool:
        """Whether a line end closes the last row."""
        return any(mark in self._end for mark in (b"\n", b"\r"))
