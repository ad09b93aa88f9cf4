"""A workspace's own Pandera model on pandas: read from the workspace, examined at start, run in the limited child.

What runs is the text that the configuration's hash covers. The model sees the records that its feed's contract has
passed, in blocks, with the columns that it declares: text and identifiers as `str`, amounts and numbers as `float64`,
whole numbers as `Int64`, flags as `boolean`, dates as `datetime64[us]`, times as `datetime64[us, UTC]`. It can only
refuse. Its own words are never shown: they can quote a record.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matchback.config_contracts import model_place
from matchback.errors import ConfigurationError
from matchback.intake.records import Refusal, UnreadableFile

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from matchback.config import Config, Feed
    from matchback.intake.contracts import Contract, ContractColumn
    from matchback.intake.record_checks import Checked

EXAMINE_SECONDS = 120
EXAMINE_BYTES = 4 << 30
_TYPES = {
    "money": "float64",
    "number": "float64",
    "whole": "Int64",
    "id": "Int64",
    "flag": "boolean",
    "date": "datetime64[us]",
    "time": "datetime64[us, UTC]",
}


class ModelBroken(Exception):
    """The model cannot be used; the message names the model's own columns and types, never a value."""


@dataclass(frozen=True)
class OwnModel:
    """A loaded model, and the columns of the contract that it sees."""

    schema: Any
    columns: tuple[ContractColumn, ...]

    def check(self, checked: Checked) -> Checked:
        """Return the block with what the model refuses moved to the bad records."""
        import polars as pl

        from matchback.intake.record_checks import LINE, RECORD, Checked

        failures = _failures(self.schema, as_pandas(checked.good, self.columns))
        if not failures:
            return checked
        numbers, lines = checked.good[RECORD].to_list(), checked.good[LINE].to_list()
        refusals = [Refusal(numbers[row], lines[row], column, reason) for row, column, reason in failures]
        failed = pl.Series(range(checked.good.height), dtype=pl.Int64).is_in(
            sorted({row for row, _, _ in failures})
        )
        return Checked(
            checked.good.filter(~failed),
            pl.concat([checked.bad, checked.good.filter(failed)]),
            [*checked.refusals, *refusals],
        )


def own_model(config: Config, feed: Feed, contract: Contract) -> OwnModel | None:
    """Return the model that a feed names, if it names one; raises UnreadableFile when it cannot be used."""
    if feed.contract is None:
        return None
    path, name = model_place(feed.contract)
    try:
        schema = load_schema(config.contract_sources[str(path)], str(path), name)
    except ModelBroken:
        raise UnreadableFile("own_contract_failed", "it could not be loaded") from None
    return OwnModel(schema, _seen(schema, contract.columns))


def examine_models(config: Config) -> None:
    """Try every feed's own model on no records, in a limited process; raise ConfigurationError naming what is wrong."""
    for feed in config.feeds:
        if feed.contract is None:
            continue
        from matchback.intake.contracts import feed_contract

        path, name = model_place(feed.contract)
        request = {
            "source": config.contract_sources[str(path)],
            "path": str(path),
            "name": name,
            "columns": {column.name: column.type for column in feed_contract(feed).columns},
        }
        problem = _examined(request)
        if problem:
            raise ConfigurationError(
                f"matchback.toml: feeds.{feed.id}.contract = {feed.contract!r} cannot be used: {problem}.",
                state="Nothing was changed.",
                next_step=f"Mend {path} and run again; docs/guides/own-contracts.md says what a model sees.",
            )


def _examined(request: dict[str, Any]) -> str:
    command = [sys.executable, "-c", "from matchback.intake.own_model import main; main()"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=EXAMINE_SECONDS,
            check=False,
        )
        said = done.stdout.splitlines()
        return str(json.loads(said[-1])) if done.returncode == 0 else "loading it ended the process"
    except subprocess.TimeoutExpired:
        return f"it took longer than {EXAMINE_SECONDS} seconds"
    except (ValueError, IndexError):
        return "loading it printed something else than expected"


def main() -> None:
    """Examine one model: a request as JSON on standard input, the problem in words (or nothing) on standard output."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (EXAMINE_BYTES, EXAMINE_BYTES))
    request = json.loads(sys.stdin.buffer.read())
    try:
        schema = load_schema(request["source"], request["path"], request["name"])
        problem = _misfit(schema, request["columns"])
    except ModelBroken as broken:
        problem = str(broken)
    sys.stdout.write("\n" + json.dumps(problem) + "\n")


def load_schema(source: str, path: str, name: str) -> Any:
    """Run a model's text and return its Pandera schema; raises ModelBroken."""
    import pandera.pandas as pa

    module = types.ModuleType(f"workspace_contract_{hashlib.sha256(source.encode()).hexdigest()[:16]}")
    module.__file__ = path
    sys.modules[module.__name__] = module  # where a model looks up its annotations
    try:
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - the workspace's own
        found: Any = module.__dict__.get(name)
        schema = found.to_schema() if hasattr(found, "to_schema") else found
    except BaseException as error:
        raise ModelBroken(f"running {path} failed ({type(error).__name__})") from None
    if type(schema) is not pa.DataFrameSchema:
        raise ModelBroken(
            f"{name} is neither a DataFrameModel nor a DataFrameSchema of pandera.pandas"
        ) from None
    if schema.unique or any(column.unique for column in schema.columns.values()):
        raise ModelBroken(
            "it asks for unique values, but it sees a file in blocks; the feed's `identity` does that"
        )
    if schema.parsers:
        raise ModelBroken(
            "it has a parser of whole tables, which can put records in another order, so that another one is refused"
        )
    if schema.drop_invalid_rows:
        raise ModelBroken("it drops invalid rows; every record is to be answered")
    return schema


def _misfit(schema: Any, columns: dict[str, str]) -> str:
    """Return what keeps a model from taking the feed's records, by a table without records."""
    import difflib

    import pandas as pd
    from pandera.engines.pandas_engine import Engine
    from pandera.errors import SchemaError, SchemaErrors

    for column in schema.columns:
        if column not in columns:
            near = difflib.get_close_matches(str(column), columns, n=1, cutoff=0.5)
            hint = f"; the nearest is {near[0]}" if near else ""
            return f"it has a column {column}, which the feed's contract has not{hint}"
    seen = {name: kind for name, kind in columns.items() if name in schema.columns}
    empty = pd.DataFrame(
        {name: pd.Series([], dtype=_TYPES.get(kind, "str")) for name, kind in seen.items()},
        index=pd.RangeIndex(0),
    )
    try:
        schema.validate(empty, lazy=True)
    except (SchemaErrors, SchemaError):
        for name, column in schema.columns.items():
            given = str(empty[name].dtype)
            fits = (
                column.coerce or column.dtype is None or column.dtype.check(Engine.dtype(empty[name].dtype))
            )
            if not fits:
                return f"its column {name} is of type {column.dtype} where the contract gives {given}"
        return "it refuses a table without records"
    except BaseException as error:
        return f"it fails on a table without records ({type(error).__name__})"
    return ""


def _seen(schema: Any, columns: tuple[ContractColumn, ...]) -> tuple[ContractColumn, ...]:
    return tuple(column for column in columns if column.name in schema.columns)


def as_pandas(good: pl.DataFrame, columns: tuple[ContractColumn, ...]) -> pd.DataFrame:
    """Return checked records as a model sees them, numbered from 0."""
    import pandas as pd

    from matchback.intake.casts import side

    whats = {"whole": "whole", "id": "whole", "flag": "flag", "date": "on", "time": "at"}
    series = {}
    for column in columns:
        source = side(column.name, whats[column.type]) if column.type in whats else column.name
        values = good[source].to_list() if source in good.columns else [None] * good.height
        if column.type in ("money", "number"):
            values = [None if value is None else float(value) for value in values]
        dtype = _TYPES.get(column.type, "str")
        if column.type == "time":
            series[column.name] = pd.Series(
                pd.to_datetime(pd.Series(values, dtype="datetime64[us]"), utc=True)
            )
        else:
            series[column.name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(series, index=pd.RangeIndex(good.height))


def _failures(schema: Any, frame: pd.DataFrame) -> list[tuple[int, str, str]]:
    """Return (row, column, reason code) of every record that a model refuses; raises UnreadableFile when it fails."""
    from pandera.errors import SchemaErrors

    if frame.empty and not len(frame.index):
        return []
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as found:
        problems = set()
        cases = found.failure_cases[["index", "column", "check", "schema_context"]]
        for index, column, check, context in cases.itertuples(index=False):
            if index is None or index != index:
                raise UnreadableFile(
                    "own_contract_failed", "a check failed without naming a record"
                ) from None
            named = column if context == "Column" else ""  # a check of whole records speaks of them all
            problems.add((int(index), named, "missing" if check == "not_nullable" else "own_check"))
        return sorted(problems)
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException as error:
        raise UnreadableFile("own_contract_failed", f"it raised {type(error).__name__}") from None
    return []
