"""Who signed the last blocks, from what the running ledger shows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.contracts.wire.commits import BlockIdFlag, decode_commit
from cfi.node.ask import FaultError, ask

BLOCKS: Final = 100


@dataclass(slots=True)
class Share:
    """Blocks that a validator signed, and those that were decided without its vote."""

    signed: int = 0
    missed: int = 0


def signing_shares(socket: Path, height: int) -> dict[bytes, Share]:
    """The share of each validator in the last blocks up to a height, by public key; raises
    UnreachableError.
    """
    shares: dict[bytes, Share] = {}
    for each in range(height, max(height - BLOCKS, 0), -1):
        try:
            told = ask(socket, "light_block", height=each)
        except FaultError:
            # A node that began at a snapshot has no blocks before it.
            break
        votes = decode_commit(told["commit"]).signatures
        for (key, _), vote in zip(told["validators"], votes, strict=True):
            share = shares.setdefault(key, Share())
            if vote.flag is BlockIdFlag.COMMIT:
                share.signed += 1
            else:
                share.missed += 1
    return shares
