"""Precision and recall of recognition against the truth of the made world, opening by opening."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class Quality:
    """Counts of openings: `brought` by somebody in truth, `recognized`, and recognized rightly."""

    brought: int
    recognized: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.recognized if self.recognized else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.brought if self.brought else 0.0


def judge(folder: Path) -> tuple[Quality, list[tuple[str, int, int, int]]]:
    """Return the quality over all openings, and by the way in which friends came."""
    connection = duckdb.connect(str(folder / "var" / "warehouse.duckdb"), read_only=True)
    rows = connection.execute(
        """
        SELECT
            t.way,
            COUNT(*) FILTER (t.advocate_key IS NOT NULL) AS brought,
            COUNT(r.event_id) AS recognized,
            COUNT(*) FILTER (r.advocate_id = p.person_id) AS right_ones
        FROM read_parquet($truth) AS t
        INNER JOIN events AS e ON t.partner_event_key = e.partner_event_key
        LEFT JOIN recognitions AS r ON e.event_id = r.event_id
        LEFT JOIN person_identifiers AS p ON t.advocate_key = p.identifier_key AND NOT p.is_shared
        GROUP BY t.way
        ORDER BY t.way
        """,
        {"truth": str(folder / "truth.parquet")},
    ).fetchall()
    connection.close()
    total = Quality(sum(row[1] for row in rows), sum(row[2] for row in rows), sum(row[3] for row in rows))
    return total, rows
