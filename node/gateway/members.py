"""What two people of the Exchange have to see before they decide on a Member.  (RB 3.6)"""

from typing import Any

from aiohttp import web

from cfi.contracts.wire.text import is_identifier
from cfi.node.gateway.answers import json_answer, unknown
from cfi.node.gateway.desk import DESK, reader_of
from cfi.node.gateway.work import A_FEW_ROWS


async def baseline(request: web.Request) -> web.Response:
    """The instructions that would establish and adjust a Member's baseline now; to users of the
    Exchange and to who may read everything. To others no Member is there.
    """
    desk, reader = request.app[DESK], await reader_of(request)
    member = request.match_info["member"]
    if not (reader.of_exchange or reader.reads_everything) or not is_identifier(member):
        raise unknown("member")
    told = await desk.ask_for_holder(reader.holder, "baseline", {"member": member}, A_FEW_ROWS)
    return json_answer(
        {
            "member": member,
            "establish": _instruction(told["establish"]),
            "adjust": _instruction(told["adjust"]),
            "filings": {name: digest.hex() for name, digest in told["filings"].items()},
        }
    )


def _instruction(told: dict[str, Any]) -> dict[str, Any]:
    body = told["body"]
    return told | {"body": None if body is None else body.hex()}
