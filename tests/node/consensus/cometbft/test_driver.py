"""What the ledger answers to CometBFT, over its socket."""

from base64 import b64encode
from pathlib import Path
from typing import Any, Final

import pytest

from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.transition.act import Act, Inadmissible, read_act
from cfi.contracts.transition.block import Execution
from cfi.contracts.transition.dispatch import UnsupportedVersionError
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.protobuf import Fields, Kind, data, integer, message
from cfi.node.assembly import read_home_genesis
from cfi.node.clock import machine_time
from cfi.node.consensus.cometbft.driver import CannotExecuteError, EngineMistakenError
from cfi.node.home import Home
from tests.faults.running import SCENARIO, application
from tests.node.consensus.cometbft.asking import (
    COMMIT,
    ECHO,
    FINALIZE,
    INFO,
    INIT_CHAIN,
    PROCESS,
    Asked,
    Engine,
    ask,
    check,
    code_of,
    new_home,
    prepare,
    proposal,
    with_engine,
)
from tests.spoilt import spoilt

ACTS: Final = [application(number) for number in range(5)]
FORGED: Final = spoilt(ACTS[0])
ACCEPT, REJECT = 1, 2


def chosen(body: bytes) -> list[bytes]:
    """What a prepared proposal holds."""
    return Fields(body, {1: Kind.REPEATED}).each(1)


def status(body: bytes) -> int:
    """Whether a proposed block is accepted."""
    return Fields(body, {1: Kind.UNSIGNED}).number(1)


def results(body: bytes) -> list[int]:
    """The codes of a decided block's transactions."""
    shape = {2: Kind.REPEATED, 3: Kind.REPEATED, 4: Kind.DATA, 5: Kind.DATA}
    result = {1: Kind.UNSIGNED, 2: Kind.DATA, 5: Kind.SIGNED, 6: Kind.SIGNED}
    return [Fields(each, result).number(1) for each in Fields(body, shape).each(2)]


class TestACheck:
    def test_gets_one_verdict_whether_the_act_is_known_or_not(self, tmp_path: Path) -> None:
        """The same act with a garbage signature, on a node that knows the act and on one that doesn't."""
        codes = []
        for name, before in (("cold", []), ("warm", [ACTS[0]])):

            async def work(_: Asked, engine: Engine, known: list[bytes] = before) -> None:
                for act in known:
                    assert code_of(await engine.said(check(act))) == 0
                codes.append(code_of(await engine.said(check(FORGED))))
                codes.append(status(await engine.said(proposal(PROCESS, [FORGED], 1))))
                await engine.said(check(ACTS[0]))
                codes.append(status(await engine.said(proposal(PROCESS, [FORGED], 1))))
                codes.append(status(await engine.said(proposal(PROCESS, [ACTS[0]], 1))))

            with_engine(new_home(tmp_path / name), work)
        assert codes == [Inadmissible.BAD_SIGNATURE, REJECT, REJECT, ACCEPT] * 2

    def test_again_lets_go_what_was_decided_or_expired(self, tmp_path: Path) -> None:
        short = application(40, valid_until=1)

        async def work(ledger: Asked, engine: Engine) -> None:
            for act in (*ACTS[:2], short):
                assert code_of(await engine.said(check(act))) == 0
            assert len(ledger.mempool) == 3
            await engine.decide([ACTS[0]], 1)
            assert len(ledger.mempool) == 1
            assert code_of(await engine.said(check(ACTS[0], again=True))) == Inadmissible.DUPLICATE
            assert code_of(await engine.said(check(ACTS[1], again=True))) == 0
            assert code_of(await engine.said(check(short, again=True))) == Inadmissible.EXPIRED
            assert ledger.counters.refused == {"DUPLICATE": 1, "EXPIRED": 1}
            assert (ledger.counters.taken, ledger.counters.waits) == (4, 1)

        with_engine(new_home(tmp_path / "n"), work)

    def test_of_what_a_block_holds_that_is_not_committed_tells_nobody_yet(
        self, tmp_path: Path
    ) -> None:
        async def work(ledger: Asked, engine: Engine) -> None:
            assert code_of(await engine.said(check(ACTS[0]))) == 0
            await engine.said(proposal(FINALIZE, ACTS[:1], 1))
            assert code_of(await engine.said(check(ACTS[0]))) == Inadmissible.DUPLICATE
            assert len(ledger.mempool) == 1
            assert await engine.said(ask(COMMIT)) == b""
            assert (len(ledger.mempool), ledger.counters.waits) == (0, 1)

        with_engine(new_home(tmp_path / "n"), work)

    def test_finds_no_room_in_a_full_mempool(self, tmp_path: Path) -> None:
        async def work(ledger: Asked, engine: Engine) -> None:
            ledger.mempool._most = 1
            assert code_of(await engine.said(check(ACTS[0]))) == 0
            assert code_of(await engine.said(check(ACTS[1]))) == 20_001
            ledger.mempool._most = 9
            ledger.mempool._most_of_holder = 1
            assert code_of(await engine.said(check(ACTS[1]))) == 20_002

        with_engine(new_home(tmp_path / "n"), work)

    def test_that_raises_halts_nobody(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("a mistake of ours")

        async def work(ledger: Asked, engine: Engine) -> None:
            application = ledger.node.application
            assert code_of(await engine.said(check(ACTS[1]))) == 0
            with monkeypatch.context() as planted:
                planted.setattr(type(application), "check", fail)
                planted.setattr(type(application), "check_live", fail)
                assert code_of(await engine.said(check(ACTS[0]))) == Inadmissible.MALFORMED
                again = check(ACTS[1], again=True)
                assert code_of(await engine.said(again)) == Inadmissible.MALFORMED
            assert application.quarantine.count == 2
            assert len(ledger.mempool) == 0
            assert await engine.said(ask(ECHO, data(1, b"here"))) == data(1, b"here")

        with_engine(new_home(tmp_path / "n"), work)


class TestAProposal:
    def test_keeps_the_order_and_drops_what_may_not_be(self, tmp_path: Path) -> None:
        async def work(_: Asked, engine: Engine) -> None:
            offered = [ACTS[2], FORGED, ACTS[0], ACTS[0], b"garbage", ACTS[1]]
            told = chosen(await engine.said(prepare(offered, 1)))
            assert told == [ACTS[2], ACTS[0], ACTS[1]]

        with_engine(new_home(tmp_path / "n"), work)

    def test_is_no_longer_than_it_may_be(self, tmp_path: Path) -> None:
        async def work(_: Asked, engine: Engine) -> None:
            room = sum(len(message(1, act)) for act in ACTS[:3])
            for most_bytes, count in ((room, 3), (room - 1, 2), (0, 0)):
                told = chosen(await engine.said(prepare(ACTS, 1, most_bytes=most_bytes)))
                assert told == ACTS[:count]

        with_engine(new_home(tmp_path / "n"), work)

    def test_is_executed_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        executed = []
        honest = Execution.execute

        def execute(self: Execution, act: Act) -> Any:
            executed.append(act.act_id)
            return honest(self, act)

        async def work(_: Asked, engine: Engine) -> None:
            now = machine_time()
            assert chosen(await engine.said(prepare(ACTS, 1, now))) == ACTS
            assert status(await engine.said(proposal(PROCESS, ACTS, 1, now))) == ACCEPT
            assert results(await engine.said(proposal(FINALIZE, ACTS, 1, now))) == [0] * len(ACTS)

        monkeypatch.setattr(Execution, "execute", execute)
        with_engine(new_home(tmp_path / "n"), work)
        assert len(executed) == len(ACTS)

    def test_leaves_out_and_rejects_what_raises(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        poison = read_act(ACTS[1]).act_id
        honest = Execution.execute

        def execute(self: Execution, act: Act) -> Any:
            if act.act_id == poison:
                raise ZeroDivisionError("a mistake of ours")
            return honest(self, act)

        async def work(ledger: Asked, engine: Engine) -> None:
            assert code_of(await engine.said(check(ACTS[1]))) == 0
            assert chosen(await engine.said(prepare(ACTS[:3], 1))) == [ACTS[0], ACTS[2]]
            assert status(await engine.said(proposal(PROCESS, ACTS[:3], 1))) == REJECT
            assert ledger.counters.rejected_proposals == {"an act raised ZeroDivisionError": 1}
            again = check(ACTS[1], again=True)
            assert code_of(await engine.said(again)) == Inadmissible.MALFORMED
            engine.send(proposal(FINALIZE, ACTS[:3], 1))
            with pytest.raises(CannotExecuteError, match="the block of height 1, ") as raised:
                await ledger.task
            assert await engine.next() == (1, data(1, str(raised.value).encode()))

        monkeypatch.setattr(Execution, "execute", execute)
        with_engine(new_home(tmp_path / "n"), work)

    def test_with_inadmissible_content_is_rejected_and_counted(self, tmp_path: Path) -> None:
        async def work(ledger: Asked, engine: Engine) -> None:
            for content in ([FORGED], [ACTS[0], ACTS[0]], [b"garbage"]):
                assert status(await engine.said(proposal(PROCESS, content, 1))) == REJECT
            assert ledger.counters.rejected_proposals == {"inadmissible content": 3}

        with_engine(new_home(tmp_path / "n"), work)

    def test_where_the_block_itself_raises_is_empty_and_rejected(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("a mistake of ours")

        async def work(_: Asked, engine: Engine) -> None:
            assert chosen(await engine.said(prepare(ACTS, 1))) == []
            assert status(await engine.said(proposal(PROCESS, ACTS, 1))) == REJECT

        monkeypatch.setattr("cfi.node.application.begin_block", fail)
        with_engine(new_home(tmp_path / "n"), work)


class TestIdle:
    def test_a_stale_time_is_set_by_one_empty_block_first(self, tmp_path: Path) -> None:
        stale = Timestamp.of_nanos(machine_time().total_nanos - 10_000_000_000)

        async def work(_: Asked, engine: Engine) -> None:
            assert code_of(await engine.said(check(ACTS[0]))) == 0
            assert chosen(await engine.said(prepare(ACTS[:1], 1, stale))) == []
            await engine.decide([], 1)
            assert chosen(await engine.said(prepare(ACTS[:1], 2, stale))) == ACTS[:1]

        with_engine(new_home(tmp_path / "n"), work)

    def test_work_that_takes_long_is_no_pause(self, tmp_path: Path) -> None:
        async def work(ledger: Asked, engine: Engine) -> None:
            await engine.decide([], 1)
            stale = Timestamp.of_nanos(machine_time().total_nanos - 10_000_000_000)
            assert chosen(await engine.said(prepare(ACTS[:1], 2, stale))) == ACTS[:1]
            ledger.driver._committed_at = stale.total_nanos
            assert chosen(await engine.said(prepare(ACTS[:1], 2, stale))) == []

        with_engine(new_home(tmp_path / "n"), work)


class TestAChain:
    def test_begins_with_the_root_of_the_signed_genesis(self, tmp_path: Path) -> None:
        home = new_home(tmp_path / "n")

        async def work(ledger: Asked, engine: Engine) -> None:
            root = ledger.node.application.app_hash
            for _ in range(2):
                told = Fields(await engine.said(init_chain(home.root)), {3: Kind.DATA})
                assert told.data(3) == root
                await engine.said(proposal(FINALIZE, ACTS, 1))
            info = {1: Kind.DATA, 2: Kind.DATA, 3: Kind.UNSIGNED, 4: Kind.SIGNED, 5: Kind.DATA}
            told = Fields(await engine.said(ask(INFO)), info)
            assert (told.number(3), told.number(4), told.data(5)) == (1, 0, b"")

        with_engine(home, work)

    def test_is_finalised_again_where_it_was_not_committed(self, tmp_path: Path) -> None:
        home = new_home(tmp_path / "n")
        roots: list[bytes] = []

        async def finalise(_: Asked, engine: Engine) -> None:
            roots.extend([await engine.said(proposal(FINALIZE, ACTS, 1)) for _ in range(2)])

        async def commit(ledger: Asked, engine: Engine) -> None:
            roots.append(await engine.decide(ACTS, 1))
            roots.append(ledger.node.application.app_hash)

        async def look(ledger: Asked, engine: Engine) -> None:
            info = {1: Kind.DATA, 2: Kind.DATA, 3: Kind.UNSIGNED, 4: Kind.SIGNED, 5: Kind.DATA}
            told = Fields(await engine.said(ask(INFO)), info)
            assert (told.number(4), told.data(5)) == (1, roots[-1])

        for work in (finalise, commit, look):
            with_engine(home, work)
        assert len(set(roots[:3])) == 1

    @pytest.mark.parametrize(
        ("sentence", "changed", "error"),
        [
            ("another document", {"app_state": b'"AAAA"'}, GenesisError),
            ("no document", {"app_state": b"{}"}, GenesisError),
            ("another name", {"chain_id": b"sim-other"}, GenesisError),
            ("another first height", {"initial_height": 5}, GenesisError),
        ],
    )
    def test_of_another_genesis_is_refused(
        self, tmp_path: Path, sentence: str, changed: dict[str, Any], error: type[Exception]
    ) -> None:
        home = new_home(tmp_path / "n")

        async def work(ledger: Asked, engine: Engine) -> None:
            engine.send(init_chain(home.root, **changed))
            assert (await engine.next())[0] == 1
            with pytest.raises(EOFError):
                await engine.next()
            with pytest.raises(error):
                await ledger.task

        with_engine(home, work)

    @pytest.mark.parametrize("height", [1, 3])
    def test_skips_no_height_and_repeats_none(self, tmp_path: Path, height: int) -> None:
        async def work(ledger: Asked, engine: Engine) -> None:
            await engine.decide([], 1)
            engine.send(proposal(FINALIZE, [], height))
            assert (await engine.next())[0] == 1
            with pytest.raises(EngineMistakenError):
                await ledger.task

        with_engine(new_home(tmp_path / "n"), work)

    def test_that_has_blocks_is_not_begun_again(self, tmp_path: Path) -> None:
        home = new_home(tmp_path / "n")

        async def work(ledger: Asked, engine: Engine) -> None:
            await engine.decide([], 1)
            engine.send(init_chain(home.root))
            assert (await engine.next())[0] == 1
            with pytest.raises(EngineMistakenError):
                await ledger.task

        with_engine(home, work)

    def test_whose_rules_this_program_lacks_ends_the_ledger(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lacking(*_: object) -> None:
            raise UnsupportedVersionError(1, 9)

        async def work(ledger: Asked, engine: Engine) -> None:
            engine.send(prepare([], 1))
            number, body = await engine.next()
            assert number == 1
            assert b"from height 1 on the rules have version 9" in body
            with pytest.raises(UnsupportedVersionError):
                await ledger.task

        monkeypatch.setattr("cfi.node.application.begin_block", lacking)
        with_engine(new_home(tmp_path / "n"), work)

    def test_goes_on_with_what_it_may_not_hold_passed_over(self, tmp_path: Path) -> None:
        """Block sync brings blocks that were never proposed here."""

        async def work(_: Asked, engine: Engine) -> None:
            told = results(await engine.decide([ACTS[0], FORGED, ACTS[0]], 1))
            assert told == [0, Inadmissible.BAD_SIGNATURE, Inadmissible.DUPLICATE]

        with_engine(new_home(tmp_path / "n"), work)


def init_chain(
    root: Path,
    chain_id: bytes = SCENARIO.chain_id.encode(),
    app_state: bytes | None = None,
    initial_height: int = 1,
) -> bytes:
    """The beginning of a chain, as CometBFT reads it from its genesis."""
    document, _ = read_home_genesis(Home(root))
    state = b'"' + b64encode(document) + b'"' if app_state is None else app_state
    return ask(INIT_CHAIN, data(2, chain_id) + data(5, state) + integer(6, initial_height))
