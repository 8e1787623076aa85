"""What a node remembers of bytes: within bounds, and of what strangers send nothing else's place."""

import pytest

from cfi.contracts.state.table import holder_owner
from cfi.contracts.transition.act import Inadmissible, InadmissibleError, read_verified_act
from cfi.contracts.wire.schema import Hash
from cfi.node import memory as memory_module
from cfi.node.memory import Memory, Never, Recent
from cfi.node.mempool import Mempool, Waiting
from tests.node.chain import COMPANY, transfer
from tests.spoilt import spoilt

ACT = transfer(1)
READ = read_verified_act(ACT)
FORGED = spoilt(ACT)
COMPANY_OWNER = holder_owner(COMPANY)
NEVER = Never(Inadmissible.BAD_SIGNATURE, "the signature doesn't verify")


def never(_: bytes) -> None:
    """Verifies nothing."""
    raise ZeroDivisionError


def digest(number: int) -> Hash:
    """A hash of no bytes."""
    return Hash(number.to_bytes(32, "big"))


def test_the_last_values_are_kept_within_the_room() -> None:
    recent: Recent[int] = Recent(100)
    for number in range(1_000):
        recent.put(digest(number), number, 10)
        assert len(recent) <= 10
        kept = range(max(0, number - 4), number + 1)
        assert [recent.get(digest(each)) for each in kept] == list(kept)
    assert recent.get(digest(0)) is None


def test_one_value_may_be_larger_than_the_room() -> None:
    recent: Recent[int] = Recent(100)
    for number in range(5):
        recent.put(digest(number), number, 1_000)
        assert recent.get(digest(number)) == number
        assert len(recent) <= 2


class TestAVerdict:
    def test_on_a_blocks_act_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        memory = Memory()
        assert memory.verdict(READ.bytes_hash) is None
        assert memory.act(ACT) == READ
        for _ in range(2):
            with pytest.raises(InadmissibleError, match="BAD_SIGNATURE"):
                memory.act(FORGED)
            monkeypatch.setattr(memory_module, "read_verified_act", never)
        assert memory.act(ACT) == READ

    def test_is_not_made_where_reading_raises(self, monkeypatch: pytest.MonkeyPatch) -> None:
        memory = Memory()
        with monkeypatch.context() as planted:
            planted.setattr(memory_module, "read_verified_act", never)
            with pytest.raises(ZeroDivisionError):
                memory.act(ACT)
        assert memory.act(ACT) == READ

    def test_of_strangers_pushes_out_strangers_alone(self) -> None:
        memory, waiting = Memory(), Waiting(ACT, READ, COMPANY_OWNER, None)
        mempool = Mempool()
        mempool.add(waiting)
        memory.look_into(mempool)
        proposed = transfer(2)
        memory.act(proposed)
        decided = read_verified_act(transfer(3))
        memory.decided([decided])
        room = memory_module._REFUSED_BYTES // memory_module._EACH_BYTES
        for number in range(2 * room):
            memory.refused(digest(number), NEVER, 0)
        assert len(memory._refused) <= room + 1
        assert memory.verdict(digest(0)) is None
        assert memory.verdict(digest(2 * room - 1)) == NEVER
        assert memory.verdict(READ.bytes_hash) == READ
        assert memory.verdict(read_verified_act(proposed).bytes_hash) is not None
        assert memory.gone(decided.bytes_hash) is not None

    def test_that_is_known_takes_no_more_room(self) -> None:
        memory = Memory()
        for _ in range(3):
            memory.refused(digest(1), NEVER, 0)
        assert memory._refused._taken == memory_module._EACH_BYTES


DROPPED = [
    #  sentence                                reason                        gone
    ("what expired never comes back",          Inadmissible.EXPIRED,         True),
    ("what was decided never comes back",      Inadmissible.DUPLICATE,       True),
    ("what raised an error never comes back",  Inadmissible.MALFORMED,       True),
    ("a key may live later",                   Inadmissible.NO_LIVE_KEY,     False),
    ("the engine may have room later",         None,                         False),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "reason", "gone"), DROPPED, ids=[row[0] for row in DROPPED])
def test_what_waits_no_longer_is_known(
    sentence: str, reason: Inadmissible | None, gone: bool
) -> None:
    memory, mempool = Memory(), Mempool()
    memory.look_into(mempool)
    waiting = Waiting(ACT, READ, COMPANY_OWNER, None)
    mempool.add(waiting)
    memory.drop(waiting, None if reason is None else InadmissibleError(reason, "why"))
    assert len(mempool) == 0
    told = memory.gone(READ.bytes_hash)
    if gone:
        assert told is not None and (told.reason, told.detail) == (reason, "why")
        assert memory.verdict(READ.bytes_hash) is None
    else:
        assert told is None
        assert memory.verdict(READ.bytes_hash) == READ
