"""Strangers who connect with a node's peer-to-peer port from several addresses, say nothing, and come back at once
when they are turned away.
"""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

_MOST_AT_ONCE: Final = 500
"""New connections between two looks at those that stand: the kernel queues no more than some thousands."""
_LOOK_SECONDS: Final = 0.01


@dataclass(slots=True)
class Strangers:
    """So many sockets, spread over the addresses, all held by one thread."""

    target: tuple[str, int]
    addresses: list[str]
    sockets: int
    knocks: int = 0
    """Connections begun."""
    _held: dict[socket.socket, None] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Hold the sockets open until told to stop."""
        with selectors.DefaultSelector() as selector:
            while not self._stopping.is_set():
                for _ in range(min(_MOST_AT_ONCE, self.sockets - len(self._held))):
                    self._knock(selector)
                for key, _ in selector.select(_LOOK_SECONDS):
                    assert isinstance(key.fileobj, socket.socket)
                    self._look(selector, key.fileobj)
        for each in self._held:
            each.close()

    def stop(self) -> None:
        """Let all go."""
        self._stopping.set()

    def _knock(self, selector: selectors.BaseSelector) -> None:
        made = socket.socket()
        made.setblocking(False)
        made.bind((self.addresses[self.knocks % len(self.addresses)], 0))
        made.connect_ex(self.target)
        selector.register(made, selectors.EVENT_READ)
        self._held[made] = None
        self.knocks += 1

    def _look(self, selector: selectors.BaseSelector, held: socket.socket) -> None:
        """Forget one that was closed by the other side."""
        try:
            gone = not held.recv(4096)
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        if gone:
            selector.unregister(held)
            held.close()
            del self._held[held]


@contextmanager
def strangers(address: str, sockets: int, addresses: list[str]) -> Iterator[Strangers]:
    """Strangers at a node's door, HOST:PORT; gone at the end."""
    host, _, port = address.rpartition(":")
    made = Strangers((host, int(port)), addresses, sockets)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.stop()
        thread.join()
