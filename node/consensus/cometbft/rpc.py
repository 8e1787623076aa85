"""Asking CometBFT over its own socket: several calls in one piece of JSON-RPC.  (CometBFT 0.38)"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

from cfi.client.light.json_node import JsonNode

_SECONDS: Final = 10.0
_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 1.0


class EngineUnreachableError(Exception):
    """CometBFT doesn't answer, or not in its way."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: a method, and its parameters as its RPC has them."""

    method: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to: a result, or what CometBFT says is wrong."""

    result: JsonNode
    fault: str


class EngineRpc:
    """CometBFT's RPC on a Unix socket. Open it with `async with`."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(self.socket)),
            timeout=aiohttp.ClientTimeout(total=_SECONDS),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def ask(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers in the order of the calls; raises EngineUnreachableError."""
        assert self._session is not None, "opened with `async with`"
        body = json.dumps(
            [
                {"jsonrpc": "2.0", "id": index, "method": call.method, "params": call.parameters}
                for index, call in enumerate(calls)
            ]
        )
        try:
            async with self._session.post("http://engine/", data=body) as response:
                said = json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise EngineUnreachableError(str(error) or type(error).__name__) from error
        # CometBFT writes a single answer without its array.
        answers = [said] if isinstance(said, dict) else said
        if len(answers) != len(calls):
            raise EngineUnreachableError(f"{len(answers)} answers to {len(calls)} calls")
        return [_answer(each) for each in answers]

    async def ask_until_answered(self, calls: Sequence[Call]) -> list[Answer]:
        """The same, however long CometBFT takes to be there."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return await self.ask(calls)
            except EngineUnreachableError:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def _answer(said: dict[str, Any]) -> Answer:
    error = said.get("error")
    fault = "" if error is None else f"{error.get('message')}: {error.get('data')}"
    return Answer(JsonNode(said.get("result")), fault)
