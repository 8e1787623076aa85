"""An owner's rows from a gateway, page after page, all of one height.

Each page shows the same leaf, so the rows of all pages are verified as if they had come together;
the first row's totals say whether any is missing.
"""

from dataclasses import replace

from cfi.client.light.http import GatewayClient
from cfi.client.light.json_node import MalformedError
from cfi.client.light.statement import Shown, read_page
from cfi.contracts.wire.limits import MAX_ROWS_PER_OWNER


async def all_pages(
    client: GatewayClient, path: str, tables: tuple[str, ...], height: int | None = None
) -> Shown:
    """What a gateway shows of an owner at a height, or at its newest; raises MalformedError, and as
    GatewayClient.get does, also where the height is no longer kept before the last page.
    """
    first, after = read_page(await client.get_signed(_target(path, tables, height, None)))
    rows = list(first.rows)
    while after is not None:
        target = _target(path, tables, first.height, after)
        page, following = read_page(await client.get_signed(target))
        rows += page.rows
        if following is not None and following <= after:
            raise MalformedError(f"{path}: a page doesn't follow the one before")
        if (page.height, page.value) != (first.height, first.value):
            raise MalformedError(f"{path}: a page is of another height or leaf than the first")
        if len(rows) > MAX_ROWS_PER_OWNER:
            raise MalformedError(f"{path}: more rows than an owner may have")
        after = following
    return replace(first, rows=tuple(rows))


def _target(path: str, tables: tuple[str, ...], height: int | None, after: bytes | None) -> str:
    asked = [f"tables={','.join(tables)}"] if tables else []
    asked += [] if height is None else [f"height={height}"]
    asked += [] if after is None else [f"after={after.hex()}"]
    return f"{path}?{'&'.join(asked)}" if asked else path
