"""CometBFT's connections: many questions at once, answers in order, an end with its cause."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from cfi.contracts.transition.act import Inadmissible
from cfi.contracts.wire.protobuf import Fields, Kind, ProtobufError, data
from tests.faults.running import application
from tests.node.consensus.cometbft.asking import (
    COMMIT,
    ECHO,
    FLUSH,
    QUERY,
    Asked,
    Engine,
    ask,
    check,
    code_of,
    new_home,
    with_engine,
)
from tests.spoilt import spoilt

ACTS: Final = [application(number) for number in range(5)]
FORGED: Final = spoilt(ACTS[0])


class TestOrder:
    def test_answers_come_in_the_order_of_the_questions(self, tmp_path: Path) -> None:
        async def work(_: Asked, engine: Engine) -> None:
            questions = []
            for number, act in enumerate(ACTS):
                questions += [check(act), ask(ECHO, data(1, b"%d" % number)), check(FORGED)]
            engine.send(*questions, ask(FLUSH))
            told = [await engine.next() for _ in range(len(questions) + 1)]
            assert [number for number, _ in told] == [9, 2, 9] * len(ACTS) + [3]
            echoes = [Fields(body, {1: Kind.DATA}).data(1) for number, body in told if number == 2]
            assert echoes == [b"%d" % number for number in range(len(ACTS))]
            codes = [code_of(body) for number, body in told if number == 9]
            assert codes == [0, Inadmissible.BAD_SIGNATURE] * len(ACTS)

        with_engine(new_home(tmp_path / "n"), work)

    def test_a_question_may_come_in_pieces(self, tmp_path: Path) -> None:
        async def work(_: Asked, engine: Engine) -> None:
            for byte in check(ACTS[0]):
                engine.send(bytes((byte,)))
                await asyncio.sleep(0)
            assert code_of((await engine.next())[1]) == 0

        with_engine(new_home(tmp_path / "n"), work)

    def test_a_slow_connection_holds_up_no_other(self, tmp_path: Path) -> None:
        async def work(ledger: Asked, engine: Engine) -> None:
            other = await ledger.engine()
            engine.send(*(check(act) for act in ACTS))
            assert await other.said(ask(ECHO, data(1, b"here"))) == data(1, b"here")
            other.writer.close()
            assert [code_of((await engine.next())[1]) for _ in ACTS] == [0] * len(ACTS)

        with_engine(new_home(tmp_path / "n"), work)


class TestWhatIsNoQuestion:
    @pytest.mark.parametrize(
        "sent",
        [ask(4), ask(QUERY, b"\xff"), ask(8, b""), b"\xff" * 5, ask(COMMIT)],
        ids=["unknown", "not readable", "a check of nothing", "too long", "a commit of nothing"],
    )
    def test_ends_the_ledger_with_the_cause(self, tmp_path: Path, sent: bytes) -> None:
        async def work(ledger: Asked, engine: Engine) -> None:
            engine.send(sent)
            assert (await engine.next())[0] == 1
            with pytest.raises((ProtobufError, AssertionError)):
                await ledger.task

        with_engine(new_home(tmp_path / "n"), work)
