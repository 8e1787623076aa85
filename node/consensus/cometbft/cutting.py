"""Cuts connections of a running CometBFT, which has no call for that.

A process may take a second handle of a socket of its own child, and what is shut down through it is
shut down: to CometBFT the peer has hung up. No other connection and no block suffers.
(Linux, pidfd_getfd)
"""

import ctypes
import errno
import os
import socket
from collections.abc import Collection, Iterator
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any, Final

from cfi.node.ask import FaultError, UnreachableError, ask

_PIDFD_GETFD: Final = 438
"""The call's number.  (Linux 5.6)"""
_INTERNET: Final = (socket.AF_INET, socket.AF_INET6)


class Cutter:
    """Cuts off whom a ledger calls unwelcome."""

    def __init__(self, ledger: Path, port: int) -> None:
        """The ledger's socket, and the port at which its CometBFT takes connections."""
        self._ledger = ledger
        self._port = port
        self._failed = ""

    def __call__(self, engine: int) -> str:
        """Do it in a process; returns what there is to say, and a failure once."""
        try:
            counters: dict[str, Any] = ask(self._ledger, "status")["counters"]
        except (UnreachableError, FaultError):
            return ""
        unwelcome: dict[str, str] = counters["unwelcome_peers"]
        if not unwelcome:
            return ""
        try:
            cut = cut_off(engine, self._port, frozenset(unwelcome.values()))
        except OSError as error:
            return self._once(f"can't be cut off from {', '.join(unwelcome)}: {error}")
        self._failed = ""
        return f"was cut off from {', '.join(unwelcome)}, who may connect no more" if cut else ""

    def _once(self, failure: str) -> str:
        said, self._failed = self._failed, failure
        return "" if said == failure else failure


def cut_off(process: int, port: int, addresses: Collection[str]) -> int:
    """Shut the connections that others made from these addresses to a child's port; returns how
    many. Raises OSError where the system forbids it.
    """
    cut = 0
    for each in _sockets(process):
        with each:
            if _is_from(each, port, addresses):
                each.shutdown(socket.SHUT_RDWR)
                cut += 1
    return cut


def _sockets(process: int) -> Iterator[socket.socket]:
    """Second handles of a child's sockets; what it has closed meanwhile is left out."""
    pidfd = os.pidfd_open(process)
    try:
        for path in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):
                if str(path.readlink()).startswith("socket:"):
                    yield socket.socket(fileno=_second_handle(pidfd, int(path.name)))
    finally:
        os.close(pidfd)


def _second_handle(pidfd: int, number: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    found: int = libc.syscall(_PIDFD_GETFD, pidfd, number, 0)
    if found >= 0:
        return found
    code = ctypes.get_errno()
    if code == errno.EBADF:
        raise FileNotFoundError
    raise OSError(code, os.strerror(code))


def _is_from(each: socket.socket, port: int, addresses: Collection[str]) -> bool:
    """Whether it is a connection from one of these addresses to this port."""
    if each.family not in _INTERNET:
        return False
    try:
        peer = each.getpeername()[0]
    except OSError:
        return False
    return each.getsockname()[1] == port and _plain(peer) in addresses


def _plain(address: str) -> str:
    """As CometBFT writes it: IPv4 on a socket of both kinds is IPv4."""
    found = ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
