"""The last 16 heights: their rows as they were, and proofs that ICS23 and the row trees accept."""

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from typing_extensions import override

from cfi.client.light.proofs import verify_membership, verify_non_membership
from cfi.contracts.state.changes import drop, put, put_public
from cfi.contracts.state.history import NotKeptError, Version
from cfi.contracts.state.row_tree import verify_row
from cfi.contracts.state.rows.access import KEYS, USERS, UserKey
from cfi.contracts.state.rows.governance import PARAMETERS
from cfi.contracts.state.rows.true_up import TRUE_UPS, Stage, TrueUp
from cfi.contracts.state.table import OwnerKey, RowKey, holder_owner
from cfi.contracts.wire.limits import PROVABLE_HEIGHTS
from cfi.contracts.wire.quantities import Instant, Year
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.text import UserId
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.state.heights import Kept, Writer, kept

NOBODY = OwnerKey(b"Hnobody")
NO_KEY = RowKey(b"\x20none")
TRUE_UP = TrueUp(
    year=Year(2003),
    stage=Stage.SCHEDULED,
    opens_at=Instant(5),
    elections_at=Instant(6),
    settles_at=Instant(7),
    cure_at=Instant(8),
    closes_at=Instant(9),
    due_at=None,
)


@pytest.fixture(scope="module", params=range(3))
def history(request: pytest.FixtureRequest) -> tuple[Writer, list[Kept]]:
    writer = Writer(request.param)
    copies = []
    for _ in range(PROVABLE_HEIGHTS + 4):
        writer.write()
        writer.ledger.seal()
        copies.append(kept(writer.ledger.store))
    return writer, copies[-PROVABLE_HEIGHTS - 1 :]


def names(copies: list[Kept]) -> list[OwnerKey]:
    return sorted({name for copy in copies for name in copy.owners})


def test_rows_are_as_they_were(history: tuple[Writer, list[Kept]]) -> None:
    writer, copies = history
    for copy in copies:
        version = Version(writer.ledger.store, copy.height)
        for tag in range(256):
            assert version.public_keys(tag) == sorted(key for key in copy.public if key[0] == tag)
        assert {key: version.public(key) for key in copy.public} == copy.public
        for name in (*names(copies), NOBODY):
            seed, rows = copy.owners.get(name, (None, {}))
            assert version.seed(name) == seed
            for tag in range(256):
                assert version.owned_keys(name, tag) == sorted(key for key in rows if key[0] == tag)
            assert {key: version.owned(name, key) for key in rows} == {
                key: row[12:] for key, row in rows.items()
            }
            assert version.owned(name, NO_KEY) is None


def test_they_are_read_from_any_place_on(history: tuple[Writer, list[Kept]]) -> None:
    writer, copies = history
    for copy in copies:
        version = Version(writer.ledger.store, copy.height)
        for after in (None, NO_KEY, *copy.public):
            for tag in {key[0]: None for key in copy.public}:
                rows = {key: row for key, row in copy.public.items() if key[0] == tag}
                found = list(version.public_from(tag, after))
                assert found == sorted(each for each in rows.items() if after is None or each[0] > after)
        for name in (*names(copies), NOBODY):
            rows = copy.owners.get(name, (None, {}))[1]
            for after in (None, NO_KEY, *rows):
                for tag in {key[0]: None for key in rows}:
                    keys = [key for key in rows if key[0] == tag and (after is None or key > after)]
                    assert list(version.owned_keys_from(name, tag, after)) == sorted(keys)


class Watched(list[RowKey]):
    """Keys that know how often one of them was looked at."""

    looks = 0

    @override
    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        self.looks += len(found) if isinstance(place, slice) else 1
        return found


def test_keys_that_are_not_read_are_not_looked_at() -> None:
    ledger = Ledger()
    ledger.given_holder("company-a")
    for number in range(300):
        ledger.parameter(f"p{number:03d}", number)
        ledger.given_user("company-a", f"u{number:03d}")
    ledger.seal()
    version, company = Version(ledger.store, ledger.store.height), holder_owner("company-a")
    public = ledger.store._public[PARAMETERS.tag]
    own = ledger.store.accounts_and_holders[company].rows
    for rows, keys in (
        (public, (key for key, _ in version.public_from(PARAMETERS.tag))),
        (own, version.owned_keys_from(company, USERS.tag, USERS.row_key(b"u100"))),
    ):
        rows._keys = watched = Watched(rows._keys)
        assert len(list(islice(keys, 5))) == 5
        assert 5 <= watched.looks < 60


def test_what_is_not_read_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger()
    ledger.given_holder("company-a")
    for number in range(200):
        ledger.parameter(f"p{number:03d}", number)
        ledger.given_user("company-a", f"u{number:03d}")
    ledger.seal()
    ledger.parameter("p003", 9)
    ledger.seal()
    version, read = Version(ledger.store, ledger.store.height - 1), list[RowKey]()
    public, packed = Version.public, Version._packed

    def counted(self: Version, key: RowKey) -> bytes | None:
        read.append(key)
        return public(self, key)

    def counted_owned(self: Version, owner: OwnerKey, key: RowKey) -> bytes | None:
        read.append(key)
        return packed(self, owner, key)

    monkeypatch.setattr(Version, "public", counted)
    monkeypatch.setattr(Version, "_packed", counted_owned)
    after = PARAMETERS.row_key(b"p100")
    page = [key for key, _ in islice(version.public_from(PARAMETERS.tag, after), 5)]
    assert page == read == [PARAMETERS.row_key(b"p%d" % number) for number in range(101, 106)]
    read.clear()
    company = holder_owner("company-a")
    users = version.owned_keys_from(company, USERS.tag, USERS.row_key(b"u100"))
    assert list(islice(users, 5)) == read == [USERS.row_key(b"u%d" % each) for each in range(101, 106)]


def test_they_are_counted_listed_and_found_as_they_were(
    history: tuple[Writer, list[Kept]],
) -> None:
    writer, copies = history
    assert any(copy.due != copies[-1].due for copy in copies)
    for copy in copies:
        version = Version(writer.ledger.store, copy.height)
        assert list(version.due_items()) == copy.due
        for name in (*names(copies), NOBODY):
            assert version.row_count(name) == len(copy.owners.get(name, (b"", {}))[1])
        for kind in (b"H", b"A"):
            assert version.owners(kind) == [name for name in sorted(copy.owners) if name[:1] == kind]


def test_a_key_is_found_where_it_was() -> None:
    """It is nobody's, then a company's, then with another date, another company's, and nobody's."""
    ledger = Ledger()
    ledger.given_holder("company-a")
    ledger.given_holder("company-b")
    key = UserKey(
        key=PublicKey(bytes(32)), user_id=UserId("u"), valid_from=NOW, valid_to=None, revoked=False
    )
    later = replace(key, valid_from=Instant(NOW + 1))
    copies = []
    for written in (
        (),
        (put(KEYS, "company-a", key),),
        (put(KEYS, "company-a", later),),
        (drop(KEYS, "company-a", later), put(KEYS, "company-b", key)),
        (drop(KEYS, "company-b", key),),
    ):
        ledger.given(*written)
        ledger.seal()
        copies.append(kept(ledger.store))
    found = []
    for copy in copies:
        place = Version(ledger.store, copy.height).find(KEYS.tag, key.key)
        assert place == copy.unique.get(bytes((KEYS.tag,)) + key.key)
        found.append(place and place[0])
    assert found == [None, b"Hcompany-a", b"Hcompany-a", b"Hcompany-b", None]


def test_a_public_row_falls_due_as_it_was() -> None:
    ledger = Ledger()
    copies = []
    for due_at in (5, 7, None):
        ledger.given(put_public(TRUE_UPS, replace(TRUE_UP, due_at=None if due_at is None else Instant(due_at))))
        ledger.seal()
        copies.append(kept(ledger.store))
    for copy in copies:
        assert list(Version(ledger.store, copy.height).due_items()) == copy.due
    assert [len(copy.due) for copy in copies] == [1, 1, 0]


def test_what_is_public_is_proved(history: tuple[Writer, list[Kept]]) -> None:
    writer, copies = history
    every = sorted({key for copy in copies for key in copy.public})
    for copy in copies:
        version = Version(writer.ledger.store, copy.height)
        for key in every:
            proof, row = version.prove_public(key), copy.public.get(key)
            if row is None:
                assert verify_non_membership(copy.app_hash, proof, key)
            else:
                assert verify_membership(copy.app_hash, proof, key, row)


def test_every_row_is_shown_under_its_heights_root(history: tuple[Writer, list[Kept]]) -> None:
    writer, copies = history
    for copy in copies:
        version = Version(writer.ledger.store, copy.height)
        for name in names(copies):
            leaf = version.prove_owner(name)
            assert (leaf is None) is (name not in copy.owners)
            if leaf is None:
                assert version.show_rows(name, [NO_KEY]) == []
                continue
            assert verify_membership(copy.app_hash, leaf.proof, leaf.key, leaf.value)
            rows = copy.owners[name][1]
            found = version.show_rows(name, [*rows, NO_KEY])
            for (key, packed), row in zip(rows.items(), found, strict=True):
                assert row.row.row == key[:1] + packed[12:]
                assert verify_row(leaf.value, row.blinding, row.row)


def test_what_was_not_there_is_not_shown(history: tuple[Writer, list[Kept]]) -> None:
    writer, copies = history
    version = Version(writer.ledger.store, copies[0].height)
    assert version.prove_owner(NOBODY) is None
    assert version.show_rows(OwnerKey(b"Hcompany-a"), [NO_KEY]) == []


def test_older_and_later_heights_are_not_kept(history: tuple[Writer, list[Kept]]) -> None:
    writer, _ = history
    height = writer.ledger.store.height
    for other in (height - PROVABLE_HEIGHTS - 1, height + 1):
        with pytest.raises(NotKeptError, match=f"height {other} is not among the last 16"):
            Version(writer.ledger.store, other)
