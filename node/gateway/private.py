"""What a holder may read of its own: accounts, rows with proofs, movements, its acts.

Another's account or act answers exactly as one that isn't there, before the ledger is asked for it
where that can be told from the identifier alone.
"""

from typing import Any, Final

from aiohttp import web

from cfi.client.light.rows import read_shown_row
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.row_tree import decode_row_proof
from cfi.contracts.state.rows.custody import ACCOUNTS, SUMMARY, Account
from cfi.contracts.state.rows.membership import HOLDERS, Holder
from cfi.contracts.state.table import AccountTable, HolderTable, account_owner, holder_owner
from cfi.contracts.wire.text import AccountId, HolderId, is_identifier
from cfi.node.gateway.answers import RefusedRequestError, json_answer, unknown
from cfi.node.gateway.desk import DESK, body_of, octets, owner_json, reader_of, whole

_ACCOUNT_TABLES: Final = {
    table.name: tag for tag, table in TABLES.items() if isinstance(table, AccountTable)
}
_HOLDER_TABLES: Final = {
    SUMMARY.name: SUMMARY.tag,
    **{table.name: tag for tag, table in TABLES.items() if isinstance(table, HolderTable)},
}
_ACT_ID_BYTES: Final = 32


async def accounts(request: web.Request) -> web.Response:
    """The accounts of the reader's holder, with the holder's row and its proof."""
    reader = await reader_of(request)
    tags = {"tags": [SUMMARY.tag, HOLDERS.tag], **_at(request)}
    told = await request.app[DESK].link.ask("owner", {"owner": holder_owner(reader.holder), **tags})
    rows = [read_shown_row(decode_row_proof(proof).row) for proof, _ in told["rows"]]
    holder = next(row for row in rows if isinstance(row, Holder))
    return json_answer(
        {
            "holder": reader.holder,
            "accounts": [
                f"{reader.holder}/{each}" for each in range(1, holder.accounts_opened + 1)
            ],
            "owner": owner_json(told),
        }
    )


async def holder_rows(request: web.Request) -> web.Response:
    """The rows of the reader's holder, with proofs."""
    reader = await reader_of(request)
    tags = _tags(request, _HOLDER_TABLES)
    asked = {"owner": holder_owner(reader.holder), "tags": tags, **_at(request)}
    return json_answer(owner_json(await request.app[DESK].link.ask("owner", asked)))


async def account_rows(request: web.Request) -> web.Response:
    """The rows of one account, with proofs."""
    reader = await reader_of(request)
    account_id = own_account(reader.holder, request.match_info["account"])
    tags = _tags(request, _ACCOUNT_TABLES)
    asked = {"owner": account_owner(account_id), "tags": tags, **_at(request)}
    told = await request.app[DESK].link.ask("owner", asked)
    for proof, _ in told["rows"]:
        row = read_shown_row(decode_row_proof(proof).row)
        if isinstance(row, Account) and row.holder_id != reader.holder:
            raise unknown("owner")
    return json_answer(owner_json(told))


async def dry_run(request: web.Request) -> web.Response:
    """The receipt that the unsigned payload in the body would get now; nothing is changed."""
    reader = await reader_of(request)
    asked = {"key": reader.key, "payload": await body_of(request)}
    receipt: bytes = await request.app[DESK].link.ask("dry_run", asked)
    return json_answer({"receipt": receipt.hex()})


async def movements(request: web.Request) -> web.Response:
    """An account's movements by number, as the chain in its first row has them."""
    reader = await reader_of(request)
    account_id = own_account(reader.holder, request.match_info["account"])
    first = whole(request, "first", 1) or 1
    asked: dict[str, object] = {"owner": account_owner(account_id), "first": first}
    last = whole(request, "last")
    if last is not None:
        asked["last"] = last
    link = request.app[DESK].link
    # An account that was never opened has no leaf, and answers here as it does everywhere.
    await link.ask("owner", {"owner": account_owner(account_id), "tags": [ACCOUNTS.tag]})
    told = await link.ask("movements", asked)
    return json_answer({"first": first, "movements": [raw.hex() for raw in told]})


async def transaction(request: web.Request) -> web.Response:
    """An act of the reader's holder: its bytes, its receipt, and the proofs of both."""
    reader = await reader_of(request)
    act_id = octets(request.match_info["act"], "act", most=_ACT_ID_BYTES)
    asked = {"act_id": act_id, "owner": holder_owner(reader.holder)}
    told = await request.app[DESK].link.ask("act", asked)
    return json_answer(
        {
            "height": told["height"],
            "index": told["index"],
            "transaction": told["transaction"].hex(),
            "receipt": told["receipt"].hex(),
            "total": told["total"],
            "aunts": [aunt.hex() for aunt in told["aunts"]],
            "result": _result_json(told["result"]),
        }
    )


def _result_json(told: dict[str, Any] | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {"result": told["result"].hex(), "aunts": [aunt.hex() for aunt in told["aunts"]]}


def own_account(holder: HolderId, account_id: str) -> AccountId:
    """An account's identifier if it is the holder's; raises the answer for an unknown one."""
    owner, _, number = account_id.rpartition("/")
    if owner != holder or not number or not is_identifier(account_id):
        raise unknown("owner")
    return AccountId(account_id)


def _tags(request: web.Request, known: dict[str, int]) -> list[int]:
    """The tags of the asked tables, or of all; the first row is always among them."""
    asked = request.query.get("tables")
    if asked is None:
        return sorted(known.values())
    names = asked.split(",")
    if any(name not in known for name in names):
        raise RefusedRequestError(400, "bad-request", f"tables are {', '.join(sorted(known))}")
    return sorted({SUMMARY.tag, *(known[name] for name in names)})


def _at(request: web.Request) -> dict[str, Any]:
    height = whole(request, "height")
    return {} if height is None else {"height": height}
