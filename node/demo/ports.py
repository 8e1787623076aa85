"""Ports on this machine that nobody listens at."""

import socket
from contextlib import ExitStack


def free_port(*hosts: str) -> int:
    """A port that is free at each of these addresses now; raises OSError."""
    while True:
        with ExitStack() as held:
            port = 0
            try:
                for host in hosts:
                    probe = held.enter_context(socket.socket())
                    probe.bind((host, port))
                    port = probe.getsockname()[1]
            except OSError:
                if port == 0:
                    raise
                continue
            return port
