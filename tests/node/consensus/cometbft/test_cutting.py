"""Cutting connections of another process: those that are meant, and no others."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cfi.node.ask import UnreachableError
from cfi.node.consensus.cometbft import cutting
from cfi.node.consensus.cometbft.cutting import Cutter, cut_off

HOLDER = """
import socket, sys
servers = [socket.create_server((host, 0), family=kind) for host, kind in
           (("127.0.0.1", socket.AF_INET), ("127.0.0.1", socket.AF_INET), ("::", socket.AF_INET6))]
servers[2].close()
servers[2] = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
one, other = socket.socketpair()
print(*[each.getsockname()[1] for each in servers], flush=True)
held = []
for line in sys.stdin:
    held.append(servers[int(line)].accept())
    print("held", flush=True)
"""
NODE = "ab" * 20


class Holder:
    """A process that takes connections at its three ports and keeps them."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.ports = [int(each) for each in self.process.stdout.readline().split()]
        self._kept = ExitStack()

    def dialled(self, source: str, server: int = 0) -> socket.socket:
        """A connection that it holds, from an address."""
        address = ("127.0.0.1", self.ports[server])
        made = self._kept.enter_context(socket.create_connection(address, 5.0, (source, 0)))
        made.settimeout(0.2)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{server}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "held\n"
        return made

    def end(self) -> None:
        """Let all go."""
        self._kept.close()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def holder() -> Iterator[Holder]:
    made = Holder()
    yield made
    made.end()


def stands(link: socket.socket) -> bool:
    """Whether the other side still holds a connection."""
    try:
        return link.recv(1) != b""
    except TimeoutError:
        return True


def test_connections_from_the_address_to_the_port_are_cut_and_no_others(holder: Holder) -> None:
    meant = [holder.dialled("127.0.0.2"), holder.dialled("127.0.0.2")]
    others = [holder.dialled("127.0.0.3"), holder.dialled("127.0.0.2", server=1)]
    assert cut_off(holder.process.pid, holder.ports[0], {"127.0.0.2", "127.0.0.9"}) == 2
    assert [stands(each) for each in meant] == [False, False]
    assert [stands(each) for each in others] == [True, True]
    assert stands(holder.dialled("127.0.0.2"))


def test_an_ipv4_address_is_found_on_a_socket_of_both_kinds(holder: Holder) -> None:
    meant, other = holder.dialled("127.0.0.2", server=2), holder.dialled("127.0.0.3", server=2)
    assert cut_off(holder.process.pid, holder.ports[2], {"127.0.0.2"}) == 1
    assert (stands(meant), stands(other)) == (False, True)


def test_no_handle_is_left_open(holder: Holder) -> None:
    holder.dialled("127.0.0.2")
    before = len(list(Path("/proc/self/fd").iterdir()))
    cut_off(holder.process.pid, holder.ports[0], {"127.0.0.2"})
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_process_that_is_gone_is_told(holder: Holder) -> None:
    holder.end()
    with pytest.raises(OSError, match="No such process"):
        cut_off(holder.process.pid, holder.ports[0], {"127.0.0.2"})


class TestTheCutter:
    @pytest.fixture
    def unwelcome(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """The nodes that the ledger calls unwelcome."""
        found: dict[str, str] = {}

        def ask(ledger: Path, question: str) -> Any:
            assert (ledger, question) == (Path("ledger.sock"), "status")
            return {"counters": {"unwelcome_peers": found}}

        monkeypatch.setattr(cutting, "ask", ask)
        return found

    def test_cuts_off_whom_the_ledger_names_and_says_so(
        self, holder: Holder, unwelcome: dict[str, str]
    ) -> None:
        cut = Cutter(Path("ledger.sock"), holder.ports[0])
        link = holder.dialled("127.0.0.2")
        assert cut(holder.process.pid) == ""
        assert stands(link)
        unwelcome[NODE] = "127.0.0.2"
        assert cut(holder.process.pid) == f"was cut off from {NODE}, who may connect no more"
        assert not stands(link)

    def test_says_a_failure_once(
        self, unwelcome: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def forbidden(*_: object) -> int:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(cutting, "_second_handle", forbidden)
        unwelcome[NODE] = "127.0.0.2"
        cut = Cutter(Path("ledger.sock"), 26656)
        with socket.socket():
            told = [cut(os.getpid()) for _ in range(2)]
        failure = f"can't be cut off from {NODE}: [Errno 1] Operation not permitted"
        assert told == [failure, ""]

    def test_a_ledger_that_is_silent_names_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def silent(*_: object) -> Any:
            raise UnreachableError

        monkeypatch.setattr(cutting, "ask", silent)
        assert Cutter(Path("ledger.sock"), 26656)(os.getpid()) == ""
