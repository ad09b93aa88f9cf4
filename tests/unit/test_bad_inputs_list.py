"""Each entry of the list of bad inputs, 1 to 105, has a test that shows what becomes of it.

A case of `test_bad_inputs_*.py` begins with its number, other tests carry `@pytest.mark.bad_input(58, 59)`, and a SQL case
a first line `# bad inputs: 98`. The sources are read, so that it does not matter which tests were selected.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ENTRIES = 105  # CSV, encoding, archives, Parquet, paths and servers, money, time, identity
CASES = ("Case", "money", "time", "column")  # what makes one
_MARKED = re.compile(r"# bad inputs: ([0-9]+(?:, [0-9]+)*)\n")


def numbers_of(source: str, *, has_cases: bool) -> Iterator[int]:
    """Yield the entries that the tests of a module show."""
    for node in ast.walk(ast.parse(source)):
        if has_cases and isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in CASES and node.args:
                yield from _whole(node.args[:1])
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.bad_input":
                    yield from _whole(mark.args)


def _whole(arguments: list[ast.expr]) -> Iterator[int]:
    for argument in arguments:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int):
            yield argument.value


def shown() -> set[int]:
    """Return the entries that some test shows."""
    found: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        found |= set(numbers_of(source, has_cases=path.name.startswith("test_bad_inputs_")))
    for path in (TESTS / "sql").rglob("*.yaml"):
        if marked := _MARKED.match(path.read_text(encoding="utf-8")):
            found |= {int(number) for number in marked[1].split(", ")}
    return found


def test_every_entry_has_a_test() -> None:
    assert sorted(set(range(1, ENTRIES + 1)) - shown()) == []
    assert shown() <= set(range(1, ENTRIES + 1))


def test_what_is_marked_is_found() -> None:
    source = """
CASES = [Case(1, "a", b""), money(2, "b"), other(3, "c")]
@pytest.mark.bad_input(4, 5)
def test_a(): ...
@pytest.mark.slow
def test_b(): ...
@pytest.mark.bad_input(6)
def helper(): ...
"""
    assert sorted(numbers_of(source, has_cases=True)) == [1, 2, 4, 5]
    assert sorted(numbers_of(source, has_cases=False)) == [4, 5]
