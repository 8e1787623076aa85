"""The validator's key: one vote a height, whatever happens."""

import json
from pathlib import Path

import pytest

from cfi.contracts.wire.signatures import public_key_of, verify
from cfi.node.consensus import private_validator
from cfi.node.consensus.private_validator import (
    DoubleSignError,
    PrivateValidator,
    write_fresh_state,
    write_key,
)
from cfi.node.storage.database import DamagedError

SEED = bytes(range(32))


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    key, state = tmp_path / "key.json", tmp_path / "state.json"
    write_key(key, SEED)
    write_fresh_state(state)
    return key, state


def test_a_vote_is_signed_by_the_key(paths: tuple[Path, Path]) -> None:
    validator = PrivateValidator(*paths)
    assert validator.public_key == public_key_of(SEED)
    assert verify(validator.public_key, b"vote", validator.sign_vote(1, b"vote"))


def test_the_same_vote_has_the_same_signature_also_after_a_restart(
    paths: tuple[Path, Path],
) -> None:
    signature = PrivateValidator(*paths).sign_vote(5, b"vote")
    again = PrivateValidator(*paths)
    assert again.last.height == 5
    assert again.sign_vote(5, b"vote") == signature == again.sign_again(b"vote")


@pytest.mark.parametrize(("height", "vote"), [(5, b"another"), (4, b"vote"), (4, b"another")])
def test_no_other_vote_is_signed_at_a_height_that_was_signed(
    paths: tuple[Path, Path], height: int, vote: bytes
) -> None:
    validator = PrivateValidator(*paths)
    validator.sign_vote(5, b"vote")
    for each in (validator, PrivateValidator(*paths)):
        with pytest.raises(DoubleSignError, match=f"height {height} was signed before"):
            each.sign_vote(height, vote)


def test_a_signature_that_is_not_on_the_disk_does_not_leave(
    paths: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    validator = PrivateValidator(*paths)
    with monkeypatch.context() as patch:
        patch.setattr(private_validator, "write_atomically", full)
        with pytest.raises(OSError, match="No space"):
            validator.sign_vote(1, b"vote")
    assert validator.last.height == 0


def test_the_files_are_cometbfts(paths: tuple[Path, Path]) -> None:
    PrivateValidator(*paths).sign_vote(7, b"\x01\xab")
    key, state = (json.loads(path.read_text()) for path in paths)
    assert key["pub_key"]["type"] == "tendermint/PubKeyEd25519"
    assert key["priv_key"]["type"] == "tendermint/PrivKeyEd25519"
    assert len(key["address"]) == 40 and key["address"] == key["address"].upper()
    assert (state["height"], state["round"], state["step"]) == ("7", 0, 3)
    assert state["signbytes"] == "01AB"


OTHER_KEY = '{"priv_key": {"value": "' + "A" * 86 + '=="}}'
DAMAGE = [
    #  sentence                     which  content            what is said
    ("no key file",                 0,     None,              "can't be read"),
    ("a key file of another kind",  0,     "{}",              "can't be read"),
    ("a key that is no list",       0,     "[]",              "can't be read"),
    ("a key of other halves",       0,     OTHER_KEY,         "no Ed25519 key"),
    ("no signing state",            1,     None,              "never delete it"),
    ("an empty signing state",      1,     "",                "never delete it"),
    ("a height that is no number",  1,     '{"height": "x"}', "never delete it"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "which", "content", "said"), DAMAGE, ids=[row[0] for row in DAMAGE]
)
def test_damaged_files_stop_the_node(
    paths: tuple[Path, Path], sentence: str, which: int, content: str | None, said: str
) -> None:
    if content is None:
        paths[which].unlink()
    else:
        paths[which].write_text(content)
    with pytest.raises(DamagedError, match=said):
        PrivateValidator(*paths)
