"""The rules of the house's architecture hold: who runs SQL, who imports what, and how SQL files are written."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

from matchback.sqlfiles import sql_file

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "src" / "matchback"
MODULES = sorted(PACKAGE.rglob("*.py"))
DAGS = sorted((REPOSITORY / "dags").glob("*.py"))
SQL_FILES = sorted((REPOSITORY / "sql").rglob("*.sql"))
# Worked questions are read by analysts, in DuckDB alone: a cast around each sum would hide what is asked.
PORTABLE = [path for path in SQL_FILES if path.parent.name != "question"]
HEAVY = ("pandera", "polars", "pandas", "pyarrow", "scipy", "duckdb", "django")
SQL_TEXT = re.compile(
    r"\b(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|DELETE\s+FROM\s|UPDATE\s+\w+\s+SET\s|CREATE\s+(OR\s+REPLACE\s+)?"
    r"(TEMP\s+)?(TABLE|VIEW)\s|COPY\s.+\sTO\s|ATTACH\s|COMMENT\s+ON\s)",
    re.DOTALL,
)
MOST_LINES = 400
RUNNERS = (
    "warehouse.py",
    "warehouse_changes.py",
    "warehouse_hashes.py",
    "warehouse_query.py",
    "warehouse_rows.py",
    "warehouse_selection.py",
)


def relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import statement with the top-level package that it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module.split(".")[0]


def imported(path: Path) -> set[str]:
    return {name for _, name in imports(ast.parse(path.read_text()))}


def prose(tree: ast.AST) -> set[int]:
    """Return the ids of the nodes that are docstrings: words, not statements."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def texts(path: Path) -> Iterator[str]:
    """Yield every text in a module that is not a docstring; the fixed parts of an f-string as one."""
    tree = ast.parse(path.read_text())
    words = prose(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)


def test_there_is_something_to_judge() -> None:
    assert len(MODULES) > 10
    assert len(SQL_FILES) > 10
    assert DAGS


@pytest.mark.parametrize("path", [path for path in MODULES if path.name not in RUNNERS], ids=relative)
def test_only_the_warehouse_runs_sql(path: Path) -> None:
    assert "duckdb" not in imported(path)
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not calls & {"execute", "executemany"}


@pytest.mark.parametrize("path", [path for path in MODULES + DAGS if path.name not in RUNNERS], ids=relative)
def test_no_sql_text_outside_the_warehouse(path: Path) -> None:
    assert [text for text in texts(path) if SQL_TEXT.search(text)] == []


def test_the_scan_for_sql_text_finds_it(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""SELECT a FROM b in words."""\ntable = "t"\nquery = f"SELECT a FROM {table} WHERE b"\n'
    )
    assert {text for text in texts(module) if SQL_TEXT.search(text)} == {
        "SELECT a FROM ",
        "SELECT a FROM x WHERE b",
    }


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_the_command_line_imports_click(path: Path) -> None:
    assert "click" not in imported(path) or path.name == "cli.py" or path.parent.name == "cli"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_no_module_of_the_steps_imports_airflow(path: Path) -> None:
    """Only what Airflow itself imports does: it stands in a package of its own."""
    assert ("airflow" in imported(path)) <= (path.parent.name == "under_airflow")


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_the_support_page_imports_its_framework(path: Path) -> None:
    assert not imported(path) & {"django", "waitress"} or "support" in path.relative_to(PACKAGE).parts


@pytest.mark.parametrize("name", ["access", "access_log", "lookups", "roles", "serving"])
def test_what_others_read_of_the_support_page_needs_no_framework(name: str) -> None:
    """The plain install has none: `doctor` and `backup` read the log, the command line the roles."""
    assert not imported(PACKAGE / "support" / f"{name}.py") & {"django", "waitress"}


@pytest.mark.parametrize("path", sorted((PACKAGE / "support").rglob("*.py")), ids=relative)
def test_the_support_page_never_opens_the_warehouse(path: Path) -> None:
    text = path.read_text()
    assert "Warehouse.open" not in text
    assert "warehouse_path" not in text


def test_the_support_page_finds_persons_in_one_place_only() -> None:
    """What reads the vault there is called by `lookups`, or inside its `find_for_act`, which log who was looked up."""
    finding = {"explain", "identifier_key", "find_event", "plan_grant", "add_recognition"}
    callers = {
        path.name: {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in finding
        }
        for path in (PACKAGE / "support").rglob("*.py")
    }
    assert {name: calls for name, calls in callers.items() if calls} == {
        "lookups.py": {"explain", "identifier_key"},
        "grants.py": {"plan_grant"},
        "recognitions.py": {"add_recognition"},
    }
    for name in ("grants.py", "recognitions.py"):
        assert "find_for_act(" in (PACKAGE / "support" / "views" / name).read_text()
    assert not any("vault=True" in path.read_text() for path in (PACKAGE / "support").rglob("*.py"))


@pytest.mark.parametrize("path", DAGS, ids=relative)
def test_dags_import_the_package_inside_tasks_only(path: Path) -> None:
    tree = ast.parse(path.read_text())
    top = {name for node, name in imports(tree) if node in tree.body}
    shared = {module.stem for module in DAGS}
    light = {"collections", "dataclasses", "datetime", "importlib", "json", "logging", "os", "re", "typing"}
    assert top <= shared | light | {"__future__", "airflow", "pendulum"}


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "settings.py"], ids=relative)
def test_only_settings_reads_the_environment(path: Path) -> None:
    read = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]
    assert read == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_stay_short_and_say_what_they_are(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys\nfrom matchback.cli import main\nsys.argv = ['matchback', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "loaded: []"


@cache
def parsed(path: Path) -> list[exp.Expr | None]:
    return sqlglot.parse(path.read_text(), read="duckdb")


@pytest.mark.parametrize("path", SQL_FILES, ids=relative)
def test_a_sql_file_is_one_select_with_a_header(path: Path) -> None:
    (tree,) = parsed(path)
    assert isinstance(tree, exp.Query)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", path.stem)
    head = path.read_text().split("\n\n")[0]
    comments = [line for line in head.splitlines() if line.startswith("--")]
    assert comments[:1] == path.read_text().splitlines()[:1]
    assert any(line.startswith("-- Grain: ") for line in comments)


@pytest.mark.parametrize("path", SQL_FILES, ids=relative)
def test_what_a_sql_file_reads_is_found_as_a_parser_finds_it(path: Path) -> None:
    """The order of the tables, the passes of the reward step and what is kept rest on it."""
    (tree,) = parsed(path)
    assert tree is not None
    named = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    file = sql_file(path.parent.name, path.stem)
    assert file.reads == {node.name for node in tree.find_all(exp.Table) if node.name} - named
    assert file.parameters == {node.name for node in tree.find_all(exp.Parameter, exp.Placeholder)}


@pytest.mark.parametrize("path", SQL_FILES, ids=relative)
def test_a_sql_file_names_its_columns(path: Path) -> None:
    (tree,) = parsed(path)
    assert tree is not None
    stars = [star for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count)]
    assert stars == []


@pytest.mark.parametrize("path", SQL_FILES, ids=relative)
def test_a_sql_file_transpiles_to_spark(path: Path) -> None:
    (text,) = sqlglot.transpile(
        path.read_text(), read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE
    )
    sqlglot.parse_one(text, read="spark")


@pytest.mark.parametrize("path", PORTABLE, ids=relative)
def test_a_sql_file_uses_nothing_that_engines_read_differently(path: Path) -> None:
    assert list(differences(path.read_text())) == []


NAMED_DIFFERENCES: dict[type[exp.Expr], str] = {
    exp.DateDiff: "DATE_DIFF: subtract DATEs",
    exp.ArgMin: "ARG_MIN: use a window with a total order",
    exp.ArgMax: "ARG_MAX: use a window with a total order",
    exp.Pivot: "PIVOT: use CASE",
    exp.Rand: "chance",
    exp.Uuid: "chance",
    exp.CurrentDate: "the clock",
    exp.CurrentTimestamp: "the clock",
    exp.First: "FIRST depends on the order of rows",
    exp.Last: "LAST depends on the order of rows",
    exp.AnyValue: "ANY_VALUE depends on the order of rows",
    exp.Avg: "AVG of money is DOUBLE or DECIMAL: integers and //",
    exp.Mode: "MODE breaks ties as it likes",
    exp.ApproxDistinct: "approximate counts differ",
    exp.DayOfWeek: "the first day of a week differs",
    exp.DayOfWeekIso: "the first day of a week differs",
    exp.Week: "weeks: DATE_TRUNC('week', ...)",
    exp.TimeToUnix: "EPOCH is DOUBLE or BIGINT",
    exp.Sign: "SIGN is TINYINT or DOUBLE: use CASE",
    exp.CountIf: "COUNT_IF is HUGEINT or BIGINT: COUNT(*) FILTER",
}
NO_PARTS = ("DAYOFWEEK", "DOW", "ISODOW", "DAYOFWEEKISO", "EPOCH", "WEEK")  # of a date, that differ


def differences(text: str) -> Iterator[str]:
    """Yield each construct of a query whose rows, types or meaning differ between the engines, as measured."""
    if re.search(r"\bDECIMAL\b(?!\s*\()", re.sub(r"--.*", "", text)):
        yield "DECIMAL without a precision"
    for node in sqlglot.parse_one(text, read="duckdb").walk():
        if type(node) in NAMED_DIFFERENCES:
            yield NAMED_DIFFERENCES[type(node)]
        elif isinstance(node, exp.ArrayAgg) and node.find(exp.Order):
            yield "LIST(x ORDER BY y) loses its order"
        elif isinstance(node, exp.Join) and node.method.upper() in ("ASOF", "POSITIONAL"):
            yield f"{node.method} JOIN: use a window"
        elif isinstance(node, exp.SetOperation) and node.args.get("by_name"):
            yield "UNION BY NAME: write the columns"
        elif isinstance(node, exp.Interval) and not isinstance(node.this, exp.Literal):
            yield "INTERVAL of a column: DATE + column"
        elif isinstance(node, exp.Add | exp.Sub) and time_of_date(node):
            yield "DATE + INTERVAL is a TIMESTAMP or a DATE: DATE + days"
        elif isinstance(node, exp.Extract) and node.name.upper() in NO_PARTS:
            yield f"EXTRACT({node.name}) counts or is named differently"
        elif isinstance(node, exp.Substring) and node.args["start"].sql() == "0":
            yield "SUBSTR from 0 differs"
        elif isinstance(node, exp.Anonymous) and node.name.upper() in ("TODAY", "NOW", "RANDOM", "UUID"):
            yield f"{node.name}: the clock or chance"
        elif isinstance(node, exp.RegexpExtract) and not isinstance(node.parent, exp.Nullif):
            yield "REGEXP_EXTRACT without NULLIF(..., '')"
        elif isinstance(node, exp.Sum) and not sum_has_a_type(node):
            yield "SUM without a CAST: its type differs"
        elif isinstance(node, exp.Window) and unordered_ranking(node):
            yield "a ranking without an order"


def time_of_date(node: exp.Binary) -> bool:
    return node.left.name.endswith("_on") and isinstance(node.right, exp.Interval)


def unordered_ranking(window: exp.Window) -> bool:
    return isinstance(window.this, exp.RowNumber | exp.Rank | exp.DenseRank) and not window.args.get("order")


def sum_has_a_type(node: exp.Expression) -> bool:
    """Tell whether a sum is cast, or only compared, before it leaves its query."""
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Query):
        if isinstance(parent, exp.Cast | exp.Predicate | exp.Order):
            return True
        parent = parent.parent
    return False


@pytest.mark.parametrize(
    "text",
    [
        "SELECT DATE_DIFF('day', a, b) FROM t",
        "SELECT ARG_MIN(a, b) FROM t",
        "SELECT LIST(a ORDER BY b) FROM t",
        "SELECT CAST(a AS DECIMAL) FROM t",
        "SELECT CURRENT_DATE FROM t",
        "SELECT NOW() FROM t",
        "SELECT UUID() FROM t",
        "SELECT REGEXP_EXTRACT(a, 'x') FROM t",
        "SELECT ROW_NUMBER() OVER (PARTITION BY a) FROM t",
        "SELECT a + INTERVAL (b) DAY FROM t",
        "SELECT ANY_VALUE(a) FROM t",
        "SELECT SUM(a) AS total FROM t",
        "SELECT SUM(a) OVER (PARTITION BY b) AS total FROM t",
        "SELECT a FROM t ASOF JOIN u ON t.a >= u.a",
        "SELECT a FROM t UNION ALL BY NAME SELECT a FROM v",
        "PIVOT t ON a USING COUNT(b)",
        "SELECT a_on + INTERVAL 1 DAY AS b FROM t",
        "SELECT EXTRACT(DOW FROM a) AS b FROM t",
        "SELECT DAYOFWEEK(a) AS b FROM t",
        "SELECT WEEK(a) AS b FROM t",
        "SELECT EPOCH(a) AS b FROM t",
        "SELECT SUBSTR(a, 0, 2) AS b FROM t",
        "SELECT AVG(a) AS b FROM t",
        "SELECT COUNT_IF(a) AS b FROM t",
    ],
)
def test_the_list_of_differences_fires(text: str) -> None:
    assert list(differences(text))


def test_the_list_of_differences_leaves_the_portable_alone() -> None:
    text = """
    SELECT CAST(SUM(a) AS BIGINT) AS total, CAST(b AS DECIMAL(18, 2)) AS amount, NULLIF(REGEXP_EXTRACT(c, 'x'), '') AS c
    FROM t WHERE d + 3 <= $as_of AND e > f + INTERVAL 1 DAY GROUP BY b, c HAVING SUM(a) > 0
    """
    assert list(differences(text)) == []


@pytest.mark.parametrize("path", sorted((REPOSITORY / "requirements").glob("*.txt")), ids=relative)
def test_pins_are_exact_and_hold_no_address(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9._-]+==[A-Za-z0-9.+-]+( ; .+)?", line)] == []


def test_types_are_checked_wherever_python_stands() -> None:
    """A test that calls what is no longer there fails in `make lint`, not in CI an hour later."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    checked = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["mypy"]["files"]
    assert [
        name for name in listed.stdout.split() if not any(name.startswith(f"{folder}/") for folder in checked)
    ] == []
