"""Proofs of rows at an old height, by replaying to it: what no node keeps any more.

The replay verifies the history up to the header that carries the height's root, and the votes for
that header, so whoever trusts the chain's validators of then can check the proof alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cfi.client.audit.auditor import Progress, read_ahead
from cfi.client.audit.beginning import Beginning
from cfi.client.audit.known_header import KnownHeader
from cfi.client.audit.replay import Replay
from cfi.client.audit.signature_pool import SignaturePool
from cfi.client.audit.sources import BadSourceError
from cfi.client.light.lightblock import LightBlock, light_block_json
from cfi.contracts.state.history import Version
from cfi.contracts.state.row_tree import encode_row_proof
from cfi.contracts.state.table import OwnerKey, RowKey
from cfi.contracts.wire import signatures
from cfi.contracts.wire.block_file import BlockRecord
from cfi.contracts.wire.blocks import Block
from cfi.contracts.wire.commits import Commit
from cfi.contracts.wire.validators import ValidatorSet

Shown = Callable[[Version], dict[str, Any]]
"""What is to be proved of the state after the height."""


@dataclass(frozen=True, slots=True)
class UnknownOwnerError(Exception):
    """There is no such account or holder at the height."""

    owner: str


def public_row(key: RowKey) -> Shown:
    """A public row, or its absence, as the gateway shows it."""

    def show(version: Version) -> dict[str, Any]:
        value = version.public(key)
        return {
            "key": key.hex(),
            "value": None if value is None else value.hex(),
            "proof": version.prove_public(key).hex(),
        }

    return show


def owner_rows(name: str, owner: OwnerKey, tags: Iterable[int]) -> Shown:
    """An owner's leaf and its rows of some tables, as the gateway shows them; raises
    UnknownOwnerError.
    """

    def show(version: Version) -> dict[str, Any]:
        leaf = version.prove_owner(owner)
        if leaf is None:
            raise UnknownOwnerError(name)
        keys = [key for tag in tags for key in version.owned_keys(owner, tag)]
        return {
            "key": leaf.key.hex(),
            "value": leaf.value.hex(),
            "proof": leaf.proof.hex(),
            "rows": [
                {"proof": encode_row_proof(row.row).hex(), "blinding": row.blinding.hex()}
                for row in version.show_rows(owner, keys)
            ],
        }

    return show


@dataclass(slots=True)
class Prover:
    """Replays to a height and proves what is asked of it."""

    beginning: Beginning
    height: int
    shown: Shown
    known: KnownHeader | None
    _found: dict[str, Any] | None = None
    _next: Block | None = None
    _validators: ValidatorSet | None = None

    def prove(
        self, records: Iterable[BlockRecord], workers: int, progress: Progress
    ) -> dict[str, Any]:
        """The proof with the light block that carries the root, as JSON.

        Raises DisagreementError, UnknownOwnerError, and BadSourceError where the source ends before
        the votes for that header are known.
        """
        signatures.self_test()
        replay = Replay(self.beginning)
        with SignaturePool(workers) as pool:
            for each in read_ahead(records, pool):
                if each.fault is not None:
                    raise each.fault
                assert each.record is not None and each.block is not None, "no fault, so a block"
                block = each.block
                replay.take(block, each.record.vote_time, pool.answer(each.owed))
                progress(block.header.height, len(each.record.block))
                if self._is_proved_by(replay, block):
                    return self._proof(block.last_commit)
        if self.known is not None and self._next is not None:
            self.known.meet(replay.headers)
            if self.known.header == self._next.header:
                return self._proof(self.known.commit)
        raise BadSourceError(
            f"the source ends before the votes for block {self.height + 1}: give --header"
        )

    def _is_proved_by(self, replay: Replay, block: Block) -> bool:
        """Keep what this block brings; True once its votes confirm the root."""
        after = block.header.height - self.height
        if after == 0:
            self._found = self.shown(replay.version())
        elif after == 1:
            self._next, self._validators = block, replay.validators_of(block.header.height)
        return after > 1

    def _proof(self, commit: Commit) -> dict[str, Any]:
        assert self._found is not None and self._next is not None, "both heights were replayed"
        header = self._next.header
        light = LightBlock(header=header, commit=commit, validator_set=self._validators)
        return {
            "chain_id": header.chain_id,
            "height": self.height,
            "app_hash": header.app_hash.hex(),
            **self._found,
            "light_block": light_block_json(light),
        }
