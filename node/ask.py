"""Asking the ledger's own socket one question, for the command line."""

import socket
from pathlib import Path
from typing import Any, Final

import cbor2

from cfi.node.link import FrameError, FrameReader, Kind, frame

_PATIENCE_SECONDS: Final = 10.0
_READ: Final = 1 << 16


class UnreachableError(Exception):
    """Nobody answers on the socket."""


class FaultError(Exception):
    """The ledger answers that it can't."""


def ask(path: Path, question: str, **parameters: object) -> Any:
    """The answer to a question; raises UnreachableError, FaultError."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(_PATIENCE_SECONDS)
            link.connect(str(path))
            link.sendall(frame(Kind.ASK, 1, cbor2.dumps([question, parameters])))
            kind, content = _first_frame(link)
    except PermissionError as error:
        raise UnreachableError(f"{path} is closed to this user: ask as the node's") from error
    except (OSError, FrameError) as error:
        raise UnreachableError(f"no ledger answers on {path}: is it started?") from error
    answer = cbor2.loads(content)
    if kind != Kind.RESULT:
        raise FaultError(": ".join(str(part) for part in answer))
    return answer


def _first_frame(link: socket.socket) -> tuple[int, bytes]:
    frames = FrameReader()
    while data := link.recv(_READ):
        for kind, _, content in frames.feed(data):
            return kind, content
    raise ConnectionResetError("the ledger closed the socket")
