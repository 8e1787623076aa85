"""What contracts may not do, read from the syntax tree.  (style rules 1, 2, 8 and 12)

The checks err on the side of a false alarm: what they can't tell apart is refused, and is written differently.
"""

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from tests.architecture.sets import iterated_sets

ALLOWED_MODULES: Final = frozenset(
    "abc bisect cbor2 cfi.contracts collections collections.abc dataclasses enum fractions functools "
    "hashlib heapq itertools nacl.bindings nacl.exceptions operator types typing typing_extensions".split()
)
ALLOWED_NAMES: Final = {
    "operator": frozenset(["attrgetter", "call", "itemgetter"]),
    "nacl.bindings": frozenset(["crypto_sign", "crypto_sign_open", "crypto_sign_seed_keypair"]),
}
"""Of modules that hold chance or floating point besides: what may be taken from them."""
ALLOWED_DUNDERS: Final = frozenset("__class__ __getitem__ __init__ __name__ __setattr__".split())
BANNED_NAMES: Final = frozenset(
    "__import__ breakpoint compile complex delattr eval exec float globals hash id input locals open "
    "print repr round setattr vars Decimal".split()
)
UNICODE_METHODS: Final = frozenset(
    "capitalize casefold expandtabs isalnum isalpha isdecimal isdigit isidentifier islower isnumeric "
    "isprintable isspace istitle isupper lower splitlines swapcase title upper".split()
)
BLANK_METHODS: Final = frozenset(["strip", "lstrip", "rstrip", "split", "rsplit"])
MUTABLE_CALLS: Final = frozenset(
    "bytearray dict list set sorted Counter OrderedDict defaultdict deque ChainMap".split()
)
MODULAR: Final = 3
"""Arguments of a power that has a modulus, and so an exponent of any sign."""
CACHES: Final = frozenset(["cache", "lru_cache"])
NUMBERS: Final = "contracts/wire/quantities.py"
"""The one module that reads numbers from text."""
WORKINGS: Final = frozenset(
    [
        "contracts/state/index.py",
        "contracts/state/overlay.py",
        "contracts/state/store.py",
        "contracts/state/trees.py",
    ]
)
"""What holds the rows and their trees, and so changes; all other dataclasses are values."""
MADE_ONCE: Final = "contracts/wire/schema.py"
"""The one module that keeps what it made: schemas, which follow from the types alone."""


def faults(source: str, where: str) -> list[str]:
    """Every breach in a module's source, each as 'line: what'."""
    tree = ast.parse(source)
    found = [*_module_state(tree), *_kept_by_functions(tree), *iterated_sets(tree)]
    found += _text_as_numbers(tree)
    for node in ast.walk(tree):
        found.extend((node.lineno, what) for what in _at(node, where) if hasattr(node, "lineno"))
    return [f"{line}: {what}" for line, what in sorted(set(found))]


def _at(node: ast.AST, where: str) -> Iterator[str]:
    match node:
        case ast.Import() | ast.ImportFrom():
            yield from _imports(node)
        case ast.BinOp() | ast.AugAssign():
            yield from _arithmetic(node, where)
        case ast.Call():
            yield from _calls(node, where)
        case ast.FunctionDef() | ast.ClassDef():
            yield from _definitions(node, where)
        case _:
            yield from _words(node, where)


def _words(node: ast.AST, where: str) -> Iterator[str]:
    match node:
        case ast.Constant(value=float() | complex()):
            yield "a floating-point number"
        case ast.Name(id="Decimal") if where == NUMBERS:
            return
        case ast.Name(id=name) if name in BANNED_NAMES:
            yield name
        case ast.Attribute(attr=name) if _is_special(name):
            yield f".{name} is not for contracts"
        case ast.Attribute(value=ast.Name(id="str"), attr=name) if name in UNICODE_METHODS:
            yield f"str.{name} follows Unicode's tables"
        case ast.Global() | ast.Nonlocal():
            yield "a variable shared by assignment"
        case ast.AsyncFunctionDef() | ast.AsyncFor() | ast.AsyncWith() | ast.Await():
            yield "asynchronous code"
        case _:
            pass


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in ALLOWED_DUNDERS


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
        yield from (f"import of all of {name}" for name in names if name in ALLOWED_NAMES)
    elif node.level:
        names = ["a relative module"]
    else:
        names = [node.module or ""]
        allowed = ALLOWED_NAMES.get(names[0])
        taken = [alias.name for alias in node.names]
        yield from (f"import of {each}" for each in taken if allowed is not None and each not in allowed)
    for name in names:
        parts = name.split(".")
        if not any(".".join(parts[:n]) in ALLOWED_MODULES for n in range(1, len(parts) + 1)):
            yield f"import of {name}"


def _arithmetic(node: ast.BinOp | ast.AugAssign, where: str) -> Iterator[str]:
    if isinstance(node.op, ast.Div):
        yield "/ (name the rounding)"
    right = node.right if isinstance(node, ast.BinOp) else node.value
    if isinstance(node.op, ast.Pow) and where != NUMBERS and not isinstance(right, ast.Constant):
        yield "a power that might be negative (wire/quantities.py)"


def _calls(node: ast.Call, where: str) -> Iterator[str]:
    yield from _numbers(node, where)
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in CACHES and where != MADE_ONCE:
            yield "a cache is state"
        case ast.Attribute(attr=name) if name in UNICODE_METHODS:
            yield f".{name}() follows Unicode's tables"
        case ast.Attribute(attr=name) if name in BLANK_METHODS and not node.args:
            yield f".{name}() without an argument follows Unicode's tables"
        case _:
            pass


def _numbers(node: ast.Call, where: str) -> Iterator[str]:
    """Calls that make a number of text, or of numbers what is no exact number."""
    if where == NUMBERS:
        return
    match node.func:
        case ast.Name(id="int") if node.args:
            yield "int(...) (text: wire/quantities.py; an enumeration: .value)"
        case ast.Name(id="Fraction") if _is_text(node.args[:1]):
            yield "Fraction(text)"
        case ast.Name(id="pow") if len(node.args) + len(node.keywords) < MODULAR:
            yield "pow without a modulus (a power might be negative)"
        case ast.Name(id="isinstance" | "issubclass"):
            return
        case _:
            pass
    if any(_is_name(each, "int", "Fraction") for each in node.args):
        yield "a reader of numbers as a function"


def _is_name(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _text_as_numbers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Calls of Fraction on a name that the module annotates as text."""
    texts = {
        node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg) and node.annotation and _is_name(node.annotation, "str")
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Fraction"), args=[ast.Name(id=name), *_]) if name in texts:
                yield node.lineno, "Fraction(text)"
            case _:
                pass


def _kept_by_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What outlives a call: a default that can change, an attribute of a function or a class."""
    named = [
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        yield from ((node.lineno, "a default that can change") for d in defaults if _is_mutable(d))
        for inner in ast.walk(node):
            if not isinstance(inner, ast.Assign):
                continue
            for target in inner.targets:
                if isinstance(target, ast.Attribute) and _is_name(target.value, *named):
                    yield inner.lineno, "an attribute of a function or a class"


def _is_text(arguments: list[ast.expr]) -> bool:
    match arguments:
        case [ast.Constant(value=str()) | ast.JoinedStr()]:
            return True
        case [ast.Call(func=ast.Name(id="str") | ast.Attribute(attr="decode" | "join"))]:
            return True
        case _:
            return False


def _definitions(node: ast.FunctionDef | ast.ClassDef, where: str) -> Iterator[str]:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name in CACHES and where != MADE_ONCE:
            yield "a cache is state"
        if name == "dataclass":
            yield from _dataclass(decorator, where)


def _dataclass(decorator: ast.expr, where: str) -> Iterator[str]:
    keywords = decorator.keywords if isinstance(decorator, ast.Call) else []
    true = {k.arg for k in keywords if isinstance(k.value, ast.Constant) and k.value.value is True}
    wanted = {"slots"}
    if not PurePath(where).is_relative_to("contracts/transition") and where not in WORKINGS:
        wanted.add("frozen")
    if PurePath(where).is_relative_to("contracts/wire/messages"):
        wanted.add("kw_only")
    for missing in sorted(wanted - true):
        yield f"a dataclass that isn't {missing}"


def _module_state(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Module and class level names that hold something mutable."""
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    for statement in (statement for body in bodies for statement in body):
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or _is_dunder(statement):
            continue
        if _is_mutable(statement.value):
            yield statement.lineno, "mutable state of a module or class"


def _is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.BinOp):
        return _is_mutable(value.left) or _is_mutable(value.right)
    if isinstance(value, ast.Call):
        called = value.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        return name in MUTABLE_CALLS
    return isinstance(
        value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
    )


def _is_dunder(statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return all(isinstance(t, ast.Name) and t.id in {"__all__", "__slots__"} for t in targets)
