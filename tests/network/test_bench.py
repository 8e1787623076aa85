"""`cfi bench network` at a tiny size, on real processes."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from cfi.node.bench.command import bench
from cfi.node.bench.network import measure as network
from cfi.node.bench.network import sync
from cfi.node.bench.network.homes import PACE
from cfi.node.consensus.cometbft import binary
from tests.network.running import engine_program

SIZES = ["--accounts", "3", "--lots", "60", "--seconds", "1"]


def test_measures_the_ledger_against_a_bare_application() -> None:
    engine_program()
    told = CliRunner().invoke(bench, ["network", "--validators", "1", *SIZES, "--json"])
    assert told.exit_code == 0, told.output
    found = {each["name"]: each for each in json.loads(told.stdout)}
    assert found["network"]["ratio"] > 0
    conditions = found["network"]["conditions"]
    assert (conditions["validators"], conditions["transfers"]) == (1, 30)
    assert len(conditions["rates"].split()) == len(conditions["bare_rates"].split()) == 2
    assert 0 < found["network_p50"]["value"] <= found["network_p99"]["value"]
    assert found["network_all_cpu"]["value"] > 0
    assert "network_rejoin" not in found, "with one validator there is nobody to rejoin"


def test_a_killed_validator_rejoins(monkeypatch: pytest.MonkeyPatch) -> None:
    engine_program()
    monkeypatch.setattr(network, "ROUNDS", 1)
    found = {each.name: each for each in network.measure(4, 3, 60, 1.0)}
    assert found["network_rejoin"].value > 0


def test_a_new_node_joins_by_a_snapshot_and_sees_the_next_transfer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine_program()
    monkeypatch.setattr(sync, "_PACE", replace(PACE, empty_block_seconds=1.0, sync_discovery=5.0))
    told = CliRunner().invoke(bench, ["sync", "--accounts", "3", "--lots", "60", "--json"])
    assert told.exit_code == 0, told.output
    found = {each["name"]: each for each in json.loads(told.stdout)}
    assert 0 < found["sync_installed"]["value"] <= found["sync"]["value"]
    assert found["sync_snapshot"]["value"] > 0
    assert found["sync"]["conditions"]["chunks"] == 1


def test_it_wants_cometbft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_built", lambda _: None)
    monkeypatch.setattr(binary, "_on_path", lambda: None)
    told = CliRunner().invoke(bench, ["network", *SIZES])
    assert told.exit_code == 1
    assert "run `make engine`" in told.output
