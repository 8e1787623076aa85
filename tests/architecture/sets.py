"""Where a set is gone through in its own order, which differs from machine to machine.  (style rule 12)

A value is taken for a set by its form (a display, `set(...)`, a union of sets) or by its name, where the
same module assigns or annotates that name as a set.
"""

import ast
from collections.abc import Iterator
from typing import Final

CONSTRUCTORS: Final = frozenset(["set", "frozenset"])
ANNOTATIONS: Final = frozenset(["set", "frozenset", "Set", "AbstractSet", "MutableSet"])
SET_METHODS: Final = frozenset("union intersection difference symmetric_difference".split())
VIEWS: Final = frozenset(["keys", "items"])
"""What gives a mapping's keys in order, but a set where it is joined with another."""
SET_OPERATORS: Final = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
ORDERLESS: Final = frozenset("all any frozenset len max min set sorted sum bool".split())
"""What takes a set and gives the same for every order."""
ORDERED: Final = frozenset(
    "bytes dict enumerate filter iter list map next reversed tuple zip join fromkeys extend chain "
    "from_iterable islice accumulate reduce starmap".split()
)


def iterated_sets(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The lines where the order of a set would be seen."""
    names = _set_names(tree)
    orderless = _orderless_generators(tree)
    for node in ast.walk(tree):
        for iterated in _iterated(node, orderless):
            if _is_set(iterated, names):
                yield iterated.lineno, "the order of a set"
        match node:
            case ast.Call(func=ast.Attribute(attr="pop", value=value), args=[]) if _is_set(
                value, names
            ):
                yield node.lineno, "the order of a set (pop)"
            case _:
                pass


def _iterated(node: ast.AST, orderless: set[ast.AST]) -> Iterator[ast.expr]:
    match node:
        case ast.For(iter=iterated) | ast.Starred(value=iterated) | ast.YieldFrom(value=iterated):
            yield iterated
        case ast.ListComp() | ast.DictComp() | ast.GeneratorExp() if node not in orderless:
            yield from (generator.iter for generator in node.generators)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in ORDERED:
            yield from node.args
        case ast.Call(func=ast.Name(id="max" | "min"), keywords=[_, *_]):
            yield from node.args
        case ast.Call(func=ast.Name(id="str" | "repr" | "format")):
            yield from node.args
        case ast.FormattedValue(value=value):
            yield value
        case ast.Assign(targets=[ast.Tuple() | ast.List()]):
            yield node.value
        case _:
            pass


def _orderless_generators(tree: ast.Module) -> set[ast.AST]:
    """Generators that only feed something whose result has no order."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in ORDERLESS:
                found.update(a for a in node.args if isinstance(a, ast.GeneratorExp | ast.ListComp))
            case _:
                pass
    return found


def _set_names(tree: ast.Module) -> set[str]:
    """The names of variables, attributes and functions that this module makes or calls sets."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[target], value=value) if _is_set(value, names):
                names.add(_name(target))
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                if _says_set(annotation) or (value is not None and _is_set(value, names)):
                    names.add(_name(target))
            case ast.arg(arg=name, annotation=annotation) if _says_set(annotation):
                names.add(name)
            case ast.FunctionDef(name=name, returns=annotation) if _says_set(annotation):
                names.add(name)
            case _:
                pass
    return names - {""}


def _says_set(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Subscript):
        if _name(annotation.value) == "Final":
            return _says_set(annotation.slice)
        annotation = annotation.value
    return annotation is not None and _name(annotation) in ANNOTATIONS


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_view(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in VIEWS
    )


def _is_set(node: ast.expr, names: set[str]) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.BinOp(left=left, op=operator, right=right) if isinstance(operator, SET_OPERATORS):
            return any(_is_set(each, names) or _is_view(each) for each in (left, right))
        case ast.Call(func=ast.Attribute(attr=method, value=value)) if method in SET_METHODS:
            return _is_set(value, names)
        case ast.Call(func=called):
            return _name(called) in CONSTRUCTORS or _name(called) in names
        case ast.Name() | ast.Attribute():
            return _name(node) in names
        case _:
            return False
