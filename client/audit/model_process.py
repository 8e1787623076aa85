"""The independent model in a process of its own: heights come in on standard input, verdicts go out
on standard output.

A height is its length (4 bytes, big-endian) and a CBOR array of transactions, receipts, and rows,
each a key and a value or null. A verdict is a line of JSON: null, or what differs. When the input
ends, the totals follow in a last line.
"""

import json
import sys
from typing import BinaryIO, Final

from cfi.client.audit.model import MismatchError, Model
from cfi.client.audit.plain_cbor import UnreadableError, Value, array, octets, read

LENGTH_BYTES: Final = 4


def serve(heights: BinaryIO, verdicts: BinaryIO) -> None:
    """Judge heights until there are no more."""
    model = Model()
    while head := heights.read(LENGTH_BYTES):
        _say(verdicts, _judge(model, heights.read(int.from_bytes(head, "big"))))
    _say(verdicts, model.totals())


def _judge(model: Model, content: bytes) -> dict[str, str] | None:
    try:
        transactions, receipts, rows = array(read(content), 3)
        model.take(_all(transactions), _all(receipts), [_pair(row) for row in array(rows)])
    except MismatchError as error:
        return {"what": error.what, "expected": error.expected, "found": error.found}
    except (UnreadableError, ValueError, IndexError) as error:
        return {"what": "records", "expected": "readable", "found": str(error)}
    return None


def _all(items: Value) -> list[bytes]:
    return [octets(item) for item in array(items)]


def _pair(row: Value) -> tuple[bytes, bytes | None]:
    key, value = array(row, 2)
    return octets(key), None if value is None else octets(value)


def _say(verdicts: BinaryIO, answer: object) -> None:
    verdicts.write(json.dumps(answer).encode() + b"\n")
    verdicts.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
