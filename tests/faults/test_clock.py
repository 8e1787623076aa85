"""CometBFT with a shifted clock is CometBFT but for its clock."""

import json
import os
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest

from cfi.node.consensus.cometbft.binary import PINNED, engine_version
from tests.clock import EDITS, VARIABLE, build_with_clock, cometbft_sources, shifted


def test_its_time_is_off_by_what_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "-90")
    assert engine_version(build_with_clock()) == PINNED
    command: list[str | Path] = [build_with_clock(), "init", "--home", tmp_path]
    before = time.time()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, VARIABLE: "-90"})
    genesis = json.loads((tmp_path / "config" / "genesis.json").read_text())
    made = datetime.fromisoformat(genesis["genesis_time"]).timestamp()
    assert before - 90 <= made <= time.time() - 90


@pytest.mark.parametrize("name", EDITS)
def test_every_reading_of_the_time_is_replaced(name: str) -> None:
    source = (cometbft_sources() / name).read_text()
    edited = shifted(source, *EDITS[name])
    assert source.count("time.Now()") > 0
    assert edited.count("time.Now()") == 1


def test_an_unknown_source_is_not_edited() -> None:
    with pytest.raises(AssertionError):
        shifted("package time\n", *EDITS["types/time/time.go"])
