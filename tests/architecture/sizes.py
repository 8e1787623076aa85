"""How long files and functions are.  (style rule 15)"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from typing import Final

MAX_FILE_LINES: Final = 400
MAX_FUNCTION_LINES: Final = 40
SILENT: Final = frozenset(
    [
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
        tokenize.ENCODING,
    ]
)
_OPENING: Final = re.compile(r"^(\s*)(func |(export )?(default )?(async )?function |.*=> \{$)")


def size_faults(source: str, suffix: str) -> list[str]:
    """What is too long in a source of Python, Go or TypeScript."""
    lines = len(source.splitlines())
    found = [f"{lines} lines"] if lines > MAX_FILE_LINES else []
    functions = _python(source) if suffix == ".py" else _braced(source)
    found += [f"{name}: {count} lines" for name, count in functions if count > MAX_FUNCTION_LINES]
    return found


def _python(source: str) -> Iterator[tuple[str, int]]:
    """Each function with its lines of code: no blank lines, comments or docstrings."""
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in SILENT:
            code.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            lines = code.intersection(range(node.lineno, node.end_lineno + 1))
            first = node.body[0]
            if ast.get_docstring(node) is not None and first.end_lineno is not None:
                lines -= set(range(first.lineno, first.end_lineno + 1))
            yield node.name, len(lines)


def _braced(source: str) -> Iterator[tuple[str, int]]:
    """Each function, from its opening line to the closing brace under it, comments and blanks aside."""
    lines = source.splitlines()
    for start, line in enumerate(lines):
        opening = _OPENING.match(line)
        if opening is None or not line.rstrip().endswith("{"):
            continue
        closing = opening[1] + "}"
        end = next((n for n in range(start, len(lines)) if lines[n].startswith(closing)), start)
        body = (text.strip() for text in lines[start : end + 1])
        yield line.strip(), sum(1 for text in body if text and not text.startswith("//"))
