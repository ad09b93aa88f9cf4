"""Reading published tables into pandas: `matchback.read(workspace, table)`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matchback.answers.query import current_version
from matchback.errors import MatchbackError
from matchback.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


def read(workspace: str | Path | Workspace, table: str) -> pd.DataFrame:
    """Return a table of the current version as a pandas DataFrame with Arrow types.

    Ids stay integers where rows lack them, and `amount` columns stay exact decimals. Raises MatchbackError when
    nothing is published or the version has no such table.
    """
    import pandas as pd
    import pyarrow.parquet as pq

    place = workspace if isinstance(workspace, Workspace) else Workspace.at(Path(workspace))
    version = current_version(place)
    path = version.folder / f"{table}.parquet"
    if not path.is_file() or path.parent != version.folder:
        known = ", ".join(sorted(found.stem for found in version.folder.glob("*.parquet")))
        raise MatchbackError(
            f"Version {version.version_id} has no table {table!r}.", next_step=f"It has: {known}"
        )
    return pq.read_table(path).to_pandas(types_mapper=pd.ArrowDtype)
