"""The processes of a node, as its settings have them."""

from dataclasses import replace
from pathlib import Path

from cfi.node.home import Home
from cfi.node.parts import node_parts
from cfi.node.settings import Settings

PLAIN = Settings()


def gateway(settings: Settings, folder: Path) -> list[str]:
    (found,) = (part for part in node_parts(Home(folder), settings, b"") if part.name == "gateway")
    return found.command


def test_the_gateway_has_a_certificate_where_the_settings_name_one(tmp_path: Path) -> None:
    assert "--cert" not in gateway(PLAIN, tmp_path)
    chosen = replace(PLAIN, tls_certificate="chain.pem", tls_key="key.pem")
    command = gateway(chosen, tmp_path)
    assert command[command.index("--cert") :] == ["--cert", "chain.pem", "--key", "key.pem"]
