"""The ledger's own socket: frames between the ledger process and its gateway, the command line and
the load generator.

A frame is its length (4 bytes, of what follows), a kind (1 byte), a tag that the asker chose and
the answers repeat (4 bytes), and the
content. Numbers are big-endian. Questions and results are CBOR.
"""

from collections.abc import Iterator
from enum import IntEnum, unique
from struct import Struct
from typing import Final

HEAD_BYTES: Final = 9
_HEAD: Final = Struct(">IBI")
_LEAST: Final = 5
"""Kind and tag, which the length counts in."""
MAX_FRAME_BYTES: Final = 64 * 1024 * 1024


@unique
class Kind(IntEnum):
    """What a frame is."""

    SUBMIT = 1
    """A transaction's bytes. Answered ADMITTED or REJECTED, and later COMMITTED or DROPPED."""
    ASK = 2
    """[path, parameters]. Answered RESULT or FAULT."""
    FOLLOW = 3
    """Asks for a BLOCK frame at each height from now on."""
    ADMITTED = 10
    """The admission receipt."""
    REJECTED = 11
    """[name of the reason, detail]."""
    COMMITTED = 12
    """[height, index, receipt]."""
    DROPPED = 13
    """[name of the reason, detail]: admitted, but inadmissible when its turn came."""
    RESULT = 14
    FAULT = 15
    """[name of the fault, detail]."""
    BLOCK = 16
    """[height, app hash of the height before, seconds of its time]."""


class FrameError(ValueError):
    """The bytes are no frame."""


def frame(kind: Kind, tag: int, content: bytes) -> bytes:
    """A frame's bytes."""
    return _HEAD.pack(len(content) + _LEAST, kind, tag) + content


class FrameReader:
    """Cuts a stream into frames."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Kind, tag and content of each frame that is complete; raises FrameError."""
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= HEAD_BYTES:
            length = int.from_bytes(buffer[at : at + 4], "big")
            if not _LEAST <= length <= MAX_FRAME_BYTES:
                raise FrameError("a frame of impossible length")
            end = at + 4 + length
            if len(buffer) < end:
                break
            tag = int.from_bytes(buffer[at + 5 : at + HEAD_BYTES], "big")
            yield buffer[at + 4], tag, bytes(buffer[at + HEAD_BYTES : end])
            at = end
        del buffer[:at]
