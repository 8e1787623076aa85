"""What a ledger counts about its blocks and its mempool, for its operator's eyes."""

from dataclasses import dataclass, field

from cfi.node.mempool import Waiting


@dataclass(slots=True)
class Counters:
    """Since the process began. None of it decides anything."""

    rejected_proposals: dict[str, int] = field(default_factory=dict)
    """By reason."""
    refused: dict[str, int] = field(default_factory=dict)
    """Transactions that the engine asked about and may not hold, by reason."""
    taken: int = 0
    """Transactions that the engine asked about and may hold."""
    waits: int = 0
    """Waiting transactions that were decided."""
    waited_seconds: float = 0.0
    """How long they waited, in all."""
    last_commit_nanos: int = 0
    """When the last height was committed here, in nanoseconds since 1970."""
    catching_up: bool = False
    """True while the engine fetches blocks that others decided long ago."""
    peers: int = 0
    """Nodes that the engine is connected with."""
    unwelcome_peers: dict[str, str] = field(default_factory=dict)
    """Those of them that may be connected no more: their addresses by node id."""
    only_named_peers: list[str] = field(default_factory=list)
    """Those of them that the settings name and the ledger doesn't register, by node id."""
    refused_peers: int = 0
    """Connections that the engine asked about and may not keep."""
    clock_off_nanos: int = 0
    """This machine's clock at the last commit, less the time that its votes carry; before the first
    one, what the clock is short of the last votes known.
    """

    clock_steady: bool = False
    """True if that was about as much at the block before: who catches up is less late each time."""
    longest_quiet_nanos: int = 0
    """For how long the engine's settings let no block come, at most; 0 is no bound."""

    def reject(self, reason: str) -> None:
        """A proposed block was rejected; what follows a colon is detail."""
        _count(self.rejected_proposals, reason.partition(":")[0])

    def refuse(self, name: str) -> None:
        """The engine may not hold a transaction."""
        _count(self.refused, name)

    def decided(self, waiting: Waiting, now: float) -> None:
        """A waiting transaction was decided, at a reading of the monotonic clock."""
        self.waits += 1
        self.waited_seconds += now - waiting.since

    def told(self) -> dict[str, object]:
        """All of it, by name."""
        return {
            "rejected_proposals": self.rejected_proposals,
            "refused": self.refused,
            "taken": self.taken,
            "waits": self.waits,
            "waited_seconds": self.waited_seconds,
            "last_commit_nanos": self.last_commit_nanos,
            "catching_up": self.catching_up,
            "peers": self.peers,
            "unwelcome_peers": self.unwelcome_peers,
            "only_named_peers": self.only_named_peers,
            "refused_peers": self.refused_peers,
            "clock_off_nanos": self.clock_off_nanos,
            "clock_steady": self.clock_steady,
            "longest_quiet_nanos": self.longest_quiet_nanos,
        }


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1
