"""The demo's parts, on a stage of their own: what refuses, what fails, what is shown."""

import asyncio
import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from typing_extensions import override

from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.state.rows.custody import LOTS, SUPPLY
from cfi.contracts.state.table import account_owner
from cfi.contracts.transition.act import read_verified_act
from cfi.contracts.wire.block_file import decode_records
from cfi.contracts.wire.blocks import decode_block
from cfi.contracts.wire.receipts import Receipt
from cfi.genesis.scenarios.loader import scenario
from cfi.node.assembly import assemble, read_home_genesis
from cfi.node.demo import member_check, summary
from cfi.node.demo import player as player_module
from cfi.node.demo import story as story_module
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import Check, audited, audited_with_a_changed_byte
from cfi.node.demo.member_check import await_ready, member_checked
from cfi.node.demo.player import Played, Player, RefusedActError
from cfi.node.demo.stage import StageError, perform, set_stage
from cfi.node.demo.story import Story
from cfi.node.home import Home
from tests.node.chain import COMPANY, USER_SEED, embedded, make_chain, transfer
from tests.node.talking import Parts, Peer, with_peer

TOLD = scenario("phase-2")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "node")
    set_stage(made, TOLD)
    return made


class TestTheCast:
    def test_is_the_same_each_time_and_another_on_another_chain(self) -> None:
        cast, again, other = Cast("sim-a"), Cast("sim-a"), Cast("sim-b")
        assert cast.officer(1) == again.officer(1)
        assert cast.officer(1) != other.officer(1)
        keys = [
            cast.officer(1),
            cast.officer(2),
            cast.administrator("county"),
            cast.officer_of("county"),
        ]
        assert len({key.seed for key in keys}) == len(keys)


class TestTheMember:
    def test_is_told_what_isnt_ready_and_why(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class NotReady(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(503)
                self.end_headers()
                self.wfile.write(b'{"code": "catching-up"}')

            @override
            def log_message(self, *_: object) -> None:
                pass

        monkeypatch.setattr(member_check, "PATIENCE_SECONDS", 0.0)
        process = cast("subprocess.Popen[bytes]", SimpleNamespace(poll=lambda: None))
        with HTTPServer(("127.0.0.1", 0), NotReady) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            gateway = f"http://127.0.0.1:{server.server_port}"
            with pytest.raises(OSError, match=r"isn't ready.*catching-up"):
                await_ready(gateway, process)
            server.shutdown()

    def test_has_each_check_told_though_no_client_answers(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def late(*_: object, timeout: float, **__: object) -> None:
            raise subprocess.TimeoutExpired(["cfi"], timeout)

        monkeypatch.setattr(subprocess, "run", late)
        running = nullcontext(("http://127.0.0.1:9",))
        found = member_checked(home, Cast(TOLD.chain_id), TOLD.members[0].holder_id, running)
        assert [each.what for each in found] == [
            "member: headers",
            "member: statement",
            "member: one digit changed",
        ]
        assert not any(each.passed for each in found)
        assert [each.told.count("\n") for each in found] == [0, 0, 0]
        assert found[0].told == "no answer within 900 s"


class TestTheStage:
    def test_is_a_founded_home(self, home: Home) -> None:
        _, document = read_home_genesis(home)
        assert document.chain_id == TOLD.chain_id
        assert document.clock_start == TOLD.clock_start
        assembled = assemble(home)
        embedded(assembled).make_block([])
        assembled.close()

    def test_a_ledger_that_ends_at_once_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        honest = subprocess.Popen

        def ends(_: list[str]) -> "subprocess.Popen[bytes]":
            return honest([sys.executable, "-c", "pass"])

        monkeypatch.setattr(subprocess, "Popen", ends)
        with pytest.raises(StageError, match="does not start"):
            perform(Home(tmp_path / "node"), TOLD, lambda _: None)


LAWFUL = read_verified_act(transfer(1)).message
TOO_MUCH = read_verified_act(transfer(2, 10**6)).message
KEY = SigningKey(USER_SEED)


def with_player(folder: Path, work: Callable[[Player], None]) -> None:
    """Run a test's work, in a thread, with a player on a ledger."""

    def play(socket: Path) -> None:
        player = Player(socket)
        try:
            work(player)
        finally:
            player.close()

    async def inside(parts: Parts, _: Peer) -> None:
        await asyncio.to_thread(play, parts.socket)

    with_peer(folder, inside)


class TestThePlayer:
    def test_has_its_acts_done_in_order(self, tmp_path: Path) -> None:
        def work(player: Player) -> None:
            receipts = player.all([Played(KEY, LAWFUL), Played(KEY, LAWFUL)])
            assert [each.done for each in receipts] == [True, True]
            assert [each.index for each in receipts] == [0, 1]
            assert player.acts == 2
            assert player.all([]) == []

        with_player(tmp_path, work)

    def test_plays_each_batch_at_the_next_node(self, tmp_path: Path) -> None:
        def play(path: Path) -> None:
            player = Player(path, path, path)
            try:
                turns = []
                for _ in range(4):
                    player.all([Played(KEY, LAWFUL)])
                    turns.append(player._turn)
                assert turns == [1, 2, 0, 1]
                assert player.acts == 4
                headers = player.headers(player.height)
                assert len(headers) == 3 and len(set(headers)) == 1
            finally:
                player.close()

        async def inside(parts: Parts, _: Peer) -> None:
            await asyncio.to_thread(play, parts.socket)

        with_peer(tmp_path, inside)

    def test_says_that_a_node_stays_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def work(player: Player) -> None:
            monkeypatch.setattr(player_module, "_PATIENCE_SECONDS", 0.1)
            with pytest.raises(RefusedActError, match="a node does not come to height 1000"):
                player.headers(1000)

        with_player(tmp_path, work)

    def test_says_what_was_refused_and_why(self, tmp_path: Path) -> None:
        def work(player: Player) -> None:
            refused, done = player.try_all([Played(KEY, TOO_MUCH), Played(KEY, LAWFUL)])
            assert (refused.done, done.done) == (False, True)
            with pytest.raises(RefusedActError, match=r"TransferLot was refused: [A-Z_]+ \(RB"):
                player.all([Played(KEY, TOO_MUCH)])

        with_player(tmp_path, work)

    def test_says_what_never_came_in(self, tmp_path: Path) -> None:
        def work(player: Player) -> None:
            with pytest.raises(RefusedActError, match="NO_LIVE_KEY"):
                player.all([Played(SigningKey(bytes(32)), LAWFUL)])
            with pytest.raises(RefusedActError, match="unknown-path"):
                player.ask("weather")

        with_player(tmp_path, work)

    def test_reads_rows(self, tmp_path: Path) -> None:
        def work(player: Player) -> None:
            lots = player.rows(account_owner(f"{COMPANY}/1"), LOTS)
            assert [lot.tonnes for lot in lots] == [10_000]
            assert player.public_row(SUPPLY, b"none") is None

        with_player(tmp_path, work)

    def test_notices_that_the_ledger_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def work(player: Player) -> None:
            player._link.socket.sendall(bytes(16))
            with pytest.raises((RefusedActError, OSError), match=r"closed|reset|Broken"):
                player.ask("status")

        with_player(tmp_path, work)


class Standing:
    """A player on a ledger where nothing goes on."""

    def both(self, *_: object) -> list[object]:
        """Nothing comes of it."""
        return []

    def ask(self, *_: object) -> dict[str, object]:
        """Nothing is due."""
        return {"next_due": None}

    def rows(self, *_: object) -> list[object]:
        """Nobody has anything."""
        return []

    def try_all(self, _: object) -> list[Receipt]:
        """The clock stands."""
        return [REFUSED]

    def public_row(self, *_: object) -> object:
        """No true-up gets on."""
        return STUCK


REFUSED = cast(Receipt, SimpleNamespace(done=False))
STUCK = SimpleNamespace(stage=None)
STORIES: list[tuple[str, Callable[[Story], None]]] = [
    ("the allocation does not end", lambda story: story._allocate()),
    ("the clock does not arrive", lambda story: story._advance(TOLD.clock_start + 1)),
    ("the true-up of 2007 does not close", lambda story: story._until_closed(2007)),
]


@pytest.mark.parametrize(("sentence", "part"), STORIES, ids=[row[0] for row in STORIES])
def test_a_story_that_stands_still_ends(
    monkeypatch: pytest.MonkeyPatch, sentence: str, part: Callable[[Story], None]
) -> None:
    monkeypatch.setattr(story_module, "_MOST_STEPS", 3)
    story = Story(cast(Player, Standing()), TOLD, Cast(TOLD.chain_id), lambda _: None)
    with pytest.raises(RefusedActError, match=sentence):
        part(story)


AGREES: dict[str, Any] = {"agrees": True, "height": 4, "transactions": 9}
CLEAN: dict[str, Any] = {
    "receipts_that_count": 9,
    "overtaken": [],
    "omitted": [],
    "doubled": [],
    "no_evidence": [],
}


class TestChecks:
    def audit(
        self, monkeypatch: pytest.MonkeyPatch, code: int, stdout: str, stderr: str = ""
    ) -> None:
        """Let the auditor's process end like this."""

        def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
            return subprocess.CompletedProcess(command, code, stdout, stderr)

        monkeypatch.setattr(subprocess, "run", run)

    def test_an_agreement_passes(self, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
        self.audit(monkeypatch, 0, json.dumps({"replay": AGREES, "admissions": CLEAN}))
        assert audited(home) == [
            Check("auditor's replay", passed=True, told="4 blocks, 9 acts: everything agrees"),
            Check("admission receipts", passed=True, told="9 count: none overtaken, none left out"),
        ]

    def test_a_disagreement_fails_and_says_nothing_of_receipts(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = AGREES | {"agrees": False, "disagreement": {"height": 1, "what": "a root"}}
        self.audit(monkeypatch, 3, json.dumps({"replay": said, "admissions": None}))
        told = Check("auditor's replay", passed=False, told="at height 1: a root")
        assert audited(home) == [told]

    @pytest.mark.parametrize(
        ("listed", "passed", "told"),
        [
            ({"overtaken": [{"validators": 1}]}, False, "1 overtaken, none left out"),
            ({"overtaken": [{"validators": 4}]}, True, "1 overtaken, none left out"),
            ({"omitted": [{}, {}]}, False, "none overtaken, 2 left out"),
            ({"doubled": [{}]}, False, "none overtaken, none left out"),
            ({"no_evidence": [{}]}, False, "none overtaken, none left out"),
        ],
    )
    def test_what_receipts_show_fails_unless_gossip_may_be_why(
        self,
        home: Home,
        monkeypatch: pytest.MonkeyPatch,
        listed: dict[str, Any],
        passed: bool,
        told: str,
    ) -> None:
        self.audit(monkeypatch, 3, json.dumps({"replay": AGREES, "admissions": CLEAN | listed}))
        _, check = audited(home)
        assert check == Check("admission receipts", passed, f"9 count: {told}")

    def test_an_auditor_that_fails_does_not(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.audit(monkeypatch, 1, "", "cfi: it broke\n")
        assert audited(home) == [
            Check("auditor's replay", passed=False, told="cfi: it broke")
        ]

    @pytest.mark.parametrize(("code", "passed"), [(3, True), (0, False), (1, False)])
    def test_a_changed_byte_has_to_be_caught(
        self, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, passed: bool
    ) -> None:
        chain = make_chain(tmp_path / "chain", 3)
        chain.close()
        for file in (tmp_path / "chain" / "blocks").iterdir():
            (home.blocks / file.name).write_bytes(file.read_bytes())
        disagreement = {"height": 1, "what": "a root"}
        said = {"agrees": code == 0, "height": 3, "transactions": 9, "disagreement": disagreement}
        self.audit(monkeypatch, code, json.dumps(said))
        told = audited_with_a_changed_byte(home, tmp_path)
        assert told.passed is passed
        assert told.told == ("caught at height 1: a root" if passed else "missed")
        (original,) = home.blocks.iterdir()
        copy = (tmp_path / "changed" / original.name).read_bytes()
        pairs = list(zip(decode_records(original.read_bytes()), decode_records(copy), strict=True))
        changed = [
            (was, now)
            for before, after in pairs
            for was, now in zip(before.block, after.block, strict=True)
            if was != now
        ]
        with_acts = [before for before, _ in pairs if decode_block(before.block).transactions]
        assert len(changed) == len(with_acts) == 2


BARS = [
    # emissions  target   bar                        colour
    (0,          100,     "········┃··· 0.0%",       "green"),
    (50,         100,     "████····┃··· 50.0%",      "green"),
    (100,        100,     "█████████··· 100.0%",     "green"),
    (105,        100,     "█████████··· 105.0%",     "yellow"),
    (500,        100,     "████████████ 500.0%",     "yellow"),
    (7,          0,       "████████████ 700.0%",     "yellow"),
]  # fmt: skip


@pytest.mark.parametrize(("emissions", "target", "bar", "colour"), BARS)
def test_a_bar_has_its_mark_at_the_target(
    emissions: int, target: int, bar: str, colour: str
) -> None:
    shown = summary._bar(emissions, target)
    assert (shown.plain, shown.style) == (bar, colour)
    out = io.StringIO()
    Console(file=out, width=60).print(shown)
    assert bar in out.getvalue()
