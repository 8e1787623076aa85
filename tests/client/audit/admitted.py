"""A node that admits acts, an engine that decides as it is told, and the auditor's comparison."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from cfi.client.audit.admissions import PATIENCE, AdmissionFindings, Watch, judge
from cfi.client.audit.beginning import begin_with
from cfi.client.audit.replay import Replay, read_block
from cfi.client.audit.sources import read_records
from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.transactions import act_id_of, transaction
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.genesis import state_at_genesis
from cfi.contracts.wire.admission import read_admission
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.schema import Hash, Seed
from cfi.contracts.wire.signatures import public_key_of
from cfi.genesis.builder import build_genesis
from cfi.genesis.officers import sign_genesis
from cfi.node.admission import AdmissionBook
from tests.client.audit.histories import answered
from tests.contracts.ledger import NOW
from tests.genesis.founders import OFFICER_SEEDS, PLAN, seed
from tests.node.chain import CHAIN_ID, TERMS, VALIDATOR_SEED, Chain, open_chain

NODE_SEED: Final = sha256(b"the node's admission key").digest()
MEMBER_SEED: Final = seed(30)
DOCUMENT: Final = build_genesis(
    replace(
        PLAN,
        chain_id=CHAIN_ID,
        time=NOW,
        clock_start=NOW,
        validators=((public_key_of(VALIDATOR_SEED), 10, public_key_of(NODE_SEED)),),
    )
)
SIGNED: Final = sign_genesis(DOCUMENT, OFFICER_SEEDS[:2])
Receipts = list[tuple[str, bytes]]


def act(number: int, *, by: bytes = MEMBER_SEED, valid_until: int = 100) -> bytes:
    """An act of the member, or of whoever has the seed."""
    message = OpenAccount(seed=Seed(bytes([number]) * 32), retirement=False)
    nonce = number.to_bytes(16, "big")
    return transaction(SigningKey(by), CHAIN_ID, message, valid_until, nonce)


@dataclass(slots=True)
class Admitting:
    """A chain, and the run of a node that signs for what it takes."""

    chain: Chain
    book: AdmissionBook = field(default_factory=lambda: AdmissionBook(CHAIN_ID, NODE_SEED))
    receipts: Receipts = field(default_factory=list)

    def admit(self, *acts: bytes) -> None:
        """Sign for acts, together."""
        taken = [(act_id_of(each), 100) for each in acts]
        self.take(taken)

    def take(self, taken: list[tuple[Hash, int]]) -> None:
        """Sign for acts by their ids and last heights."""
        for told in self.book.admit(taken, self.chain.engine.height, NOW * 1_000):
            self.receipts.append((f"receipt {len(self.receipts)}", told))

    def restart(self) -> None:
        """Another run of the node."""
        self.book = AdmissionBook(CHAIN_ID, NODE_SEED)

    def until(self, height: int) -> None:
        """Blocks without acts, up to a height."""
        while self.chain.engine.height < height:
            self.chain.make()

    def judged(self, patience: int = PATIENCE) -> AdmissionFindings:
        """What the auditor finds."""
        return judged(self.chain.folder, self.receipts, patience)

    def sequence_of(self, acted: bytes) -> int:
        """The place of an act by its receipt."""
        read = (read_admission(data) for _, data in self.receipts)
        return next(each.sequence for each in read if each.act_id == act_id_of(acted))


def admitting(folder: Path) -> Admitting:
    """A chain of its own, without blocks."""
    return Admitting(
        open_chain(
            folder,
            found=lambda: state_at_genesis(DOCUMENT),
            terms=TERMS,
            genesis_hash=genesis_hash(DOCUMENT),
        )
    )


def judged(folder: Path, receipts: Receipts, patience: int = PATIENCE) -> AdmissionFindings:
    """Receipts compared with the chain in a folder, decided again."""
    beginning, watch = begin_with(SIGNED), Watch.for_receipts(receipts)
    replay, height = Replay(beginning), 0
    for record in read_records(folder / "blocks"):
        block, height = read_block(record), record.height
        watch.see(block, replay.take(block, record.vote_time, answered(block.transactions)))
    return judge(receipts, watch, StateView(beginning.state), CHAIN_ID, height, patience)
