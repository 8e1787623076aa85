"""The history for who may read everything: whole blocks, a page at a time.

To anybody else there is no block, at any height; the ledger isn't even asked. A page costs the
ledger some milliseconds between its own blocks, so pages have quotas of their own: one reader can't
take all, nor all readers the ledger.
"""

from typing import Final

from aiohttp import web

from cfi.node.gateway.answers import RefusedRequestError, unknown
from cfi.node.gateway.desk import DESK, number, reader_of

MOST_PAGES_AT_ONCE: Final = 8
"""Pages that are on their way to readers, however slowly they take them."""
_ALL: Final = "all"


async def page(request: web.Request) -> web.StreamResponse:
    """Records from a height on, as block files have them: as many as a page holds, at least one."""
    desk, reader = request.app[DESK], await reader_of(request)
    first = number(request.match_info["height"], "height")
    if not reader.reads_everything:
        raise unknown("height")
    desk.spend(desk.of_blocks, reader.holder)
    desk.spend(desk.of_all_blocks, _ALL)
    if desk.pages_under_way >= MOST_PAGES_AT_ONCE:
        raise RefusedRequestError(429, "too-many-requests", "ask less often", retry_after=1)
    desk.pages_under_way += 1
    try:
        told = await desk.link.ask("blocks", {"from": first})
        answer = web.StreamResponse(headers={"Cache-Control": "no-store"})
        answer.content_type, answer.content_length = "application/octet-stream", len(told)
        await answer.prepare(request)
        await answer.write(told)
        await answer.write_eof()
    finally:
        desk.pages_under_way -= 1
    return answer
