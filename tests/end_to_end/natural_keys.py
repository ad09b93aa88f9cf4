"""The sample's tables with natural keys instead of keyed ids, so that they can be held against `sample_data/expected`.

Only tests do this: it joins the vault, which no published table may.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

ANY = "*"
Row = dict[str, str]

_EVENTS = """
CREATE TEMP TABLE named_events AS
SELECT
    e.event_id,
    COALESCE(
        p.value,
        CONCAT(e.event_name, '/', COALESCE(a.value, ''), '/', COALESCE(m.value, ''))
    ) AS event_label
FROM (SELECT DISTINCT event_id, event_name, partner_event_key, account_key, partner_user_key FROM fact_events) AS e
LEFT JOIN identifiers AS p ON e.partner_event_key = p.identifier_key AND p.kind = 'partner_event_id'
LEFT JOIN identifiers AS a ON e.account_key = a.identifier_key AND a.kind = 'account_id'
LEFT JOIN identifiers AS m ON e.partner_user_key = m.identifier_key AND m.kind = 'partner_user_id'
"""
_PERSONS = """
CREATE TEMP TABLE named_persons AS
SELECT
    i.person_id,
    COALESCE(
        MIN(CASE WHEN v.kind = 'partner_user_id' THEN v.value END),
        MIN(CASE WHEN v.kind = 'email' THEN v.value END)
    ) AS person_label
FROM person_identifiers AS i
INNER JOIN identifiers AS v ON i.identifier_key = v.identifier_key AND i.kind = v.kind
WHERE NOT i.is_shared
GROUP BY i.person_id
"""
_JOURNEYS = """
CREATE TEMP TABLE named_journeys AS
SELECT j.journey_id, COALESCE(MIN(a.value), MIN(n.event_label)) AS journey_label
FROM (
    SELECT journey_id, account_key, root_event_id FROM journeys
) AS j
LEFT JOIN identifiers AS a ON j.account_key = a.identifier_key AND a.kind = 'account_id'
LEFT JOIN named_events AS n ON j.root_event_id = n.event_id
GROUP BY j.journey_id
"""
TABLES = {
    "journeys": """
        SELECT n.journey_label AS journey, j.program, f.person_label AS friend, e.event_label AS root_event,
            j.stage, j.opened_on, j.qualified_on, j.closed_on, a.person_label AS advocate
        FROM journeys AS j
        LEFT JOIN named_journeys AS n ON j.journey_id = n.journey_id
        LEFT JOIN named_persons AS f ON j.person_id = f.person_id
        LEFT JOIN named_persons AS a ON j.advocate_id = a.person_id
        LEFT JOIN named_events AS e ON j.root_event_id = e.event_id
    """,
    "recognitions": """
        SELECT e.event_label AS event, r.program, a.person_label AS advocate, f.person_label AS friend,
            r.recognition_type, r.label, r.basis, r.on_event, v.event_label AS via_event, r.friend_event_number,
            r.is_initial, r.eligible, r.ineligible_reason
        FROM recognitions AS r
        LEFT JOIN named_events AS e ON r.event_id = e.event_id
        LEFT JOIN named_events AS v ON r.via_event_id = v.event_id
        LEFT JOIN named_persons AS a ON r.advocate_id = a.person_id
        LEFT JOIN named_persons AS f ON r.person_id = f.person_id
    """,
    "candidates": """
        SELECT e.event_label AS event, c.program, a.person_label AS advocate, c.recognition_type, c.on_event,
            c.evidence_at, c.outcome, c.reason_code
        FROM recognition_candidates AS c
        LEFT JOIN named_events AS e ON c.event_id = e.event_id
        LEFT JOIN named_persons AS a ON c.advocate_id = a.person_id
    """,
    "unrecognized_events": """
        SELECT e.event_label AS event, u.program, u.reason_code
        FROM unrecognized_events AS u
        LEFT JOIN named_events AS e ON u.event_id = e.event_id
    """,
    "events": """
        SELECT n.event_label AS event, e.status
        FROM events AS e
        LEFT JOIN named_events AS n ON e.event_id = n.event_id
    """,
    "decisions": """
        SELECT n.journey_label AS journey, d.rule_id, d.role, d.status, d.condition, d.observed, d.threshold, d.gap,
            d.deadline_on, d.outcome, d.reason_code
        FROM reward_decisions AS d
        LEFT JOIN named_journeys AS n ON d.journey_id = n.journey_id
    """,
    "rewards": """
        SELECT e.event_label AS event, n.journey_label AS journey, r.rule_id, r.program, r.role,
            b.person_label AS beneficiary, r.kind, CAST(r.amount_minor AS DECIMAL(18, 2)) / 100 AS amount, r.currency,
            r.state, r.earned_on, r.release_on
        FROM rewards AS r
        LEFT JOIN named_events AS e ON r.event_id = e.event_id
        LEFT JOIN named_journeys AS n ON r.journey_id = n.journey_id
        LEFT JOIN named_persons AS b ON r.beneficiary_id = b.person_id
    """,
    "entries": """
        SELECT e.event_label AS event, n.journey_label AS journey, l.rule_id, l.role, l.entry_kind, l.generation,
            CAST(l.amount_minor AS DECIMAL(18, 2)) / 100 AS amount, l.currency, l.effective_on
        FROM reward_entries AS l
        LEFT JOIN named_events AS e ON l.event_id = e.event_id
        LEFT JOIN named_journeys AS n ON l.journey_id = n.journey_id
    """,
    "files": """
        SELECT f.feed_id, f.delivered_name AS file, f.status, f.records, f.accepted, f.refused,
            f.duplicates, f.conflicts, f.waiting
        FROM files AS f
    """,
    "refusals": """
        SELECT f.delivered_name AS file, r.record_number, r.column_name, r.reason_code
        FROM refusals AS r
        INNER JOIN files AS f ON r.file_id = f.file_id
    """,
}


def open_natural(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open a copy of a warehouse with the three naming tables beside it."""
    connection = duckdb.connect(str(warehouse), read_only=True)
    for statement in (_EVENTS, _PERSONS, _JOURNEYS):
        connection.execute(statement)
    return connection


def natural_rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    """Return one table as rows of text, as the expected files write them."""
    cursor = connection.execute(TABLES[table])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, map(text_of, row), strict=True)) for row in cursor.fetchall()]


def expected_rows(folder: Path, table: str) -> list[Row]:
    """Return the rows of an expected file."""
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def differences(expected: list[Row], actual: list[Row], key: tuple[str, ...], *, whole: bool) -> list[str]:
    """Return one line for each expected row that is missing, other or too many; `*` matches anything.

    `whole` asks that no further actual row has the key of an expected one's first column.
    """
    lines = []
    unused = list(actual)
    for row in expected:
        wanted = {name: value for name, value in row.items() if name != "case" and value != ANY}
        found = next((item for item in unused if _matches(item, wanted)), None)
        if found is not None:
            unused.remove(found)
            continue
        near = [item for item in unused if all(item.get(name) == row[name] for name in key)]
        lines.append(f"{row['case']}: expected {wanted}\n      found {near or 'nothing'}")
    if whole:
        subjects = {row[key[0]] for row in expected}
        lines += [f"too many: {item}" for item in unused if item[key[0]] in subjects]
    return lines


def _matches(item: Row, wanted: Row) -> bool:
    return all(_same(item.get(name, ""), value) for name, value in wanted.items())


def _same(left: str, right: str) -> bool:
    return left == right or (_number(left) is not None and _number(left) == _number(right))


def _number(text: str) -> Decimal | None:
    digits = text.lstrip("-").replace(".", "", 1)
    return Decimal(text) if digits.isascii() and digits.isdigit() else None


def text_of(value: Any) -> str:
    """Return a value as the expected files write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)
