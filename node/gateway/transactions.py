"""Handing in transactions. Their own signature says who acts; the request needs none."""

import asyncio

from aiohttp import web

from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.node.gateway.answers import RefusedRequestError, json_answer, not_taken_answer
from cfi.node.gateway.desk import DESK, body_of
from cfi.node.gateway.link_client import Committed, LedgerUnreachableError, NotTakenError


async def submit(request: web.Request) -> web.Response:
    """Take a transaction's bytes: 202 with the admission receipt, or, with `wait=1`, 200 once a
    block has it.

    Admission promises nothing; sending the same bytes again is safe.
    """
    desk, data = request.app[DESK], await body_of(request)
    if not 0 < len(data) <= MAX_TRANSACTION_BYTES:
        raise RefusedRequestError(400, "MALFORMED", "a transaction has 1 to 65,536 bytes")
    wait = request.query.get("wait") == "1"
    admission = None
    try:
        admission, submission = await desk.link.submit(data)
        committed = None
        if wait:
            committed = await _within(submission.committed, desk.wait_seconds)
    except NotTakenError as error:
        raise not_taken_answer(error, admission) from error
    answer = {"admission": admission.hex(), "committed": _committed_json(committed)}
    return json_answer(answer, status=202 if committed is None else 200)


async def _within(awaited: "asyncio.Future[Committed]", seconds: float) -> Committed | None:
    """The commit, or None if it takes longer or the ledger is lost; it is admitted all the same."""
    try:
        return await asyncio.wait_for(asyncio.shield(awaited), seconds)
    except (TimeoutError, LedgerUnreachableError):
        return None


def _committed_json(committed: Committed | None) -> dict[str, object] | None:
    if committed is None:
        return None
    return {
        "height": committed.height,
        "index": committed.index,
        "receipt": committed.receipt.hex(),
    }
