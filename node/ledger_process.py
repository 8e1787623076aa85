"""The ledger process: `python -m cfi.node.ledger_process HOME`. The supervisor starts it."""

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from cfi.client.memory import settle_memory
from cfi.client.tree_process import TreeProcessError
from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.transition.dispatch import UnsupportedVersionError
from cfi.node.assembly import Node, assemble
from cfi.node.consensus.cometbft.driver import CannotExecuteError, EngineMistakenError
from cfi.node.consensus.embedded import CannotDecideError
from cfi.node.home import Home, HomeError
from cfi.node.logs import log_to_stderr
from cfi.node.storage.database import DamagedError

EXIT_FAILED = 1
STOPPED = (
    UnsupportedVersionError,
    CannotDecideError,
    CannotExecuteError,
    GenesisError,
    EngineMistakenError,
    TreeProcessError,
)
"""What says by itself why the ledger may go no further."""


def run(home: Home, make: Callable[[Home], Node] = assemble) -> int:
    """Serve what is made of a home until SIGTERM; returns the exit code."""
    try:
        settings = home.settings()
        log_to_stderr("ledger", settings.log_level, settings.name)
        node = make(home)
    except DamagedError as error:
        _say(f"the ledger's data is damaged: {error}\nrun `cfi doctor --home {home.root}`")
        return EXIT_FAILED
    except (HomeError, UnsupportedVersionError, TreeProcessError, OSError) as error:
        _say(str(error))
        return EXIT_FAILED
    settle_memory()
    try:
        asyncio.run(serve(home, node))
    except OSError as error:
        _say(f"the disk refuses: {error}; make room and start again, nothing acknowledged is lost")
        return EXIT_FAILED
    except DamagedError as error:
        _say(f"a read failed: {error}\nrun `cfi doctor --home {home.root}`")
        return EXIT_FAILED
    except STOPPED as error:
        _say(str(error))
        return EXIT_FAILED
    finally:
        node.close()
    return 0


async def serve(home: Home, node: Node) -> None:
    """Serve until SIGTERM; raises what stopped it otherwise."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await node.service.run(home.socket, stop)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(run(Home(Path(sys.argv[1]))))
