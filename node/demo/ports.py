"""Ports on this machine that nobody listens at."""

import errno
import secrets
import socket
from typing import Final

_FIRST, _BEYOND = 10_000, 32_768
"""Below those that Linux gives to outgoing connections: none of these takes a port that was found
free before its listener is there.
"""
_MOST_TRIES: Final = 1_000


def free_port(*hosts: str) -> int:
    """A port that is free at each of these addresses now; raises OSError."""
    for _ in range(_MOST_TRIES):
        port = _FIRST + secrets.randbelow(_BEYOND - _FIRST)
        if all(_is_free(host, port) for host in hosts):
            return port
    raise OSError(errno.EADDRINUSE, "no port is free at all of", ", ".join(hosts))


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True
