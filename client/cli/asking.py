"""What the commands that ask a gateway share: what is trusted here verifies, else it is claimed."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from cfi.client.cli.ending import FAILED, NOT_VERIFIED, UNREACHABLE, leave
from cfi.client.cli.receipts import NOT_BEGUN
from cfi.client.light.bisection import SyncError, UnavailableError
from cfi.client.light.http import GatewayClient, GatewayRefusedError
from cfi.client.light.json_node import MalformedError
from cfi.client.light.own_rows import OwnRows, Wanted, claimed_rows, verified_rows
from cfi.client.light.receipt import NotProvedError
from cfi.client.light.session import Session
from cfi.client.light.store import LightStore, NotBegunError, StoreError
from cfi.client.light.sync import DivergedError
from cfi.client.wallet.keystore import SigningKey
from cfi.contracts.wire.codec import CodecError

T = TypeVar("T")


def or_leave(what: str, work: Callable[[], T]) -> T:
    """Do it; every error is a line on standard error and its exit status."""
    try:
        return work()
    except (NotProvedError, SyncError, DivergedError) as error:
        leave(f"{what} not verified: {error}", NOT_VERIFIED)
    except (GatewayRefusedError, StoreError) as error:
        leave(str(error), FAILED)
    except (UnavailableError, MalformedError, CodecError) as error:
        leave(str(error), UNREACHABLE)


def verified_or_claimed(
    gateway: str,
    key: SigningKey | None,
    folder: Path,
    verify: Callable[[Session], Coroutine[Any, Any, T]],
    claim: Callable[[GatewayClient], Coroutine[Any, Any, T]],
) -> T:
    """What a session verifies with what is trusted in a folder; where nothing is, what a gateway
    claims. Raises what either does.
    """

    async def with_session() -> T:
        async with Session.opened(LightStore(folder), gateway, key=key) as session:
            return await verify(session)

    async def with_client() -> T:
        async with GatewayClient(gateway, key) as client:
            return await claim(client)

    try:
        return asyncio.run(with_session())
    except NotBegunError:
        return asyncio.run(with_client())


def own_rows(gateway: str, key: SigningKey, folder: Path, wanted: Wanted) -> OwnRows:
    """The rows of the key's holder, or of one of its accounts; ends the command where they can't be
    had.
    """
    return or_leave(
        "the rows are",
        lambda: verified_or_claimed(
            gateway,
            key,
            folder,
            lambda session: verified_rows(session, wanted, key.public_key),
            lambda client: claimed_rows(client, wanted, key.public_key, NOT_BEGUN),
        ),
    )


def standing(height: int, claimed_because: str | None) -> str:
    """How an answer is shown: its height, and verified here, or claimed and why."""
    if claimed_because is None:
        return f"verified here at height {height}"
    return f"claimed at height {height}: {claimed_because}"
