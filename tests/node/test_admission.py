"""A node counts what it takes, run by run."""

from hashlib import sha256

from cfi.contracts.wire.admission import Admission, is_genuine, read_admission
from cfi.contracts.wire.schema import Hash
from cfi.node.admission import AdmissionBook

CHAIN = "sim-test"
SEED = sha256(b"the node").digest()
ACTS = [(Hash(sha256(b"%d" % number).digest()), 100) for number in range(5)]
AT = 1_041_379_200_123


def admitted(book: AdmissionBook, first: int, last: int, height: int) -> list[Admission]:
    """Some of the acts, taken together."""
    return list(map(read_admission, book.admit(ACTS[first:last], height, AT + height)))


def test_the_sequence_goes_on() -> None:
    book = AdmissionBook(CHAIN, SEED)
    told = admitted(book, 0, 3, 7) + admitted(book, 3, 5, 8)
    assert [each.sequence for each in told] == [1, 2, 3, 4, 5]
    assert [each.height for each in told] == [7, 7, 7, 8, 8]
    assert len({each.run for each in told}) == 1
    assert all(is_genuine(each) and each.node_key == book.public_key for each in told)


def test_each_start_is_a_run_of_its_own() -> None:
    runs = [admitted(AdmissionBook(CHAIN, SEED), 0, 1, 7)[0] for _ in range(2)]
    assert [each.sequence for each in runs] == [1, 1]
    assert runs[0].run != runs[1].run
