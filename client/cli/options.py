"""Options and parameter types that several commands share."""

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import click
from typing_extensions import override

HASH_BYTES: Final = 32
A_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


class GatewayAddress(click.ParamType[str]):
    """A gateway's address: http or https, a host, maybe a port. A path would be no gateway's: a
    signature covers the path that is asked.
    """

    name = "url"

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; raises BadParameter for what is none."""
        text = str(value)
        if not _is_address(text):
            self.fail(f"{text!r} is no address like http://127.0.0.1:8470", param, ctx)
        return text


class HexBytes(click.ParamType[bytes]):
    """So many bytes in hex."""

    name = "hex"

    def __init__(self, length: int = HASH_BYTES) -> None:
        self._length = length

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        """The bytes; raises BadParameter."""
        if isinstance(value, bytes):
            return value
        try:
            found = bytes.fromhex(value)
        except ValueError:
            found = b""
        if len(found) != self._length:
            self.fail(f"{self._length} bytes in hex are wanted", param, ctx)
        return found


def _is_address(text: str) -> bool:
    """Whether a text is an address of http or https, without a path."""
    try:
        parts = urlsplit(text)
        server = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return server and not (parts.path.strip("/") or parts.query or parts.fragment)


GATEWAY: Final = GatewayAddress()
gateway_option = click.option(
    "--gateway",
    required=True,
    envvar="CFI_GATEWAY",
    type=GATEWAY,
    metavar="URL",
    help="The gateway's address, such as http://127.0.0.1:8470.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
key_option = click.option(
    "--key", "key_file", type=A_FILE, required=True, help="Your keystore file."
)
passphrase_option = click.option("--passphrase-file", type=A_FILE, help="Instead of being asked.")
