"""Proofs that show nothing, each built with care from true ones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from cfi.contracts.state.outer_tree import OuterTree
from cfi.contracts.wire.proofs import Absence, Existence, encode_absence, encode_existence
from tests.reference.commitment_proof import (
    Exist,
    Nonexist,
    batch,
    compressed,
    honest,
    inner_op,
    leaf_op,
    plain,
    step,
    text,
)
from tests.reference.trees import ZERO, bits, h

ITEMS: Final = {b"\x10key %d" % n: b"value %d" % n for n in range(24)}
TREE: Final = OuterTree.EMPTY.with_changes(ITEMS)
IN_ORDER: Final = sorted(ITEMS, key=h)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A proof, and what it claims; no value claims absence."""

    sentence: str
    root: bytes
    key: bytes
    value: bytes | None
    proof: bytes


def present(key: bytes) -> Existence:
    """The true proof of a key of the tree."""
    proof = TREE.prove(key)
    assert isinstance(proof, Existence)
    return proof


def absent(key: bytes, tree: OuterTree = TREE) -> Absence:
    """The true proof that a key is not in a tree."""
    proof = tree.prove(key)
    assert isinstance(proof, Absence)
    return proof


def forgeries() -> Iterator[Claim]:
    """All of them."""
    yield from _of_the_leaf()
    yield from _of_the_path()
    yield from _of_another_tree()
    yield from _of_absence()


def _claim(sentence: str, proof: bytes, key: bytes, value: bytes | None = None) -> Claim:
    return Claim(sentence=sentence, root=TREE.root_hash, key=key, value=value, proof=proof)


def _of_the_leaf() -> Iterator[Claim]:
    key = IN_ORDER[7]
    value, true = ITEMS[key], honest(present(key))

    def told(sentence: str, **changes: object) -> Claim:
        lie = replace(true, **changes)  # type: ignore[arg-type]
        return _claim(sentence, plain(lie), lie.key, lie.value)

    yield told("a hash taken for the key", key=h(key), leaf=leaf_op(key_op=0))
    yield told("a hash taken for the value", value=h(value), leaf=leaf_op(value_op=0))
    yield told(
        "key bytes moved into the prefix",
        key=h(key)[1:],
        leaf=leaf_op(key_op=0, prefix=b"\0" + h(key)[:1]),
    )
    yield told(
        "the whole key moved into the prefix",
        key=h(value)[:1],
        value=h(value)[1:],
        leaf=leaf_op(key_op=0, value_op=0, prefix=b"\0" + h(key)),
    )
    yield told("another value", value=b"another")
    yield told("another key", key=b"\x10another")
    yield told("no leaf operation", leaf=b"")
    yield told("a length before the key", leaf=leaf_op(length=1))
    yield told("another hash", leaf=leaf_op(hash_op=2))
    yield told("the empty key", key=b"")
    yield told("the empty value", value=b"")
    yield told(
        "an inner node read as a leaf",
        key=present(IN_ORDER[-1]).siblings[-1],
        value=present(IN_ORDER[0]).siblings[-1],
        leaf=leaf_op(key_op=0, value_op=0, prefix=b"\1"),
        steps=[],
    )


def _of_the_path() -> Iterator[Claim]:
    key = IN_ORDER[7]
    proof = present(key)
    value, true = ITEMS[key], honest(proof)
    below, top = true.steps[:-1], proof.siblings[-1]
    way = bits(key)[0]
    other_way = "1" if way == "0" else "0"

    def told(sentence: str, *steps: bytes) -> Claim:
        return _claim(sentence, plain(replace(true, steps=steps)), key, value)

    yield told("the last step left out", *below)
    yield told("the first step left out", *true.steps[1:])
    yield told("no step", *true.steps[:0])
    yield told("a step more", *true.steps, step("0", ZERO))
    yield told("the last step the other way", *below, step(other_way, top))
    yield told("a step with another hash", *below, inner_op(b"\1", top, hash_op=2))
    yield told("a step with a longer prefix", *below, inner_op(b"\1\1", top))
    yield told("a step with prefix 00", *below, inner_op(b"\0", top))
    yield told("a step with no prefix", *below, inner_op(b"", b"\1" + top))
    yield told("a step with two suffixes", *below, inner_op(b"\1", top + top))
    yield told("a step with a cut suffix", *below, inner_op(b"\1", top[1:]))
    yield told("a step with siblings on both sides", *below, inner_op(b"\1" + top, top))
    yield told("a step with no sibling", *below, inner_op(b"\1"))
    yield told("an empty step", *below, b"")
    yield told("257 steps", *[step("0", ZERO)] * 257)
    yield _claim(
        "another's way", plain(replace(true, steps=honest(present(IN_ORDER[8])).steps)), key, value
    )
    yield replace(told("another root", *true.steps), root=h(b"another"))
    yield replace(told("the empty root", *true.steps), root=ZERO)
    yield _claim(
        "absence shown as presence", encode_absence(absent(b"\x10none")), b"\x10none", b"v"
    )


def _of_another_tree() -> Iterator[Claim]:
    """Roots made by a liar: every hash is right, and the place or the reading of a leaf is not."""
    key, value = b"\x10key 0", b"value 0"
    other = b"\x10key 1"
    wrong = "0" if bits(key)[0] == "1" else "1"
    leaf, beside = h(b"\0", h(key), h(value)), h(b"\0", h(other), h(b"value 1"))
    pair = (leaf, beside) if wrong == "0" else (beside, leaf)
    yield Claim(
        sentence="a misplaced leaf",
        root=h(b"\1", *pair),
        key=key,
        value=value,
        proof=plain(Exist(key, value, [step(wrong, beside)])),
    )
    inside = b"\0" + h(key) + h(value)
    tree = TREE.with_changes({b"\x10host": inside})
    host = tree.prove(b"\x10host")
    assert isinstance(host, Existence)
    steps = [inner_op(b"\0" + h(host.key)), *honest(host).steps]
    for sentence, value_op in (
        ("a leaf read as an inner node", 1),
        ("a leaf read as an inner node, hashed less", 0),
    ):
        proof = plain(Exist(key, value, steps, leaf_op(value_op=value_op)))
        yield Claim(sentence=sentence, root=tree.root_hash, key=key, value=value, proof=proof)
    far = b"\x10key 3"
    alone = h(b"\0", h(far), h(b"value 3"))
    yield Claim(
        sentence="absence by a misplaced neighbour",
        root=h(b"\1", *((alone, ZERO) if bits(far)[0] == "1" else (ZERO, alone))),
        key=far + b"!",
        value=None,
        proof=plain(_lone_neighbour(far, far + b"!")),
    )


def _lone_neighbour(neighbour: bytes, key: bytes) -> Nonexist:
    wrong = "0" if bits(neighbour)[0] == "1" else "1"
    side = Exist(neighbour, ITEMS[neighbour], [step(wrong, ZERO)])
    return Nonexist(key, side, None) if h(neighbour) < h(key) else Nonexist(key, None, side)


def _of_absence() -> Iterator[Claim]:
    near = [honest(present(key)) for key in IN_ORDER]
    key, here = IN_ORDER[7], near[7]
    none = absent(b"\x10none")
    assert none.left is not None
    assert none.right is not None
    left, right = honest(none.left), honest(none.right)
    at = IN_ORDER.index(none.left.key)

    def told(sentence: str, key: bytes, *sides: Exist | None) -> Iterator[Claim]:
        lie = Nonexist(key, *sides)
        yield _claim(sentence, plain(lie), key)
        yield _claim(f"{sentence}, compressed", compressed(lie), key)

    yield from told("a present key left of itself", key, here, near[8])
    yield from told("a present key right of itself", key, near[6], here)
    yield from told("a present key on both sides of itself", key, here, here)
    yield from told("a present key between others", key, near[6], near[8])
    yield from told("a neighbour further left", none.key, near[at - 1], right)
    yield from told("a neighbour further right", none.key, left, near[at + 2])
    yield from told("neighbours changed over", none.key, right, left)
    yield from told("no neighbour", none.key, None, None)
    yield from told("nothing to the left", none.key, None, right)
    yield from told("nothing to the right", none.key, left, None)
    yield from told("a first key that isn't the first", _below(near[1].key), None, near[1])
    yield from told("a last key that isn't the last", _above(near[-2].key), near[-2], None)
    yield from told("a neighbour with another value", none.key, replace(left, value=b"x"), right)
    yield from told("the empty key", b"", left, right)
    yield from told("a neighbour at the root", none.key, replace(left, steps=[]), right)
    yield _claim(
        "a key that the proof doesn't name", plain(Nonexist(b"\x10?", left, right)), none.key
    )
    yield replace(_claim("another root", encode_absence(none), none.key), root=h(b"another"))
    yield replace(_claim("the empty root", encode_absence(none), none.key), root=ZERO)
    yield _claim("presence shown as absence", encode_existence(present(key)), key)


def _below(key: bytes) -> bytes:
    """A key whose hash is lower than that of every key but the first."""
    return next(k for k in _others() if h(IN_ORDER[0]) < h(k) < h(key))


def _above(key: bytes) -> bytes:
    """A key whose hash is higher than that of every key but the last."""
    return next(k for k in _others() if h(key) < h(k) < h(IN_ORDER[-1]))


def _others() -> Iterator[bytes]:
    return (b"\x11other %d" % n for n in range(10_000))


def framings() -> Iterator[Claim]:
    """A true proof in bytes that are no proof."""
    key = IN_ORDER[7]
    value, true = ITEMS[key], honest(present(key))
    message = true.plain()
    head = text(1, key) + text(2, value) + text(3, leaf_op())
    steps = b"".join(text(2, one) for one in true.steps)

    def told(sentence: str, proof: bytes) -> Claim:
        return _claim(sentence, proof, key, value)

    yield told("no bytes", b"")
    yield told("the last byte missing", plain(true)[:-1])
    yield told("a byte more", plain(true) + b"\0")
    yield told("twice", plain(true) * 2)
    yield told("an unknown kind", text(5, message))
    yield told("an unknown field", text(1, message + text(5, b"x")))
    yield told("a number where bytes belong", text(1, message + b"\x08\x01"))
    yield told("a key twice", text(1, text(1, key) + message))
    yield told("a field out of order", text(1, text(2, value) + text(1, key) + message[len(key) :]))
    yield told("a length that isn't the shortest", b"\x0a" + _padded(len(message)) + message)
    yield told("a length without end", b"\x0a\xff\xff\xff\xff\xff\xff")
    yield told("a length beyond the end", b"\x0a\x7fx")
    yield told("longer than any proof", batch(*[true] * 300))
    yield told("an empty batch", text(3, b""))
    yield told("a batch with an empty entry", text(3, text(1, b"")))
    yield told("a batch with an entry of no kind", text(3, text(1, text(3, message))))
    yield told("a batch with a lookup", text(3, text(1, text(1, message)) + steps))
    yield told(
        "a step that isn't looked up", text(4, text(1, text(1, head + text(4, b"\x7f"))) + steps)
    )
    yield told(
        "more looked up than a way is long",
        text(4, text(1, text(1, head + text(4, bytes(300)))) + steps),
    )
    yield told("a cut number of a step", text(4, text(1, text(1, head + text(4, b"\x80"))) + steps))
    yield told("a first proof of the key that fails", batch(replace(true, steps=[]), true))


def _padded(length: int) -> bytes:
    return bytes([length % 128 + 128, length // 128 + 128, 0])
