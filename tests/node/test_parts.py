"""The processes of a node, as its settings have them."""

from dataclasses import replace
from pathlib import Path

from cfi.node.assembly import read_home_genesis
from cfi.node.home import Home
from cfi.node.parts import node_parts
from cfi.node.settings import Settings
from tests.network.running import engine_program, found_homes

PLAIN = Settings()


def gateway(settings: Settings, folder: Path) -> list[str]:
    (found,) = (part for part in node_parts(Home(folder), settings, b"") if part.name == "gateway")
    return found.command


def test_the_gateway_has_a_certificate_where_the_settings_name_one(tmp_path: Path) -> None:
    assert "--cert" not in gateway(PLAIN, tmp_path)
    chosen = replace(PLAIN, tls_certificate="chain.pem", tls_key="key.pem")
    command = gateway(chosen, tmp_path)
    assert command[command.index("--cert") :] == ["--cert", "chain.pem", "--key", "key.pem"]


def test_the_gateway_goes_by_the_names_that_the_settings_give(tmp_path: Path) -> None:
    assert "--public-name" not in gateway(PLAIN, tmp_path)
    command = gateway(replace(PLAIN, public_names=("a.example", "b.example:8470")), tmp_path)
    at = command.index("--public-name")
    assert command[at : at + 4] == ["--public-name", "a.example", "--public-name", "b.example:8470"]


def test_the_cause_of_a_halt_is_told_though_no_ledger_answers(tmp_path: Path) -> None:
    (home,) = found_homes(tmp_path, 1)
    chosen = replace(home.settings(), engine_binary=str(engine_program()))
    parts = node_parts(home, chosen, read_home_genesis(home)[0])
    (log,) = (part.log for part in parts if part.log is not None)
    log.rewritten('{"level":"error","_msg":"CONSENSUS FAILURE!!!","err":"wrong Block.Header.AppHash"}')
    assert log.halted
    assert log.last_words.startswith("here this ledger's app hash is not the one")
