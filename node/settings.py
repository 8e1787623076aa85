"""What an operator may choose for a node: one commented TOML file, every name and value checked."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any, Final, TypeVar

from cfi.contracts.wire.quantities import parse_decimal, parse_whole
from cfi.node.gateway.names import read_name
from cfi.node.logs import LEVELS

EMBEDDED: Final = "embedded"
COMETBFT: Final = "cometbft"
ENGINES: Final = (EMBEDDED, COMETBFT)
_NODE_ID_DIGITS: Final = 40
_HASH_DIGITS: Final = 64
_GREATEST_PORT: Final = 65_535
_LEAST_DISCOVERY_SECONDS: Final = 5
"""What CometBFT accepts."""
_HEAD: Final = """\
# Settings of this node. A flag wins over the environment, which wins over this file: CFI_LISTEN
# stands for `listen`, and so on; a list has commas between its items there.
"""

T = TypeVar("T")
Check = Callable[[Any], str | None]
"""What is wrong with a value, in a few words; None where nothing is."""


class SettingsError(ValueError):
    """The text holds no settings; a line for each fault."""


def _setting(usual: T, says: str, check: Check) -> T:
    """A setting with its usual value, the comment in the file, and its check."""
    made: T = field(default=usual, metadata={"says": says, "check": check})
    return made


def _any(_: object) -> str | None:
    return None


def _one_of(*choices: str) -> Check:
    return lambda value: None if value in choices else f"is none of {', '.join(choices)}"


def _positive(value: float) -> str | None:
    return None if value > 0 else "is not above 0"


def _not_negative(value: int) -> str | None:
    return None if value >= 0 else "is below 0"


def _discovery(value: float) -> str | None:
    return None if value >= _LEAST_DISCOVERY_SECONDS else "is below 5"


def _address(value: str) -> str | None:
    host, _, port = value.rpartition(":")
    number = parse_whole(port)
    good = bool(host) and number is not None and 0 < number <= _GREATEST_PORT
    return None if good else "is no HOST:PORT"


def _address_or_empty(value: str) -> str | None:
    return _address(value) if value else None


def _peer(value: str) -> str | None:
    node_id, _, address = value.partition("@")
    good = _is_hex(node_id, _NODE_ID_DIGITS) and _address(address) is None
    return None if good else "is no NODE-ID@HOST:PORT"


def _public_name(value: str) -> str | None:
    return "is no HOST or HOST:PORT" if read_name(value) is None else None


def _network(value: str) -> str | None:
    try:
        ip_network(value)
    except ValueError:
        return "is no network like 10.1.0.0/16"
    return None


def _each(check: Check) -> Check:
    """The first fault of a list's items, which are texts."""

    def checked(values: tuple[object, ...]) -> str | None:
        for value in values:
            fault = check(value) if isinstance(value, str) else "is no text"
            if fault is not None:
                return f"{json.dumps(value)} {fault}"
        return None

    return checked


def _hash_or_empty(value: str) -> str | None:
    return None if not value or _is_hex(value, _HASH_DIGITS) else "is no hash of 64 hex digits"


def _is_hex(text: str, digits: int) -> bool:
    return len(text) == digits and all(each in "0123456789abcdefABCDEF" for each in text)


def _name(value: str) -> str | None:
    good = 0 < len(value) <= _HASH_DIGITS and value.isascii() and value.isprintable()
    return None if good and '"' not in value and "\\" not in value else "is no short plain name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may choose."""

    name: str = _setting("node", "What this node is called in its logs and by its peers.", _name)
    listen: str = _setting(
        "127.0.0.1:8470",
        "Where the gateway listens. Loopback unless you say otherwise.",
        _address,
    )
    tls_certificate: str = _setting(
        "", "The gateway's certificate chain, a PEM file; empty: HTTP without TLS.", _any
    )
    tls_key: str = _setting("", "The key of the certificate, a PEM file.", _any)
    public_names: tuple[str, ...] = _setting(
        (),
        "HOST or HOST:PORT as members' URLs have it, where that isn't the address above: behind a\n"
        "proxy or a tunnel, or with a certificate. Signed requests to other names are refused.",
        _each(_public_name),
    )
    empty_block_seconds: float = _setting(
        10.0, "Seconds between signs of life when nothing happens.", _positive
    )
    snapshot_interval: int = _setting(
        0,
        "Heights between snapshots of the whole state; 0: none but those asked for.",
        _not_negative,
    )
    snapshots_kept: int = _setting(2, "How many snapshots stay.", _positive)
    log_level: str = _setting("info", "debug, info, warning or error.", _one_of(*LEVELS))
    engine: str = _setting(
        EMBEDDED,
        "embedded: this node decides alone. cometbft: together with other validators.\n"
        "All that follows is for cometbft.",
        _one_of(*ENGINES),
    )
    engine_binary: str = _setting(
        "", "The CometBFT program; empty: the one that `make engine` built, or on the PATH.", _any
    )
    p2p_listen: str = _setting(
        "127.0.0.1:26656", "Where other validators reach this one: a private network.", _address
    )
    peers: tuple[str, ...] = _setting(
        (),
        "Nodes to stay connected with, as NODE-ID@HOST:PORT; `cfi status` tells a node's id.",
        _each(_peer),
    )
    peer_networks: tuple[str, ...] = _setting(
        ("127.0.0.0/8",), "Networks from which a connection is taken at all.", _each(_network)
    )
    timeout_propose: float = _setting(3.0, "Seconds to wait for a proposal.", _positive)
    timeout_vote: float = _setting(1.0, "Seconds to wait for more votes in a round.", _positive)
    timeout_commit: float = _setting(
        1.0, "Seconds between a decided block and the next height.", _positive
    )
    mempool_size: int = _setting(5_000, "Transactions that may wait in the engine.", _positive)
    remote_signer: str = _setting(
        "",
        "HOST:PORT where the validator's signer connects; empty: the key in config/ signs.",
        _address_or_empty,
    )
    rpc_listen: str = _setting(
        "",
        "HOST:PORT of the engine's own RPC for nodes that join by state sync. It shows all:\n"
        "private network only. Empty: a socket in run/ and nothing else.",
        _address_or_empty,
    )
    engine_metrics: str = _setting(
        "", "HOST:PORT of the engine's Prometheus page; empty: none.", _address_or_empty
    )
    sync_servers: tuple[str, ...] = _setting(
        (),
        "RPC addresses (two or more, HOST:PORT) for a new node that joins by state sync;\n"
        "empty: it replays every block.",
        _each(_address),
    )
    sync_height: int = _setting(
        0, "The height that state sync trusts, from an anchor.", _not_negative
    )
    sync_hash: str = _setting("", "The header's hash at that height.", _hash_or_empty)
    sync_discovery: float = _setting(
        15.0,
        "Seconds in which a new node looks for snapshots before it takes one; 5 or more.",
        _discovery,
    )


_FIELDS: Final = {each.name: each for each in fields(Settings)}


def settings_text(settings: Settings) -> str:
    """The settings file, commented."""
    parts = [_HEAD]
    for name, each in _FIELDS.items():
        comment = "\n".join(f"# {line}" for line in each.metadata["says"].splitlines())
        parts.append(f"{comment}\n{name} = {_toml(getattr(settings, name))}\n")
    return "\n".join(parts)


def with_setting(text: str, name: str, value: object) -> str:
    """The settings file with one value changed, all else as the operator left it; the old value
    stands on one line.
    """
    line = f"{name} = {_toml(value)}"
    changed, count = re.subn(rf"^{name}[ \t]*=.*$", lambda _: line, text, flags=re.MULTILINE)
    return changed if count else f"{text.rstrip()}\n\n{line}\n"


def read_settings(text: str) -> Settings:
    """The settings in a text; raises SettingsError with a line for each fault."""
    try:
        content = tomllib.loads(text)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items()
    }
    return _checked(values, {name: name for name in values})


def variable_of(name: str) -> str:
    """The environment's variable for a setting."""
    return f"CFI_{name.upper()}"


def with_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings with those that variables name put over them; an empty variable says nothing.
    Raises SettingsError with a line for each fault, which names the variable.
    """
    told = {name: environment.get(variable_of(name)) for name in _FIELDS}
    chosen = {name: _of_text(name, text) for name, text in told.items() if text}
    called = {name: variable_of(name) if name in chosen else name for name in _FIELDS}
    return _checked({**asdict(settings), **chosen}, called)


def checked(settings: Settings) -> Settings:
    """The same settings; raises SettingsError with a line for each fault."""
    return _checked(asdict(settings), {name: name for name in _FIELDS})


def _checked(values: dict[str, Any], called: Mapping[str, str]) -> Settings:
    faults = [
        f"{called[name]} {fault}" if name in _FIELDS else fault
        for name, value in values.items()
        if (fault := _fault(name, value))
    ]
    if not faults and bool(values.get("tls_certificate")) != bool(values.get("tls_key")):
        faults.append("tls_certificate and tls_key go together")
    if faults:
        raise SettingsError("\n".join(faults))
    return Settings(**values)


def _of_text(name: str, text: str) -> object:
    """What a variable's text stands for; the text itself where it is none of the kind, which the
    check says then.
    """
    usual = _FIELDS[name].default
    if isinstance(usual, tuple):
        return tuple(each.strip() for each in text.split(","))
    if isinstance(usual, str):
        return text
    number = parse_decimal(text)
    if number is None or (isinstance(usual, int) and number.denominator != 1):
        return text
    return int(number) if isinstance(usual, int) else float(number)


def _fault(name: str, value: object) -> str | None:
    known = _FIELDS.get(name)
    if known is None:
        near = get_close_matches(name, _FIELDS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"unknown setting {name}{hint}"
    kind = (int, float) if isinstance(known.default, float) else type(known.default)
    if not isinstance(value, kind) or isinstance(value, bool):
        return "has the wrong type"
    fault: str | None = known.metadata["check"](value)
    return fault


def _toml(value: object) -> str:
    """A number, a text or a list of texts; JSON writes them as TOML does."""
    return json.dumps(list(value) if isinstance(value, tuple) else value)
