"""The sparse Merkle tree whose root is the app hash, over SHA-256 of the keys.  (ICS23, SmtSpec)

A leaf sits at the shallowest depth where it is alone. Nodes never change, so a tree shares what it
can with the one it was made from, and the trees of earlier heights stay whole while they are held.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, TypeAlias, Union

from cfi.contracts.wire.merkle import EMPTY_HASH, bit_at, hashed, inner_hash, leaf_hash
from cfi.contracts.wire.proofs import Absence, Existence

Leaf: TypeAlias = tuple[bytes, bytes, bytes, bytes]
"""Its hash, SHA-256(key), key, value. Among changes, one without a hash takes the key away."""
Inner: TypeAlias = tuple[bytes, "Node | None", "Node | None"]
"""Its hash, the left and the right child."""
Node: TypeAlias = Union[Leaf, Inner]  # noqa: UP007 (Inner names it before it is made)

_LEAF_SIZE: Final = 4
_INNER_SIZE: Final = 3


class OuterTree:
    """An immutable map from keys to values with one hash; neither a key nor a value is empty."""

    __slots__ = ("_root",)
    EMPTY: ClassVar["OuterTree"]

    def __init__(self, root: Node | None) -> None:
        self._root = root

    @property
    def root_hash(self) -> bytes:
        """32 bytes; all zero for the empty tree."""
        return _hash_of(self._root)

    def with_changes(self, changes: Mapping[bytes, bytes | None]) -> "OuterTree":
        """The tree with these values put under their keys; None takes a key away."""
        leaves = [_change(key, value) for key, value in changes.items()]
        leaves.sort(key=_key_hash)
        return OuterTree(_changed(self._root, leaves, 0) if leaves else self._root)

    def get(self, key: bytes) -> bytes | None:
        """The key's value, or None."""
        key_hash = hashed(key)
        leaf, _ = self._walk(key_hash)
        return leaf[3] if leaf is not None and leaf[1] == key_hash else None

    def prove(self, key: bytes) -> Existence | Absence:
        """A proof of the key's value or of its absence; in the empty tree without neighbours."""
        key_hash = hashed(key)
        leaf, passed = self._walk(key_hash)
        if leaf is not None and leaf[1] == key_hash:
            return _existence(leaf, passed)
        return Absence(
            key=key,
            left=self._beside(key_hash, leaf, passed, 0),
            right=self._beside(key_hash, leaf, passed, 1),
        )

    def _walk(self, key_hash: bytes) -> tuple[Leaf | None, list[Inner]]:
        """The leaf where a key's way ends, if any, and the inner nodes from the root to it."""
        node, passed = self._root, list[Inner]()
        while node is not None and len(node) == _INNER_SIZE:
            passed.append(node)
            node = node[2] if bit_at(key_hash, len(passed) - 1) else node[1]
        return node, passed

    def _beside(
        self, key_hash: bytes, end: Leaf | None, passed: Sequence[Inner], side: int
    ) -> Existence | None:
        """The leaf next to an absent key on one side (0: left, 1: right)."""
        if end is not None and (end[1] > key_hash) == (side == 1):
            return _existence(end, passed)
        for depth in range(len(passed) - 1, -1, -1):
            _, left, right = passed[depth]
            aside = right if side else left
            if aside is not None and bit_at(key_hash, depth) != side:
                return _existence(*self._found(_outermost(aside, 1 - side)[1]))
        return None

    def _found(self, key_hash: bytes) -> tuple[Leaf, list[Inner]]:
        leaf, passed = self._walk(key_hash)
        assert leaf is not None, "the key is in the tree"
        return leaf, passed


OuterTree.EMPTY = OuterTree(None)


def _change(key: bytes, value: bytes | None) -> Leaf:
    assert key, "a key is never empty"
    key_hash = hashed(key)
    if value is None:
        return b"", key_hash, key, b""
    assert value, "a value is never empty"
    return leaf_hash(key_hash, value), key_hash, key, value


def _key_hash(leaf: Leaf) -> bytes:
    return leaf[1]


def _hash_of(node: Node | None) -> bytes:
    return EMPTY_HASH if node is None else node[0]


def _changed(node: Node | None, changes: Sequence[Leaf], depth: int) -> Node | None:
    """The subtree at a depth with the sorted changes that fall into it, at least one."""
    if node is None or len(node) == _LEAF_SIZE:
        return _built(_with_leaf(node, changes), depth)
    _, left, right = node
    middle = _boundary(changes, depth) if len(changes) > 1 else _goes_left(changes[0], depth)
    if middle:
        left = _changed(left, changes[:middle], depth + 1)
    if middle < len(changes):
        right = _changed(right, changes[middle:], depth + 1)
    if left is None or right is None:
        return _with_one_child(left, right)
    return inner_hash(left[0], right[0]), left, right


def _with_one_child(left: Node | None, right: Node | None) -> Node | None:
    """The node over a child and nothing; a leaf that is alone rises."""
    child = right if left is None else left
    if child is None or len(child) == _LEAF_SIZE:
        return child
    return inner_hash(_hash_of(left), _hash_of(right)), left, right


def _with_leaf(old: Leaf | None, changes: Sequence[Leaf]) -> list[Leaf]:
    """The leaves that changes put, and the old one in its place unless a change has its key."""
    leaves = [leaf for leaf in changes if leaf[0]]
    if old is not None and all(leaf[1] != old[1] for leaf in changes):
        leaves.append(old)
        leaves.sort(key=_key_hash)
    return leaves


def _built(leaves: Sequence[Leaf], depth: int) -> Node | None:
    """The subtree at a depth of sorted leaves."""
    if not leaves:
        return None
    if len(leaves) == 1:
        return leaves[0]
    middle = _boundary(leaves, depth)
    left, right = _built(leaves[:middle], depth + 1), _built(leaves[middle:], depth + 1)
    return inner_hash(_hash_of(left), _hash_of(right)), left, right


def _goes_left(leaf: Leaf, depth: int) -> int:
    """1 if a leaf goes left at a depth, else 0."""
    return 1 - bit_at(leaf[1], depth)


def _boundary(leaves: Sequence[Leaf], depth: int) -> int:
    """How many of the sorted leaves go left at a depth."""
    byte, mask = depth >> 3, 0x80 >> (depth & 7)
    least, most = 0, len(leaves)
    while least < most:
        middle = (least + most) >> 1
        if leaves[middle][1][byte] & mask:
            most = middle
        else:
            least = middle + 1
    return least


def _outermost(node: Node, side: int) -> Leaf:
    """The first (side 0) or the last (side 1) leaf below a node."""
    while len(node) == _INNER_SIZE:
        _, left, right = node
        near, far = (right, left) if side else (left, right)
        below = far if near is None else near
        assert below is not None, "an inner node has a child"
        node = below
    return node


def _existence(leaf: Leaf, passed: Sequence[Inner]) -> Existence:
    """What proves a leaf: the nodes beside its way, from the leaf up."""
    siblings = [
        _hash_of(node[1] if bit_at(leaf[1], depth) else node[2])
        for depth, node in enumerate(passed)
    ]
    siblings.reverse()
    return Existence(key=leaf[2], value=leaf[3], siblings=tuple(siblings))
