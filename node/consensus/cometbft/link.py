"""All that goes on between the ledger and CometBFT."""

from cfi.node.consensus.cometbft.follower import Follower
from cfi.node.consensus.cometbft.forwarder import Forwarder
from cfi.node.consensus.cometbft.rpc import EngineRpc
from cfi.node.consensus.cometbft.server import AbciServer
from cfi.node.consensus.cometbft.watching import EngineWatch
from cfi.node.duties import until_one_ends


class EngineLink:
    """Serves CometBFT, hands it transactions, and follows its chain."""

    def __init__(
        self,
        rpc: EngineRpc,
        server: AbciServer,
        forwarder: Forwarder,
        follower: Follower,
        watch: EngineWatch,
    ) -> None:
        self._rpc = rpc
        self._server = server
        self._forwarder = forwarder
        self._follower = follower
        self._watch = watch

    async def run(self) -> None:
        """Work until cancelled; raises what stopped it.

        A killed CometBFT leaves its socket behind and then can't open it: it is removed before
        ours opens, without which CometBFT doesn't get so far.
        """
        self._rpc.socket.unlink(missing_ok=True)
        async with self._rpc:
            await until_one_ends(
                self._server.run(),
                self._forwarder.run(),
                self._follower.run(),
                self._watch.run(),
            )
