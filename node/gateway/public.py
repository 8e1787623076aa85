"""What anybody may read: headers, public rows with proofs, the node's condition."""

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from aiohttp import web

from cfi.client.light.lightblock import LightBlock, format_light_block
from cfi.client.light.moments import format_moment
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.table import PublicTable
from cfi.contracts.wire.commits import decode_commit
from cfi.contracts.wire.headers import Timestamp, decode_header
from cfi.contracts.wire.validators import Validator, ValidatorSet
from cfi.node.gateway.answers import json_answer, not_ready, unknown, unreachable
from cfi.node.gateway.desk import (
    DESK,
    MOST_HEADERS,
    address_of_request,
    height_of,
    limit_of,
    number,
    octets,
)
from cfi.node.gateway.link_client import LedgerFaultError, LedgerUnreachableError
from cfi.node.gateway.metrics import Counted
from cfi.node.gateway.work import price_of_public_rows
from cfi.node.page import MOST_PUBLIC_ROWS

MOST_CLOCK_SECONDS: Final = 10.0
_NANOS: Final = 1_000_000_000
_FOR_EVER: Final = MappingProxyType({"Cache-Control": "public, max-age=31536000, immutable"})
_NO_STORE: Final = MappingProxyType({"Cache-Control": "no-store"})


async def status(request: web.Request) -> web.Response:
    """What the ledger says of itself; nothing here is proved."""
    told = await request.app[DESK].link.ask("status")
    return json_answer(
        {
            "chain_id": told["chain_id"],
            "height": told["height"],
            "app_hash": told["app_hash"].hex(),
            "genesis_hash": told["genesis_hash"].hex(),
            "time": format_moment(Timestamp.of_nanos(told["time"])),
            "programme_time": format_moment(Timestamp(seconds=told["programme_time"], nanos=0)),
            "waiting": told["waiting"],
            "node": told["admission_key"].hex(),
            "validators": [
                {"public_key": key.hex(), "voting_power": power}
                for key, power in told["validators"]
            ],
        }
    )


async def latest_header(request: web.Request) -> web.Response:
    """The newest light block."""
    return _json_bytes(await _light_block(request, None), _NO_STORE)


async def header(request: web.Request) -> web.Response:
    """The light block of a height."""
    height = number(request.match_info["height"], "height")
    kept = request.app[DESK].headers.get(height)
    if kept is not None:
        return _json_bytes(kept, _FOR_EVER)
    if height == 0:
        raise unknown("height")
    return _json_bytes(await _light_block(request, height), _FOR_EVER)


async def public_row(request: web.Request) -> web.Response:
    """A public row, or its absence, with the proof against the root of the height."""
    tag = _public_tag(request.match_info["table"])
    key = bytes((tag,)) + octets(request.match_info["key"], "key")
    asked = {"key": key, **height_of(request)}
    told = await request.app[DESK].link.ask("public", asked)
    value = told["value"]
    return json_answer(
        {
            "height": told["height"],
            "key": told["key"].hex(),
            "value": None if value is None else value.hex(),
            "proof": told["proof"].hex(),
        }
    )


async def public_rows(request: web.Request) -> web.Response:
    """A public table's rows in key order, some at a time; without proofs."""
    tag = _public_tag(request.match_info["table"])
    limit = limit_of(request, MOST_PUBLIC_ROWS)
    asked = {"tag": tag, "limit": limit, **height_of(request)}
    if "after" in request.query:
        asked["after"] = bytes((tag,)) + octets(request.query["after"], "after")
    told = await request.app[DESK].ask_for_stranger(
        address_of_request(request), "public_rows", asked, price_of_public_rows(limit)
    )
    return json_answer(
        {
            "height": told["height"],
            "rows": [{"key": key[1:].hex(), "value": value.hex()} for key, value in told["rows"]],
            "more": told["more"],
        }
    )


async def alive(request: web.Request) -> web.Response:
    """The gateway's process answers."""
    del request
    return json_answer({"alive": True})


async def ready(request: web.Request) -> web.Response:
    """The gateway and its ledger answer, with proofs, at the height of the others, by a clock like
    theirs.
    """
    try:
        told = await request.app[DESK].link.ask("status")
    except (LedgerUnreachableError, LedgerFaultError) as error:
        raise unreachable() from error
    require_in_step(told["height"], told["counters"])
    if told["proofs_from"] > max(told["height"] - 1, 0):
        raise not_ready("no-proofs-yet", "after a start nothing is proved before the next block")
    return json_answer({"ready": True, "height": told["height"]})


def require_in_step(height: int, counters: Mapping[str, Any]) -> None:
    """Raise what says why a node isn't where the others are, if it isn't."""
    off = counters["clock_off_nanos"] / _NANOS
    # A slow clock may be why a node is behind, so it is told first.
    if off < -MOST_CLOCK_SECONDS:
        raise not_ready("clock-off", f"this clock is {off:.1f} s off the last block's votes")
    if counters["catching_up"]:
        raise not_ready("catching-up", f"the engine is behind, at height {height}")
    quiet, longest = _quiet_nanos(counters), counters["longest_quiet_nanos"]
    if longest and quiet > longest:
        seconds = f"no block for {quiet / _NANOS:.0f} s, at height {height}"
        raise not_ready("no-new-blocks", f"{seconds}: look at its peers, and whether others decide")
    # Who is behind commits old blocks, so that a clock seems fast; it is less so with each block.
    if off > MOST_CLOCK_SECONDS and not counters["clock_steady"]:
        raise not_ready("catching-up", f"{off:.0f} s behind the others, at height {height}")
    if off > MOST_CLOCK_SECONDS:
        raise not_ready("clock-off", f"this clock is {off:.1f} s off the last block's votes")


def _quiet_nanos(counters: Mapping[str, Any]) -> int:
    """How long ago the last height was committed here; 0 before the first one."""
    committed_at: int = counters["last_commit_nanos"]
    return time.time_ns() - committed_at if committed_at else 0


async def metrics(request: web.Request) -> web.Response:
    """Counts and gauges in Prometheus' text format."""
    desk = request.app[DESK]
    gauges: dict[str, tuple[str, float]] = {
        "cfi_gateway_connections": ("Connections that stand.", desk.connections.total),
        "cfi_gateway_closed_late": ("Closed at a deadline.", desk.connections.closed_late),
        "cfi_gateway_displaced": ("Closed for newer ones.", desk.connections.displaced),
        "cfi_ledger_up": ("1 if the ledger answers.", 0),
    }
    counters: dict[str, Counted] = {}
    try:
        told = await desk.link.ask("status")
    except (LedgerUnreachableError, LedgerFaultError):
        pass
    else:
        gauges |= {
            "cfi_ledger_up": ("1 if the ledger answers.", 1),
            "cfi_ledger_height": ("The last decided height.", told["height"]),
            "cfi_ledger_waiting": ("Transactions that wait for a block.", told["waiting"]),
            "cfi_ledger_held_work": (
                "Pieces of due work that raised an error and were set aside.",
                told["held_work"],
            ),
            **_engine_gauges(told["counters"]),
        }
        counters = _ledger_counters(told["counters"])
    return web.Response(
        text=desk.metrics.text(gauges, counters),
        headers={"Content-Type": "text/plain; version=0.0.4"},
    )


def _ledger_counters(counters: Mapping[str, Any]) -> dict[str, Counted]:
    told = {
        "quarantined": "Transactions that raised an error nobody foresaw.",
        "rejected_proposals": "Blocks that others proposed and this node voted against.",
        "refused": "Transactions that the engine may not hold.",
        "taken": "Transactions that the engine may hold.",
        "waits": "Waiting transactions that were decided.",
        "waited_seconds": "How long those waited, in all.",
        "refused_peers": "Connections that the engine may not keep.",
    }
    return {f"cfi_ledger_{name}_total": (says, counters[name]) for name, says in told.items()}


def _engine_gauges(counters: Mapping[str, Any]) -> dict[str, tuple[str, float]]:
    return {
        "cfi_ledger_last_commit_seconds": (
            "When the last height was committed under CometBFT, since 1970.",
            counters["last_commit_nanos"] // _NANOS,
        ),
        "cfi_ledger_peers": ("Nodes that the engine is connected with.", counters["peers"]),
        "cfi_ledger_unwelcome_peers": (
            "Those of them that may be connected no more.",
            len(counters["unwelcome_peers"]),
        ),
        "cfi_ledger_catching_up": ("1 while the engine is behind.", counters["catching_up"]),
        "cfi_ledger_clock_off_seconds": (
            "This clock at the last commit, less the time of its votes.",
            counters["clock_off_nanos"] / _NANOS,
        ),
    }


def light_block_of(told: Mapping[str, Any]) -> LightBlock:
    """The light block in a ledger's answer."""
    validators = (
        Validator(public_key=key, voting_power=power) for key, power in told["validators"]
    )
    return LightBlock(
        header=decode_header(told["header"]),
        commit=decode_commit(told["commit"]),
        validator_set=ValidatorSet(validators=tuple(validators)),
    )


async def _light_block(request: web.Request, height: int | None) -> bytes:
    desk = request.app[DESK]
    told = await desk.link.ask("light_block", {} if height is None else {"height": height})
    text = format_light_block(light_block_of(told))
    desk.headers[told["height"]] = text
    if len(desk.headers) > MOST_HEADERS:
        desk.headers.popitem(last=False)
    return text


def _public_tag(text: str) -> int:
    """A public table's tag in two hex digits; raises RefusedRequestError for any other table."""
    tag = octets(text, "table", most=1)[0]
    if not isinstance(TABLES.get(tag), PublicTable):
        raise unknown("table")
    return tag


def _json_bytes(text: bytes, headers: Mapping[str, str]) -> web.Response:
    return web.Response(body=text, headers=dict(headers), content_type="application/json")
