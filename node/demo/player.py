"""Plays acts on a running ledger over its socket: many at once, each answered by its receipt."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import cbor2

from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.transactions import transaction
from cfi.contracts.state.row_tree import decode_row_proof
from cfi.contracts.state.table import OwnerKey, Table
from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.receipts import Receipt, decode_receipt
from cfi.contracts.wire.refusal import Refusal
from cfi.contracts.wire.schema import Data, Hash, schema_of
from cfi.node.link import FrameReader, Kind, frame

R = TypeVar("R")

_READ: Final = 1 << 18
_PATIENCE_SECONDS: Final = 120.0


class RefusedActError(Exception):
    """The ledger refused an act of the story."""


@dataclass(frozen=True, slots=True)
class Played:
    """One act: who signs, and what."""

    key: SigningKey
    message: Any


class Player:
    """One connection to a ledger."""

    def __init__(self, path: Path) -> None:
        self._link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._link.settimeout(_PATIENCE_SECONDS)
        self._link.connect(str(path))
        self._frames = FrameReader()
        self._tag = 0
        self.acts = 0
        status = self.ask("status")
        self.chain_id: str = status["chain_id"]

    def close(self) -> None:
        """Let the connection go."""
        self._link.close()

    def ask(self, question: str, **parameters: object) -> Any:
        """The answer to a question; raises RefusedActError for a fault."""
        tag = self._next_tag()
        self._link.sendall(frame(Kind.ASK, tag, cbor2.dumps([question, parameters])))
        kind, content = self._answers({tag})[tag]
        if kind != Kind.RESULT:
            raise RefusedActError(f"{question}: {cbor2.loads(content)}")
        return cbor2.loads(content)

    def rows(self, owner: OwnerKey, table: Table[R]) -> list[R]:
        """An owner's rows of a table, as the ledger shows them at its last provable height."""
        shown = self.ask("owner", owner=owner, tags=[table.tag])
        proofs = (decode_row_proof(row) for row, _ in shown["rows"])
        return [table.schema.decode(proof.row[1:]) for proof in proofs]

    def public_row(self, table: Table[R], key: bytes) -> R | None:
        """A public row, or None."""
        shown = self.ask("public", key=table.row_key(key))
        return None if shown["value"] is None else table.schema.decode(shown["value"])

    def try_all(self, played: Sequence[Played]) -> list[Receipt]:
        """Submit acts together and wait until all are in the history; their receipts in order."""
        if not played:
            return []
        valid_until = self.ask("status")["height"] + REPLAY_WINDOW_HEIGHTS // 2
        tags = []
        frames = []
        for each in played:
            tags.append(self._next_tag())
            signed = transaction(each.key, self.chain_id, each.message, valid_until)
            frames.append(frame(Kind.SUBMIT, tags[-1], signed))
        self._link.sendall(b"".join(frames))
        answers = self._answers(set(tags))
        self.acts += len(played)
        return [self._receipt(*answers[tag]) for tag in tags]

    def all(self, played: Sequence[Played]) -> list[Receipt]:
        """The same, where every act has to succeed; raises RefusedActError."""
        receipts = self.try_all(played)
        for each, receipt in zip(played, receipts, strict=True):
            if not receipt.done:
                raise RefusedActError(sentence(type(each.message).__name__, receipt))
        return receipts

    def both(self, first: SigningKey, second: SigningKey, messages: Sequence[Any]) -> list[Receipt]:
        """Acts under four eyes: proposed by the first, approved by the second."""
        bodies = [Data(schema_of(type(message)).encode(message)) for message in messages]
        proposals = self.all(
            [
                Played(first, Propose(message_number=SmallCode(NUMBERS[type(message)]), body=body))
                for message, body in zip(messages, bodies, strict=True)
            ]
        )
        return self.all(
            [
                Played(
                    second,
                    Approve(proposal_id=proposed.act_id, body_hash=Hash(sha256(body).digest())),
                )
                for proposed, body in zip(proposals, bodies, strict=True)
            ]
        )

    def _next_tag(self) -> int:
        self._tag += 1
        return self._tag

    def _receipt(self, kind: int, content: bytes) -> Receipt:
        if kind != Kind.COMMITTED:
            raise RefusedActError(": ".join(cbor2.loads(content)))
        receipt: bytes = cbor2.loads(content)[2]
        return decode_receipt(receipt)

    def _answers(self, wanted: set[int]) -> dict[int, tuple[int, bytes]]:
        answers: dict[int, tuple[int, bytes]] = {}
        while len(answers) < len(wanted):
            data = self._link.recv(_READ)
            if not data:
                raise RefusedActError("the ledger closed the socket")
            for kind, tag, content in self._frames.feed(data):
                if tag in wanted and kind != Kind.ADMITTED:
                    answers[tag] = (kind, content)
        return answers


def sentence(what: str, receipt: Receipt) -> str:
    """A refusal in a sentence: what, why, which section, which values."""
    facts = ", ".join(f"{name} {value!r}" for name, value in receipt.facts)
    return f"{what} was refused: {Refusal(receipt.code).name} ({receipt.section}) {facts}".strip()
