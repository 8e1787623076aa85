"""Transactions read and verified in another process, and what it tells of them.

The answer is CBOR, for each transaction the parts of its act, or why it is inadmissible. Who gets
it believes it as it would believe itself: it is the same program.
"""

from typing import Any, Final, TypeAlias

import cbor2

from cfi.contracts.transition.act import (
    Act,
    Inadmissible,
    InadmissibleError,
    act_of,
    read_verified_act,
    read_verified_parts,
)

_REASON_AND_DETAIL: Final = 2

Examined: TypeAlias = list[Any]
"""What is to be known of a transaction's bytes: the parts of its act; or the number of the reason
why it is inadmissible, and a detail; or nothing, where reading it raised an error.
"""


class NoAnswerError(ValueError):
    """Bytes that don't tell something of each transaction."""


def examine(transaction: bytes) -> Examined:
    """Read a transaction and verify its signature; raises nothing, whatever the bytes are."""
    try:
        return read_verified_parts(transaction)
    except InadmissibleError as error:
        return [error.reason.value, error.detail]
    except Exception:  # noqa: BLE001 - who takes the transaction raises it again, and keeps it
        return []


def answer_to(transactions: list[bytes]) -> bytes:
    """The bytes of what is to be known of each transaction of a batch."""
    return cbor2.dumps([examine(transaction) for transaction in transactions])


def read_answer(answer: bytes, count: int) -> list[Examined]:
    """What an answer tells of so many transactions; raises NoAnswerError."""
    try:
        examined: list[Examined] = cbor2.loads(answer)
    except cbor2.CBORDecodeError as error:
        raise NoAnswerError("no CBOR") from error
    if type(examined) is not list or len(examined) != count:
        raise NoAnswerError("not an answer to each transaction")
    return examined


def act_from(transaction: bytes, examined: Examined) -> Act:
    """The act of a transaction that was examined; raises InadmissibleError, or what reading it
    raises.
    """
    if not examined:
        return read_verified_act(transaction)
    if len(examined) == _REASON_AND_DETAIL:
        reason, detail = examined
        raise InadmissibleError(Inadmissible(reason), detail)
    return act_of(examined)
