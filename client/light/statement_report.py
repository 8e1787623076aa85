"""A statement for people, for programs and for spreadsheets."""

import csv
import io
from typing import Any, Final

from rich.console import Group, JustifyMethod
from rich.table import Table
from rich.text import Text

from cfi.client.light.statement import Closing, Statement
from cfi.contracts.state.rows.custody import Lot, Movement, RetiredLot
from cfi.contracts.wire.instruments import Instrument

CLAIMED: Final = "claimed by the gateway, NOT verified"
_CENTS: Final = 100


def standing(statement: Statement, *, witnessed: bool) -> str:
    """In a line: the height, and whether it was verified here."""
    at = f"height {statement.height}"
    if not statement.verified:
        return f"{at}: {CLAIMED}"
    owner = "; your seed was checked" if statement.seed_checked else ""
    return f"{at}: verified here, {'witnessed' if witnessed else 'unwitnessed'}{owner}"


def statement_json(statement: Statement, *, witnessed: bool) -> dict[str, Any]:
    """Everything in a statement; tonnes are integers, hashes hex."""
    return {
        "account": statement.account_id,
        "height": statement.height,
        "verified": statement.verified,
        "witnessed": witnessed,
        "seed_checked": statement.seed_checked,
        "mismatches": list(statement.mismatches),
        "opening": _closing_json(statement.opening),
        "movements": [
            _movement_json(number, each)
            for number, each in enumerate(
                statement.movements, start=statement.opening.movement_count + 1
            )
        ],
        "closing": _closing_json(statement.closing),
        "lots": [{**_range_json(lot), "locked": lot.locked} for lot in statement.lots],
        "retired": [
            {**_range_json(row), "reason": row.reason.name, "beneficiary": row.beneficiary}
            for row in statement.retired
        ],
    }


def statement_csv(statement: Statement) -> str:
    """The opening, each movement and the closing as lines; tonnes leaving are negative."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        "line height kind instrument vintage first_serial last_serial tonnes other price_cents "
        "act_id verified".split()
    )
    told = "yes" if statement.verified else "no"
    for line, closing in (("opening", statement.opening), ("closing", statement.closing)):
        if line == "closing":
            _write_movements(writer, statement, told)
        for instrument, vintage, tonnes in closing.totals:
            name = Instrument(instrument).name
            writer.writerow(
                [line, closing.height, "", name, vintage, "", "", tonnes, "", "", "", told]
            )
    return out.getvalue()


def statement_page(statement: Statement, *, witnessed: bool) -> Group:
    """The statement as tables."""
    parts: list[Any] = [
        Text(f"Statement of {statement.account_id}", style="bold"),
        Text(standing(statement, witnessed=witnessed), style="" if statement.verified else "red"),
        _totals_table(statement),
        _movements_table(statement),
    ]
    parts += [Text(f"MISMATCH: {each}", style="red") for each in statement.mismatches]
    return Group(*parts)


def _totals_table(statement: Statement) -> Table:
    table = Table(title="Opening + movements = closing")
    for name in ("type", "vintage"):
        table.add_column(name, overflow="fold")
    for name in ("opening t", "in t", "out t", "closing t"):
        table.add_column(name, justify="right", overflow="fold")
    opening, closing = statement.opening.by_kind, statement.closing.by_kind
    came: dict[tuple[int, int], int] = {}
    left: dict[tuple[int, int], int] = {}
    for each in statement.movements:
        kind = (int(each.instrument), int(each.vintage))
        side = came if each.incoming else left
        side[kind] = side.get(kind, 0) + each.tonnes
    for kind in sorted({*opening, *closing, *came, *left}):
        amounts = (each.get(kind, 0) for each in (opening, came, left, closing))
        table.add_row(Instrument(kind[0]).name, str(kind[1]), *(f"{each:,}" for each in amounts))
    return table


def _movements_table(statement: Statement) -> Table:
    table = Table(title=f"Movements: {len(statement.movements)}")
    for name in ("no.", "height", "kind", "serials", "t", "with", "price"):
        side: JustifyMethod = "right" if name in ("no.", "height", "t") else "left"
        table.add_column(name, justify=side, overflow="fold")
    first = statement.opening.movement_count + 1
    for number, each in enumerate(statement.movements, start=first):
        table.add_row(
            str(number),
            str(each.height),
            each.kind.name.lower(),
            _serials(each),
            f"{'' if each.incoming else '-'}{each.tonnes:,}",
            Text(each.other or ""),
            "" if each.price is None else f"{each.price // _CENTS}.{each.price % _CENTS:02d}",
        )
    return table


def _write_movements(writer: Any, statement: Statement, told: str) -> None:
    for each in statement.movements:
        writer.writerow(
            [
                "movement",
                each.height,
                each.kind.name.lower(),
                each.instrument.name,
                each.vintage,
                each.first,
                each.first + each.tonnes - 1,
                each.tonnes if each.incoming else -each.tonnes,
                _plain(each.other or ""),
                "" if each.price is None else each.price,
                each.act_id.hex(),
                told,
            ]
        )


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _serials(row: Movement | Lot | RetiredLot) -> str:
    last = row.first + row.tonnes - 1
    return f"{row.instrument.name}-{row.vintage}-{row.first:010d}-{last:010d}"


def _range_json(row: Lot | RetiredLot) -> dict[str, Any]:
    return {
        "serials": _serials(row),
        "instrument": row.instrument.name,
        "vintage": row.vintage,
        "first_serial": row.first,
        "tonnes": row.tonnes,
    }


def _movement_json(number: int, each: Movement) -> dict[str, Any]:
    return {
        "number": number,
        "height": each.height,
        "kind": each.kind.name.lower(),
        "serials": _serials(each),
        "tonnes": each.tonnes,
        "incoming": each.incoming,
        "other": each.other,
        "price_cents_per_tonne": each.price,
        "act_id": each.act_id.hex(),
    }


def _closing_json(closing: Closing) -> dict[str, Any]:
    return {
        "height": closing.height,
        "movement_count": closing.movement_count,
        "movement_chain": closing.movement_chain.hex(),
        "totals": [
            {"instrument": Instrument(instrument).name, "vintage": vintage, "tonnes": tonnes}
            for instrument, vintage, tonnes in closing.totals
        ],
    }
