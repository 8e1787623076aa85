"""Plays acts on a running ledger over its nodes' sockets: many at once, each answered by its
receipt.
"""

import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

import cbor2

from cfi.client.light.admissions import admission_name
from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.transactions import act_id_of, transaction
from cfi.contracts.state.row_tree import decode_row_proof
from cfi.contracts.state.table import OwnerKey, Table
from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.messages.access.approve import Approve
from cfi.contracts.wire.messages.access.propose import Propose
from cfi.contracts.wire.messages.baseline.adjust_baseline import AdjustBaseline
from cfi.contracts.wire.messages.baseline.establish_baseline import EstablishBaseline
from cfi.contracts.wire.messages.catalogue import NUMBERS
from cfi.contracts.wire.quantities import SmallCode
from cfi.contracts.wire.receipts import Receipt, decode_receipt
from cfi.contracts.wire.refusal import Refusal
from cfi.contracts.wire.schema import Data, Hash, schema_of
from cfi.node.link import FrameReader, Kind, frame

R = TypeVar("R")
M = TypeVar("M", EstablishBaseline, AdjustBaseline)

_READ: Final = 1 << 18
_PATIENCE_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.02
_INSTRUCTIONS: Final[Mapping[type[Any], str]] = MappingProxyType(
    {EstablishBaseline: "establish", AdjustBaseline: "adjust"}
)


class RefusedActError(Exception):
    """The ledger refused an act of the story."""


@dataclass(frozen=True, slots=True)
class Played:
    """One act: who signs, and what."""

    key: SigningKey
    message: Any


class _Link:
    """One connection to a node's ledger."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(_PATIENCE_SECONDS)
        self.socket.connect(str(path))
        self._frames = FrameReader()
        self._tag = 0
        self.admissions: list[bytes] = []
        """The node's receipts for what it took here."""

    def ask(self, question: str, **parameters: object) -> Any:
        """The answer to a question; raises RefusedActError for a fault."""
        (answer,) = self.send(Kind.ASK, [cbor2.dumps([question, parameters])])
        kind, content = answer
        if kind != Kind.RESULT:
            raise RefusedActError(f"{question}: {cbor2.loads(content)}")
        return cbor2.loads(content)

    def send(self, kind: Kind, contents: Sequence[bytes]) -> list[tuple[int, bytes]]:
        """Send frames together; the final answer to each, in order."""
        tags = range(self._tag + 1, self._tag + 1 + len(contents))
        self._tag += len(contents)
        frames = (frame(kind, tag, content) for tag, content in zip(tags, contents, strict=True))
        self.socket.sendall(b"".join(frames))
        answers: dict[int, tuple[int, bytes]] = {}
        while len(answers) < len(tags):
            data = self.socket.recv(_READ)
            if not data:
                raise RefusedActError("the ledger closed the socket")
            for got, tag, content in self._frames.feed(data):
                if got == Kind.ADMITTED:
                    self.admissions.append(content)
                elif tag in tags:
                    answers[tag] = (got, content)
        return [answers[tag] for tag in tags]


class Player:
    """Plays on a ledger: through its one node, or through several, each batch of acts at the next
    one.
    """

    def __init__(self, *paths: Path) -> None:
        self._links = [_Link(path) for path in paths]
        self._turn = 0
        self.height = 0
        """The greatest height at which an act was committed."""
        self.acts = 0
        status = self.ask("status")
        self.chain_id: str = status["chain_id"]

    def close(self) -> None:
        """Let the connections go."""
        for link in self._links:
            link.socket.close()

    def ask(self, question: str, **parameters: object) -> Any:
        """The answer to a question, from the node that played last; raises RefusedActError for a
        fault.
        """
        return self._link.ask(question, **parameters)

    def keep_admissions(self, folder: Path) -> None:
        """Write the nodes' admission receipts into a folder, for an auditor; raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        for receipt in (each for link in self._links for each in link.admissions):
            (folder / admission_name(receipt)).write_bytes(receipt)

    def headers(self, height: int) -> list[bytes]:
        """A header's bytes as each node has them; raises RefusedActError where one doesn't come so
        far.
        """
        found = []
        for link in self._links:
            _await_height(link, height)
            found.append(link.ask("light_block", height=height)["header"])
        return found

    def rows(self, owner: OwnerKey, table: Table[R]) -> list[R]:
        """An owner's rows of a table, as the ledger shows them at its last provable height."""
        asked: dict[str, Any] = {"owner": owner, "tags": [table.tag]}
        rows: list[R] = []
        more = True
        while more:
            shown = self.ask("owner", **asked)
            proofs = (decode_row_proof(proof) for _, proof, _ in shown["rows"])
            rows += [table.schema.decode(proof.row[1:]) for proof in proofs]
            more = shown["more"]
            asked |= {"height": shown["height"], "after": shown["rows"][-1][0]} if more else {}
        return rows

    def public_row(self, table: Table[R], key: bytes) -> R | None:
        """A public row, or None."""
        shown = self.ask("public", key=table.row_key(key))
        return None if shown["value"] is None else table.schema.decode(shown["value"])

    def instruction(self, member: str, message_type: type[M]) -> M:
        """What would establish or adjust a member's baseline, with what two people have to name;
        raises RefusedActError where the rule would refuse it.
        """
        told = self.ask("baseline", member=member)[_INSTRUCTIONS[message_type]]
        if told["body"] is None:
            raise RefusedActError(f"{message_type.__name__} for {member}: {told['refusal']}")
        return schema_of(message_type).decode(told["body"])

    def try_all(self, played: Sequence[Played]) -> list[Receipt]:
        """Submit acts together and wait until all are in the history; their receipts in order."""
        if not played:
            return []
        self._pass_on()
        return self._submit(self._signed(played))

    def all(self, played: Sequence[Played]) -> list[Receipt]:
        """The same, where every act has to succeed; raises RefusedActError."""
        return _all_done(played, self.try_all(played))

    def both(self, first: SigningKey, second: SigningKey, messages: Sequence[Any]) -> list[Receipt]:
        """Acts under four eyes: proposed by the first, approved by the second right behind it. The
        approvals' receipts; raises RefusedActError where one act does not succeed.
        """
        self._pass_on()
        bodies = [Data(schema_of(type(message)).encode(message)) for message in messages]
        proposed = [
            Played(first, Propose(message_number=SmallCode(NUMBERS[type(message)]), body=body))
            for message, body in zip(messages, bodies, strict=True)
        ]
        proposals = self._signed(proposed)
        approved = [
            Played(
                second,
                Approve(proposal_id=act_id_of(proposal), body_hash=Hash(sha256(body).digest())),
            )
            for proposal, body in zip(proposals, bodies, strict=True)
        ]
        receipts = self._submit(proposals + self._signed(approved))
        return _all_done(proposed + approved, receipts)[len(proposed) :]

    @property
    def _link(self) -> _Link:
        return self._links[self._turn]

    def _pass_on(self) -> None:
        """To the next node, as soon as it has seen what was played."""
        self._turn = (self._turn + 1) % len(self._links)
        _await_height(self._link, self.height)

    def _signed(self, played: Sequence[Played]) -> list[bytes]:
        valid_until = self.ask("status")["height"] + REPLAY_WINDOW_HEIGHTS // 2
        return [transaction(each.key, self.chain_id, each.message, valid_until) for each in played]

    def _submit(self, signed: Sequence[bytes]) -> list[Receipt]:
        answers = self._link.send(Kind.SUBMIT, signed)
        self.acts += len(signed)
        return [self._receipt(*answer) for answer in answers]

    def _receipt(self, kind: int, content: bytes) -> Receipt:
        if kind != Kind.COMMITTED:
            raise RefusedActError(": ".join(cbor2.loads(content)))
        height, _, receipt = cbor2.loads(content)
        self.height = max(self.height, height)
        return decode_receipt(receipt)


def _all_done(played: Sequence[Played], receipts: list[Receipt]) -> list[Receipt]:
    for each, receipt in zip(played, receipts, strict=True):
        if not receipt.done:
            raise RefusedActError(sentence(type(each.message).__name__, receipt))
    return receipts


def _await_height(link: _Link, height: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while link.ask("status")["height"] < height:
        if time.monotonic() > until:
            raise RefusedActError(f"a node does not come to height {height}")
        time.sleep(_LOOK_SECONDS)


def sentence(what: str, receipt: Receipt) -> str:
    """A refusal in a sentence: what, why, which section, which values."""
    facts = ", ".join(f"{name} {value!r}" for name, value in receipt.facts)
    return f"{what} was refused: {Refusal(receipt.code).name} ({receipt.section}) {facts}".strip()
