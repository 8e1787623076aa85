"""A node's settings: one file that explains itself; a line for each fault."""

from dataclasses import fields, replace
from typing import Any

import pytest

from cfi.node.settings import (
    Settings,
    SettingsError,
    checked,
    read_settings,
    settings_text,
    variable_of,
    with_environment,
    with_setting,
)

PEER = "ab" * 20 + "@127.0.0.2:26656"
CHOSEN = Settings(
    name="node2",
    listen="127.0.0.1:9000",
    public_names=("ledger.example", "[2001:db8::1]:8470"),
    empty_block_seconds=2.5,
    engine="cometbft",
    peers=(PEER, "cd" * 20 + "@validator.example:26656"),
    peer_networks=("10.1.0.0/16", "fd00::/8"),
    timeout_commit=0.2,
    mempool_size=100,
    sync_servers=("127.0.0.1:26657", "127.0.0.2:26657"),
    sync_height=7,
    sync_hash="AB" * 32,
)
DIFFERENT: dict[str, Any] = {
    "snapshot_interval": 50,
    "snapshots_kept": 3,
    "log_level": "debug",
    "engine_binary": "/opt/cometbft",
    "p2p_listen": "10.1.0.1:26656",
    "timeout_propose": 2.0,
    "timeout_vote": 0.5,
    "remote_signer": "127.0.0.1:1234",
    "rpc_listen": "127.0.0.1:26657",
    "engine_metrics": "127.0.0.1:26660",
    "sync_discovery": 6.5,
}
WRONG = [
    # sentence                        the text                               the fault
    ("an unknown name",               'colour = "red"',                      "unknown setting colour"),
    ("a misspelt name",               'lissten = "127.0.0.1:1"',             "unknown setting lissten; did you mean listen?"),
    ("a number for a text",           "listen = 8470",                       "listen has the wrong type"),
    ("a text for a number",           'empty_block_seconds = "10"',          "empty_block_seconds has the wrong type"),
    ("a truth for a number",          "empty_block_seconds = true",          "empty_block_seconds has the wrong type"),
    ("a fraction for a count",        "mempool_size = 1.5",                  "mempool_size has the wrong type"),
    ("a text for a list",             f'peers = "{PEER}"',                   "peers has the wrong type"),
    ("a list of numbers",             "peers = [1]",                         "peers 1 is no text"),
    ("no time at all",                "timeout_commit = 0",                  "timeout_commit is not above 0"),
    ("a height below 0",              "sync_height = -1",                    "sync_height is below 0"),
    ("too short a look around",       "sync_discovery = 4.9",                "sync_discovery is below 5"),
    ("another engine",                'engine = "steam"',                    "engine is none of embedded, cometbft"),
    ("another level",                 'log_level = "loud"',                  "log_level is none of debug, info, warning, error"),
    ("an address without a port",     'listen = "localhost"',                "listen is no HOST:PORT"),
    ("a port that is none",           'p2p_listen = "127.0.0.1:65536"',      "p2p_listen is no HOST:PORT"),
    ("an optional address",           'rpc_listen = "here"',                 "rpc_listen is no HOST:PORT"),
    ("a name with a scheme",           'public_names = ["https://a.example"]', 'public_names "https://a.example" is no HOST or HOST:PORT'),
    ("a name with a path",             'public_names = ["a.example/v1"]',     'public_names "a.example/v1" is no HOST or HOST:PORT'),
    ("a peer without its id",         'peers = ["127.0.0.1:26656"]',         'peers "127.0.0.1:26656" is no NODE-ID@HOST:PORT'),
    ("a network that is none",        'peer_networks = ["10.0.0.1/8"]',      'peer_networks "10.0.0.1/8" is no network like 10.1.0.0/16'),
    ("a hash that is none",           'sync_hash = "abc"',                   "sync_hash is no hash of 64 hex digits"),
    ("an empty name",                 'name = ""',                           "name is no short plain name"),
    ("a name with a quote",           "name = 'a\"b'",                       "name is no short plain name"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "text", "fault"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_refused(sentence: str, text: str, fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(text)
    assert str(caught.value) == fault


def test_what_is_no_toml_is_refused_with_its_place() -> None:
    with pytest.raises(SettingsError, match="at end of document"):
        read_settings("listen = ")


@pytest.mark.parametrize("name", ["tls_certificate", "tls_key"])
def test_a_certificate_goes_with_its_key(name: str) -> None:
    with pytest.raises(SettingsError, match="tls_certificate and tls_key go together"):
        read_settings(f'{name} = "a.pem"\n')


def test_every_fault_is_told() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings('engine = "steam"\nmempool_size = 0\nlistn = 1\n')
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("settings", [Settings(), CHOSEN])
def test_the_file_keeps_them(settings: Settings) -> None:
    assert read_settings(settings_text(settings)) == settings


def in_a_variable(value: object) -> str:
    """A setting's value as the environment has it."""
    return ",".join(value) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("name", [each.name for each in fields(Settings) if not each.name.startswith("tls")])
def test_the_environment_wins_over_the_file(name: str) -> None:
    value = getattr(replace(CHOSEN, **DIFFERENT), name)
    environment = {variable_of(name): in_a_variable(value)}
    assert with_environment(Settings(), environment) == replace(Settings(), **{name: value})


def test_an_empty_variable_says_nothing() -> None:
    assert with_environment(CHOSEN, {"CFI_LISTEN": "", "CFI_HOME": "here"}) == CHOSEN


def test_certificate_and_key_may_come_from_it_together() -> None:
    given = {"CFI_TLS_CERTIFICATE": "a.pem", "CFI_TLS_KEY": "b.pem"}
    assert with_environment(Settings(), given).tls_key == "b.pem"
    with pytest.raises(SettingsError, match="go together"):
        with_environment(Settings(), {"CFI_TLS_KEY": "b.pem"})


WRONG_VARIABLES = [
    ("another level",          {"CFI_LOG_LEVEL": "loud"},         "CFI_LOG_LEVEL is none of debug, info, warning, error"),
    ("an address without port", {"CFI_LISTEN": "here"},           "CFI_LISTEN is no HOST:PORT"),
    ("a text for a number",    {"CFI_MEMPOOL_SIZE": "many"},      "CFI_MEMPOOL_SIZE has the wrong type"),
    ("a fraction for a count", {"CFI_MEMPOOL_SIZE": "1.5"},       "CFI_MEMPOOL_SIZE has the wrong type"),
    ("no time at all",         {"CFI_TIMEOUT_COMMIT": "0"},       "CFI_TIMEOUT_COMMIT is not above 0"),
    ("a list with a gap",      {"CFI_PEER_NETWORKS": "10.1.0.0/16,"}, 'CFI_PEER_NETWORKS "" is no network like 10.1.0.0/16'),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "given", "fault"), WRONG_VARIABLES, ids=[row[0] for row in WRONG_VARIABLES])
def test_what_is_refused_of_it_names_the_variable(sentence: str, given: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        with_environment(Settings(), given)
    assert str(caught.value) == fault


def test_what_was_chosen_is_checked_as_the_file_is() -> None:
    assert checked(CHOSEN) == CHOSEN
    with pytest.raises(SettingsError, match=r"^listen is no HOST:PORT$"):
        checked(replace(CHOSEN, listen="127.0.0.1:99999"))


def test_what_is_left_out_is_as_usual() -> None:
    assert read_settings("empty_block_seconds = 3\n") == Settings(empty_block_seconds=3)
    assert read_settings("") == Settings()


def test_the_file_explains_each() -> None:
    lines = settings_text(Settings()).splitlines()
    for name in (each.name for each in fields(Settings)):
        at = next(at for at, line in enumerate(lines) if line.startswith(f"{name} = "))
        assert lines[at - 1].startswith("# ")


@pytest.mark.parametrize(
    ("sentence", "text", "changed"),
    [
        ("its line", '# mine\nengine = "embedded" # so\nname = "a"\n', '# mine\nengine = "cometbft"\nname = "a"\n'),
        ("a name that only begins so", 'engine_binary = "x"\n', 'engine_binary = "x"\n\nengine = "cometbft"\n'),
        ("no line yet", "", '\n\nengine = "cometbft"\n'),
    ],
)  # fmt: skip
def test_one_setting_is_changed_and_all_else_stays(sentence: str, text: str, changed: str) -> None:
    assert with_setting(text, "engine", "cometbft") == changed, sentence
    assert read_settings(changed).engine == "cometbft"
