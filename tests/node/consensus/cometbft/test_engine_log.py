"""The engine's log in our form: allowed fields only, and what it said of its end."""

import json

import pytest

from cfi.node.consensus.cometbft.engine_log import EngineLog

OTHER_HASH = "wrong Block.Header.AppHash.  Expected 00, got 01"
NAMED = "after height 12 this ledger's app hash is not the one that the validators signed: "
SECRET = "the-canary-that-no-log-may-show"


def told(line: str) -> dict[str, object]:
    """One line, rewritten and read, without its time."""
    content: dict[str, object] = json.loads(EngineLog("node1", lambda: 12).rewritten(line))
    assert content.pop("time")
    return content


def test_a_line_keeps_the_allowed_fields() -> None:
    line = {
        "level": "info",
        "ts": "2026-11-26T00:00:00Z",
        "_msg": "committed state",
        "module": "state",
        "height": 7,
        "round": "not a number",
        "block": SECRET,
    }
    assert told(json.dumps(line)) == {
        "node": "node1",
        "process": "engine",
        "level": "info",
        "message": "committed state",
        "module": "state",
        "height": 7,
    }


@pytest.mark.parametrize("line", ["panic: no disk", "[1, 2]", "goroutine 1 [running]:"])
def test_what_is_no_object_is_an_error_as_it_stands(line: str) -> None:
    assert told(line + "\n") == {
        "node": "node1",
        "process": "engine",
        "level": "error",
        "message": line,
    }


def test_the_last_error_is_its_last_words_until_a_fatal_one() -> None:
    log = EngineLog("node1", lambda: 12)
    assert log.last_words == ""
    for line in (
        '{"level":"error","ts":"t","_msg":"dialling failed","err":"refused"}',
        '{"level":"info","ts":"t","_msg":"still here"}',
    ):
        log.rewritten(line)
    assert log.last_words == "dialling failed: refused"
    log.rewritten("panic: the disk is full")
    log.rewritten('{"level":"error","ts":"t","_msg":"stopping"}')
    log.rewritten("fatal error: a second one")
    assert log.last_words == "panic: the disk is full"


def error(message: str, **fields: object) -> str:
    return json.dumps({"level": "error", "ts": "t", "_msg": message, **fields})


@pytest.mark.parametrize(
    "line",
    [
        error("CONSENSUS FAILURE!!!", err=f"+2/3 prevoted for an invalid block: {OTHER_HASH}"),
        error("Error in validation", height=13, err=OTHER_HASH),
    ],
)
def test_another_app_hash_than_the_validators_halts_it_and_the_height_is_named(line: str) -> None:
    log = EngineLog("node1", lambda: 12)
    log.rewritten(line)
    log.rewritten(error("stopping"))
    assert log.halted
    assert log.last_words.startswith(NAMED)


def test_it_ends_by_another_app_hash_when_it_reads_its_votes_again() -> None:
    log = EngineLog("node1", lambda: 12)
    log.rewritten(f"panic: precommit step; +2/3 prevoted for an invalid block: {OTHER_HASH}")
    assert log.last_words.startswith(NAMED)


def test_a_silent_ledger_is_told_without_a_height() -> None:
    log = EngineLog("node1", lambda: None)
    log.rewritten(error("CONSENSUS FAILURE!!!", err=OTHER_HASH))
    assert log.last_words.startswith("here this ledger's app hash is not the one")


def test_any_failure_of_the_consensus_halts_it() -> None:
    log = EngineLog("node1", lambda: 12)
    log.rewritten(error("CONSENSUS FAILURE!!!", err="the key can't be read"))
    assert log.halted
    assert log.last_words == "CONSENSUS FAILURE!!!: the key can't be read"


@pytest.mark.parametrize(
    "line",
    [
        error("prevote step: consensus deems this block invalid; prevoting nil", err=OTHER_HASH),
        error("Error in validation", height=13, err="wrong signature (#1)"),
    ],
)
def test_a_liars_block_halts_nothing(line: str) -> None:
    log = EngineLog("node1", lambda: 12)
    log.rewritten(line)
    assert not log.halted
