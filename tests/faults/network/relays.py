"""Wires between validators that a test can cut: each dials the others through a relay of its own.

A cut wire carries nothing and isn't closed, as behind a dead switch: what waits comes when it heals.
"""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

_READ: Final = 1 << 16
_LOOK_SECONDS: Final = 0.05


@dataclass(slots=True)
class Wire:
    """From one validator (by index) to another's address; whoever dials comes through here."""

    ends: frozenset[int]
    target: tuple[str, int]
    listener: socket.socket
    links: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the dialling validator finds the wire."""
        host, port = self.listener.getsockname()
        return f"{host}:{port}"


class Relays:
    """All wires, served by one thread."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self._cut: frozenset[frozenset[int]] = frozenset()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def add(self, source: int, target: int, address: str) -> str:
        """A wire to an address; returns where it begins."""
        host, _, port = address.rpartition(":")
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        wire = Wire(frozenset({source, target}), (host, int(port)), listener)
        self.wires.append(wire)
        return wire.address

    def start(self) -> None:
        """Carry."""
        self._thread.start()

    def stop(self) -> None:
        """Close all."""
        self._stopping.set()
        self._thread.join()
        for wire in self.wires:
            wire.listener.close()
            for pair in wire.links:
                _close(pair)

    def part(self, *groups: set[int]) -> None:
        """Cut every wire between different groups."""
        everyone = [(each, index) for index, group in enumerate(groups) for each in group]
        self._cut = frozenset(
            frozenset({one, other})
            for one, group in everyone
            for other, another in everyone
            if group != another
        )

    def heal(self) -> None:
        """Carry everything again."""
        self._cut = frozenset()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            open_wires = [wire for wire in self.wires if wire.ends not in self._cut]
            with selectors.DefaultSelector() as selector:
                for wire in open_wires:
                    selector.register(wire.listener, selectors.EVENT_READ, (wire, None, None))
                    for one, other in wire.links:
                        selector.register(one, selectors.EVENT_READ, (wire, one, other))
                        selector.register(other, selectors.EVENT_READ, (wire, other, one))
                for key, _ in selector.select(_LOOK_SECONDS):
                    self._carry(*key.data)

    def _carry(
        self, wire: Wire, source: socket.socket | None, target: socket.socket | None
    ) -> None:
        if source is None or target is None:
            self._accept(wire)
            return
        try:
            data = source.recv(_READ)
            if data:
                target.sendall(data)
                return
        except OSError:
            pass
        for pair in wire.links:
            if source in pair:
                _close(pair)
        wire.links = [pair for pair in wire.links if source not in pair]

    def _accept(self, wire: Wire) -> None:
        dialled, _ = wire.listener.accept()
        try:
            reached = socket.create_connection(wire.target, 1.0)
        except OSError:
            dialled.close()
            return
        for each in (dialled, reached):
            each.settimeout(5.0)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.links.append((dialled, reached))


def _close(pair: tuple[socket.socket, socket.socket]) -> None:
    for each in pair:
        with suppress(OSError):
            each.close()


@contextmanager
def relays() -> Iterator[Relays]:
    """Wires that are gone at the end."""
    made = Relays()
    try:
        yield made
    finally:
        made.stop()
