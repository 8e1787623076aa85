"""The mempool: first come, first served, bounded in all and by holder."""

import pytest

from cfi.contracts.state.table import OwnerKey
from cfi.contracts.transition.act import read_verified_act
from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.node.mempool import (
    MOST,
    MOST_BYTES,
    MOST_BYTES_OF_HOLDER,
    MOST_OF_HOLDER,
    HolderOverQuotaError,
    Mempool,
    MempoolFullError,
    Waiting,
)
from tests.node.chain import transfer

TRANSACTIONS = [transfer(number) for number in range(4)]
A, B = OwnerKey(b"a"), OwnerKey(b"b")


def waiting(number: int, holder: OwnerKey = A) -> Waiting:
    """A waiting transaction by number."""
    raw = TRANSACTIONS[number]
    return Waiting(raw, read_verified_act(raw), holder, None)


ALL = [waiting(number) for number in range(4)]
SIZE = len(TRANSACTIONS[0])


def filled(mempool: Mempool, *numbers: int) -> Mempool:
    """The mempool with some of them."""
    for number in numbers:
        mempool.add(waiting(number))
    return mempool


def test_what_waits_is_known_by_its_act_until_it_leaves() -> None:
    mempool = filled(Mempool(), 0, 1)
    assert len(mempool) == 2
    assert mempool.bytes == 2 * SIZE
    assert ALL[0].act.act_id in mempool
    assert ALL[2].act.act_id not in mempool
    left = mempool.remove(ALL[0].act.bytes_hash)
    assert left is not None and left.transaction == TRANSACTIONS[0]
    assert ALL[0].act.act_id not in mempool
    assert mempool.remove(ALL[0].act.bytes_hash) is None
    assert (len(mempool), mempool.bytes) == (1, SIZE)


def test_a_block_gets_the_oldest_that_fit() -> None:
    mempool = filled(Mempool(), 2, 0, 1)
    assert [each.transaction for each in mempool.all()] == [TRANSACTIONS[at] for at in (2, 0, 1)]
    for room, count in ((0, 0), (SIZE + 4, 0), (SIZE + 5, 1), (3 * (SIZE + 5) - 1, 2), (10**6, 3)):
        assert len(mempool.first(room, 5)) == count
    assert [each.transaction for each in mempool.first(2 * (SIZE + 5), 5)] == [
        TRANSACTIONS[2],
        TRANSACTIONS[0],
    ]


def test_it_has_a_bound_in_number() -> None:
    mempool = filled(Mempool(most=2), 0, 1)
    with pytest.raises(MempoolFullError, match="2 transactions wait"):
        mempool.add(waiting(2))
    mempool.remove(ALL[0].act.bytes_hash)
    filled(mempool, 2)


def test_it_has_a_bound_in_bytes() -> None:
    mempool = filled(Mempool(most_bytes=2 * SIZE), 0, 1)
    with pytest.raises(MempoolFullError):
        mempool.add(waiting(2))


def test_one_holder_cannot_take_all_the_room() -> None:
    mempool = filled(Mempool(most_of_holder=2), 0, 1)
    with pytest.raises(HolderOverQuotaError, match="2 transactions of this holder wait"):
        mempool.add(waiting(2))
    mempool.add(waiting(2, B))
    mempool.remove(ALL[0].act.bytes_hash)
    mempool.add(waiting(3))
    for each in ALL[1:]:
        mempool.remove(each.act.bytes_hash)
    assert (len(mempool), mempool.bytes) == (0, 0)
    assert mempool._by_holder == {}


def test_one_holder_cannot_take_all_the_bytes() -> None:
    mempool = filled(Mempool(most_bytes_of_holder=2 * SIZE), 0, 1)
    with pytest.raises(HolderOverQuotaError, match="2 transactions of this holder wait"):
        mempool.add(waiting(2))
    mempool.add(waiting(2, B))
    mempool.remove(ALL[0].act.bytes_hash)
    mempool.add(waiting(3))


def test_the_longest_acts_of_one_holder_leave_room_for_others() -> None:
    assert 10 * MOST_OF_HOLDER <= MOST
    assert 16 * MOST_BYTES_OF_HOLDER <= MOST_BYTES
    assert MOST_BYTES_OF_HOLDER > 60 * MAX_TRANSACTION_BYTES


def test_what_can_enter_no_block_above_a_height_is_listed() -> None:
    mempool = filled(Mempool(), 0, 1, 2)
    last = ALL[0].act.valid_until
    assert mempool.expired(last - 1) == []
    mempool.remove(ALL[1].act.bytes_hash)
    gone = mempool.expired(last)
    assert [each.transaction for each in gone] == [TRANSACTIONS[0], TRANSACTIONS[2]]
    for each in gone:
        mempool.remove(each.act.bytes_hash)
    assert (len(mempool), mempool.bytes, mempool._by_last_height) == (0, 0, {})
    assert mempool.get(ALL[0].act.bytes_hash) is None


def test_an_act_is_taken_out_whichever_of_its_bytes_were_decided() -> None:
    mempool = filled(Mempool(), 0, 1)
    act_id = ALL[0].act.act_id
    found = mempool.remove_act(act_id)
    assert found is not None
    assert found.transaction == TRANSACTIONS[0]
    assert mempool.remove_act(act_id) is None
    assert len(mempool) == 1
