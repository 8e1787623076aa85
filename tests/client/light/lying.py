"""A server that stands before a gateway, under a name that the gateway goes by, and changes some of its answers."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

from aiohttp import web

from cfi.contracts.wire.receipts import decode_receipt, encode_receipt
from cfi.node.gateway.names import Names
from tests.node.gateway.running import Running


class Liar:
    """A server that passes on what a gateway says, but for some answers of its own."""

    def __init__(self, gateway: Running, change: Callable[[str, Any], Any]) -> None:
        self._gateway = gateway
        self._change = change
        self.base = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{any:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        authority = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.base = f"http://{authority}"
        self._gateway.server.desk.names = Names((self._gateway.authority, authority))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower().startswith(("host", "cfi", "sig", "content-d"))
        }
        status, told = await self._gateway.get(request.raw_path, headers)
        return web.json_response(self._change(request.path, told), status=status)


def other_root(path: str, told: Any) -> Any:
    """Another app hash in every header."""
    if "/headers/" in path:
        told["signed_header"]["header"]["app_hash"] = "00" * 32
    return told


def unsigned(path: str, told: Any) -> Any:
    """A commit without its signature."""
    if "/headers/" in path:
        told["signed_header"]["commit"]["signatures"][0]["signature"] = None
    return told


def no_movement(path: str, told: Any) -> Any:
    """No movements."""
    return {**told, "movements": []} if path.endswith("/movements") else told


def no_genesis(path: str, told: Any) -> Any:
    """Another chain's row."""
    return {**told, "value": "00"} if "/public/" in path else told


def nonsense(path: str, told: Any) -> Any:
    """No shape at all where proofs are wanted."""
    return [] if "/public/" in path else told


def other_receipt(path: str, told: Any) -> Any:
    """A receipt of an act that ends otherwise."""
    if "/transactions/" in path and "receipt" in told:
        receipt = decode_receipt(bytes.fromhex(told["receipt"]))
        told["receipt"] = encode_receipt(replace(receipt, section="RB 4.3")).hex()
    return told
