"""Logs carry the allowed fields and nothing else."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from cfi.contracts.transition.act import Act, read_verified_act
from cfi.contracts.transition.block import Execution
from cfi.contracts.wire.text import Text
from cfi.node.link import Kind
from cfi.node.logs import LEVELS, AllowListed, log_to_stderr
from tests.node.chain import USER_SEED, retire, signed
from tests.node.talking import Parts, Peer, with_peer

SECRET = "the-canary-that-no-log-may-show"
PLANTED = signed(replace(read_verified_act(retire(1)).message, beneficiary=Text(SECRET)))


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger, access = logging.getLogger(), logging.getLogger("aiohttp.access")
    before = (logger.level, list(logger.handlers), access.level)
    yield logger
    logger.setLevel(before[0])
    logger.handlers[:] = before[1]
    access.setLevel(before[2])


@pytest.fixture
def logged(root: logging.Logger) -> io.StringIO:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowListed("ledger", "node1"))
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The logged objects."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_the_allowed_fields(logged: io.StringIO) -> None:
    logging.getLogger("cfi.node").warning("a peer left", extra={"height": 7, "status": 503})
    (told,) = lines(logged)
    assert told.pop("time")
    assert told == {
        "node": "node1",
        "process": "ledger",
        "level": "warning",
        "message": "a peer left",
        "height": 7,
        "status": 503,
    }


def test_planted_secrets_never_appear(logged: io.StringIO) -> None:
    logger = logging.getLogger("cfi.node")
    fields = ("body", "seed", "signature", "passphrase", "key", "bid", "content", "token")
    logger.info("an act", extra=dict.fromkeys(fields, SECRET))
    logger.info("an act of %s", SECRET)
    try:
        int(SECRET)
    except ValueError:
        logger.exception("it failed")
    assert SECRET not in logged.getvalue()
    assert [told.get("error") for told in lines(logged)] == [None, None, "ValueError"]
    assert len(lines(logged)) == 3


def test_nothing_of_an_act_is_logged_even_where_it_goes_wrong(
    logged: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(_: Execution, act: Act) -> NoReturn:
        raise ZeroDivisionError(f"a mistake of ours about {act.message}")

    async def work(_: Parts, peer: Peer) -> None:
        peer.send((Kind.SUBMIT, 1, PLANTED))
        assert {kind for kind, _ in await peer.several(2)} == {Kind.ADMITTED, Kind.DROPPED}
        assert (await peer.submit(PLANTED[:-1] + b"?"))[0] is Kind.REJECTED
        assert (await peer.ask(SECRET))[0] is Kind.FAULT
        peer.writer.write(bytes(4) + SECRET.encode())
        with pytest.raises(EOFError):
            await peer.next()

    monkeypatch.setattr(Execution, "execute", execute)
    with_peer(tmp_path, work)
    assert len(lines(logged)) >= 2
    assert "ZeroDivisionError" in logged.getvalue()
    signature = PLANTED[-64:].hex()
    for secret in (SECRET, signature, USER_SEED.hex(), SECRET.encode().hex()):
        assert secret not in logged.getvalue()


@pytest.mark.parametrize(("name", "level"), [*LEVELS.items(), ("loud", logging.INFO)])
def test_the_settings_choose_the_level(root: logging.Logger, name: str, level: int) -> None:
    log_to_stderr("gateway", name, "node1")
    assert root.level == level
    (handler,) = root.handlers
    assert isinstance(handler.formatter, AllowListed)
    assert logging.getLogger("aiohttp.access").level == logging.WARNING
