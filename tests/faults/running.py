"""A real ledger process in a home of its own, and a client that loads it."""

import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self

import cbor2

from cfi.client.audit.beginning import begin_with
from cfi.client.audit.model import Model
from cfi.client.audit.replay import Replay, read_block
from cfi.client.audit.sources import read_records
from cfi.client.wallet.transactions import act_id_of, transaction
from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.messages.membership.register_application import RegisterApplication
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Cents, Tonnes, Year
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import HolderId, Identifier, UserId
from cfi.genesis.scenarios.loader import scenario
from cfi.node.demo.cast import Cast
from cfi.node.demo.stage import set_stage
from cfi.node.home import Home
from cfi.node.link import FrameReader, Kind, frame
from tests.client.audit.histories import answered

SCENARIO: Final = scenario("phase-1")
CAST: Final = Cast(SCENARIO.chain_id)
START_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.01
WAVE: Final = 20
"""Acts sent together."""
_READ: Final = 1 << 16


def new_home(folder: Path) -> Home:
    """A home with a genesis, in which nothing has run yet."""
    home = Home(folder)
    set_stage(home, SCENARIO)
    return home


def application(number: int, valid_until: int = REPLAY_WINDOW_HEIGHTS // 2) -> bytes:
    """A signed application for membership; every tenth comes a second time and is refused."""
    name = f"applicant-{number - number % 10 // 9}"
    message = RegisterApplication(
        applicant=HolderId(name),
        holder_class=HolderClass.MEMBER,
        documents=(Hash(CAST.seed("application", name)),),
        fee_paid=Cents(0),
        country=Identifier("US"),
        not_for_profit=False,
        first_year=Year(2003),
        direct_emissions=Tonnes(1_000_000),
        user_id=UserId("administrator"),
        key=CAST.public_key(name, "administrator"),
        possession=CAST.possession(name, "administrator"),
        holder_seed=CAST.seed("holder", name),
        trading_seed=CAST.seed("trading", name),
        retirement_seed=CAST.seed("retirement", name),
    )
    nonce = number.to_bytes(16, "big")
    return transaction(CAST.officer(1), SCENARIO.chain_id, message, valid_until, nonce)


class EndedError(Exception):
    """The process ended by itself before it served; what it said."""


@dataclass(slots=True)
class Node:
    """A ledger process."""

    home: Home
    process: "subprocess.Popen[bytes]"

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is written any more."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """SIGTERM, and the exit code of a good end."""
        self.process.terminate()
        assert self.process.wait(START_SECONDS) == 0, self.said()

    def said(self) -> str:
        """What it wrote to the standard error."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()


@contextmanager
def running(home: Home) -> Iterator[Node]:
    """Start a ledger process; it is gone at the end."""
    command = [sys.executable, "-m", "cfi.node.ledger_process", str(home.root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        node = Node(home, process)
        try:
            yield node
        finally:
            node.kill()


class Serving(Protocol):
    """A ledger process, however it was started."""

    @property
    def home(self) -> Home:
        """Where it runs."""

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The process."""

    def said(self) -> str:
        """What it wrote to the standard error."""


class Killable(Serving, Protocol):
    """One that can be killed."""

    def kill(self) -> None:
        """SIGKILL."""


@dataclass(slots=True)
class Client:
    """A connection to the ledger's socket that remembers every answer. Usable with `with`."""

    link: socket.socket
    frames: FrameReader = field(default_factory=FrameReader)
    answers: dict[int, tuple[Kind, Any]] = field(default_factory=dict)
    tag: int = 0

    @classmethod
    def of(cls, node: Serving) -> Self:
        """Connect as soon as the process serves; raises EndedError if it ends before."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if node.process.poll() is not None:
                raise EndedError(node.said())
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            with suppress(FileNotFoundError, ConnectionRefusedError):
                link.connect(str(node.home.socket))
                return cls(link)
            link.close()
            time.sleep(LOOK_SECONDS)
        raise AssertionError("the ledger doesn't start")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def committed(self, tag: int) -> list[Any]:
        """The height, index and receipt of a transaction."""
        kind, content = self.answer(tag)
        assert kind is Kind.COMMITTED, content
        told: list[Any] = content
        return told

    def submit(self, signed: bytes) -> int:
        """Send a transaction; returns the tag of its answers."""
        self.tag += 1
        self._send(Kind.SUBMIT, signed)
        return self.tag

    def listen(self, seconds: float) -> bool:
        """Take what comes for a while; returns False once the ledger is gone."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.link.settimeout(left)
            with suppress(TimeoutError):
                if not self._take():
                    return False
        return True

    def drain(self) -> None:
        """Take all that a dead ledger had sent."""
        self.link.settimeout(ANSWER_SECONDS)
        while self._take():
            pass
        self.link.close()

    def answer(self, tag: int) -> tuple[Kind, Any]:
        """The final answer to a transaction or a question."""
        self.link.settimeout(ANSWER_SECONDS)
        while tag not in self.answers:
            assert self._take(), "the ledger closed the socket"
        return self.answers[tag]

    def ask(self, question: str, **parameters: object) -> Any:
        """The answer to a question."""
        kind, content = self.answer(self.send_question(question, **parameters))
        assert kind is Kind.RESULT, content
        return content

    def send_question(self, question: str, **parameters: object) -> int:
        """Ask without waiting; returns the tag of the answer."""
        self.tag += 1
        self._send(Kind.ASK, cbor2.dumps([question, parameters]))
        return self.tag

    def _send(self, kind: Kind, content: bytes) -> None:
        """Send even while the ledger executes a long block and takes nothing."""
        self.link.settimeout(ANSWER_SECONDS)
        self.link.sendall(frame(kind, self.tag, content))

    def _take(self) -> bool:
        try:
            data = self.link.recv(_READ)
        except ConnectionResetError:
            data = b""
        for kind, tag, content in self.frames.feed(data):
            if kind != Kind.ADMITTED:
                self.answers[tag] = (Kind(kind), cbor2.loads(content))
        return bool(data)


@dataclass(slots=True)
class Load:
    """What was sent to a home's ledger over all its lives, and what was acknowledged."""

    chance: random.Random
    sent: int = 0
    unanswered: list[bytes] = field(default_factory=list)
    acknowledged: dict[Hash, list[Any]] = field(default_factory=dict)
    """By act id: height, index and receipt."""
    roots: dict[int, bytes] = field(default_factory=dict)
    """The root that a restarted ledger told of a height."""

    def until_killed(self, node: Killable, seconds: float) -> None:
        """Send waves of acts, old and unanswered ones first, and kill at a moment."""
        client = Client.of(node)
        self.look(client)
        asked = self._send(client, seconds)
        node.kill()
        client.drain()
        self._note(asked, client)

    def until_gone(self, node: Node, seconds: float) -> None:
        """Send waves of acts until the ledger ends by itself."""
        client = Client.of(node)
        self.look(client)
        asked = self._send(client, seconds)
        client.link.close()
        self._note(asked, client)

    def _send(self, client: Client, seconds: float) -> dict[int, bytes]:
        asked: dict[int, bytes] = {}
        until = time.monotonic() + seconds
        here = True
        with suppress(BrokenPipeError, ConnectionResetError):
            while here and (left := until - time.monotonic()) > 0:
                self.unanswered += self.fresh(WAVE)
                for each in self.unanswered:
                    asked[client.tag + 1] = each
                    client.submit(each)
                self.unanswered = []
                here = client.listen(min(left, self.chance.uniform(0, 0.2)))
        return asked

    def fresh(self, count: int) -> list[bytes]:
        """New acts."""
        first, self.sent = self.sent, self.sent + count
        return [application(number) for number in range(first, first + count)]

    def look(self, client: Client) -> None:
        """All that was acknowledged is there, as it was; note the root."""
        for act_id, told in self.acknowledged.items():
            assert client.ask("receipt", act_id=act_id) == told
        status = client.ask("status")
        if status["height"] > 1:
            self.roots[status["height"] - 1] = status["app_hash"]

    def _note(self, asked: dict[int, bytes], client: Client) -> None:
        for tag, signed in asked.items():
            if tag not in client.answers:
                self.unanswered.append(signed)
                continue
            kind, content = client.answers[tag]
            if kind is Kind.COMMITTED:
                self.acknowledged[act_id_of(signed)] = content
            else:
                assert (kind, content[0]) == (Kind.REJECTED, "DUPLICATE"), content


TonnesByKind = list[dict[str, int]]
"""Of each type and vintage, by where they are."""


@dataclass(slots=True)
class History:
    """A home's block files decided again from its genesis."""

    roots: dict[int, bytes] = field(default_factory=dict)
    places: dict[bytes, list[list[Any]]] = field(default_factory=dict)
    """By act id: each height, index and receipt at which it stands."""
    tonnes: dict[int, TonnesByKind] = field(default_factory=dict)
    """After each height."""


def replayed(home: Home) -> History:
    """What an auditor's replay finds in a home; the independent model judges every height."""
    beginning = begin_with(home.genesis_file.read_bytes())
    replay, model, history = Replay(beginning), Model(), History()
    model.take([], [], beginning.rows)
    for record in read_records(home.root):
        block = read_block(record)
        told = replay.take(block, record.vote_time, answered(block.transactions))
        model.take(list(told.transactions), told.receipts, told.rows)
        history.roots[told.height] = told.app_hash
        for index, (signed, receipt) in enumerate(
            zip(told.transactions, told.receipts, strict=True)
        ):
            place = [told.height, index, receipt]
            history.places.setdefault(act_id_of(signed), []).append(place)
        history.tonnes[told.height] = model.totals()
    return history
