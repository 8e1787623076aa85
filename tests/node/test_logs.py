"""Logs carry the allowed fields and nothing else."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from cfi.node.logs import LEVELS, AllowListed, log_to_stderr

SECRET = "the-canary-that-no-log-may-show"


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
    handler.setFormatter(AllowListed("ledger"))
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


@pytest.mark.parametrize(("name", "level"), [*LEVELS.items(), ("loud", logging.INFO)])
def test_the_settings_choose_the_level(root: logging.Logger, name: str, level: int) -> None:
    log_to_stderr("gateway", name)
    assert root.level == level
    (handler,) = root.handlers
    assert isinstance(handler.formatter, AllowListed)
    assert logging.getLogger("aiohttp.access").level == logging.WARNING
