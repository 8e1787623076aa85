"""What a ledger does all the time, several things at once, until the first of them ends."""

import asyncio
from collections.abc import Coroutine
from typing import Protocol


class Duty(Protocol):
    """One of these things: it decides blocks, or has them decided."""

    async def run(self) -> None:
        """Work until cancelled; raises what stopped it."""


async def until_one_ends(*work: Coroutine[object, object, object]) -> None:
    """Do all at once; when one ends the others are cancelled, and what it raised is raised."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
