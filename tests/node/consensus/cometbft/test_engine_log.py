"""The engine's log in our form: allowed fields only, and what it said of its end."""

import json

import pytest

from cfi.node.consensus.cometbft.engine_log import EngineLog

SECRET = "the-canary-that-no-log-may-show"


def told(line: str) -> dict[str, object]:
    """One line, rewritten and read, without its time."""
    content: dict[str, object] = json.loads(EngineLog("node1").rewritten(line))
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
    log = EngineLog("node1")
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


def test_it_gave_up_when_consensus_failed_and_that_stays_the_cause() -> None:
    log = EngineLog("node1")
    log.rewritten('{"level":"error","ts":"t","_msg":"dialling failed","err":"refused"}')
    assert not log.gave_up
    log.rewritten('{"level":"error","ts":"t","_msg":"CONSENSUS FAILURE!!!","err":"disk full"}')
    log.rewritten('{"level":"error","ts":"t","_msg":"stopping"}')
    assert log.gave_up
    assert log.last_words == "CONSENSUS FAILURE!!!: disk full"
