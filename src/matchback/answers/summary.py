"""The summary of a run: what came in, who was recognized, what is owed, where to look. Read as published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.answers.calendar import arrivals_of, risk_line
from matchback.answers.printing import count, money
from matchback.answers.query import open_published
from matchback.nights import Night
from matchback.publishing.findings import finding_words
from matchback.recognize import recognized_events
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

NOT_LOADED = (
    ("files_duplicate", "sent again"),
    ("files_superseded", "superseded"),
    ("files_refused", "refused"),
    ("files_waiting", "waiting"),
)
NOT_ACCEPTED = (
    ("refused", "refused"),
    ("duplicates", "duplicate"),
    ("conflicts", "in conflict"),
    ("waiting", "waiting"),
    ("control_lines", "control lines"),
)


@dataclass(frozen=True)
class Summary:
    """What is known after a run. `data` holds counts, money in minor units, and paths."""

    data: dict[str, Any]

    def text(self) -> str:
        """Return the summary in words."""
        parts = [
            self._head(),
            _files(self.data["files"]),
            _arrivals(self.data["arrivals"]),
            _recognitions(self.data),
            _rewards(self.data["rewards"]),
            _budgets(self.data["budgets"]),
            _taxes(self.data["taxes"]),
            _findings(self.data["findings"]),
            _waiting_rules(self.data["waiting_rules"]),
            _payouts(self.data["payouts"], self.data["paths"]["payouts"]),
            _paths(self.data["paths"]),
        ]
        return "\n\n".join(part for part in parts if part)

    def _head(self) -> str:
        return "" if self.data["changed"] else "Nothing is new. In all, so far:"


def summarize(
    workspace: Workspace, nights: Sequence[Night], waiting_rules: Sequence[dict[str, str]] = ()
) -> Summary:
    """Read the summary of a workspace's current version after these nights.

    `waiting_rules` are rows of rule_id and reason: the rules that cannot pass with what has arrived.
    """
    with open_published(workspace) as (version, warehouse):
        data = read_totals(warehouse)
        as_of = warehouse.rows("explain/version", {"version_id": version.version_id})[0]["as_of"]
        data["arrivals"] = arrivals_of(warehouse, as_of)
        data["taxes"] = warehouse.rows("explain/summary_tax", {"tax_year": as_of.year})
    data["waiting_rules"] = list(waiting_rules)
    data["changed"] = any(night.changed for night in nights)
    data["paths"] = {
        "version": version.version_id,
        "database": _shown(workspace.published / "current" / "analytics.duckdb"),
        "report": _shown(workspace.published / "current" / "report.html"),
        "payouts": [_shown(path) for path in payout_files(workspace)],
        "results": _shown(workspace.outbox),
    }
    return Summary(data)


def read_totals(warehouse: Warehouse) -> dict[str, Any]:
    """Return the totals of a published version."""
    everything = {"from_on": date.min, "until_on": date.max}
    comparison = warehouse.rows("explain/summary_comparison")
    return {
        "files": warehouse.rows("explain/summary_files", everything)[0],
        "recognitions": warehouse.rows("explain/summary_recognitions"),
        "recognition_counts": warehouse.rows("explain/recognition_counts")[0],
        "unrecognized": warehouse.rows("explain/summary_unrecognized"),
        "comparison": comparison[0] if comparison else None,
        "rewards": warehouse.rows("page/reward_states"),
        "budgets": warehouse.rows("explain/summary_budgets"),
        "findings": warehouse.rows("explain/summary_findings"),
        "payouts": warehouse.rows("explain/summary_payouts"),
    }


def night_line(workspace: Workspace, night: Night) -> str:
    """Return one line on one night: what came in then, and what stands after it."""
    with open_published(workspace) as (_, warehouse):
        files = warehouse.rows("explain/summary_files", {"from_on": night.as_of, "until_on": night.as_of})[0]
        totals = read_totals(warehouse)
    recognized = totals["recognition_counts"]["recognized"]
    rewards = sum(row["rewards"] for row in totals["rewards"])
    return (
        f"{night.as_of}  {files['files']:>3} files  {files['records']:>6,} records  {files['accepted']:>6,} accepted"
        f"  {files['refused']:>3,} refused  |  so far {recognized:>5,} events recognized  {rewards:>4,} rewards"
    )


def payout_files(workspace: Workspace) -> list[Path]:
    """Return the payout files that were made, oldest first."""
    return sorted((workspace.outbox / "payouts").glob("*.csv"))


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _files(files: dict[str, Any]) -> str:
    lines = [
        f"Files      {count(files['files'], 'file')}: {files['files_loaded']:,} loaded{_rest(files, NOT_LOADED)}",
        f"Records    {count(files['records'], 'record')}: {files['accepted']:,} accepted{_rest(files, NOT_ACCEPTED)}",
    ]
    return "\n".join(lines)


def _rest(counts: dict[str, Any], names: Sequence[tuple[str, str]]) -> str:
    return "".join(f", {counts[name]:,} {word}" for name, word in names if counts[name])


def _arrivals(data: dict[str, Any]) -> str:
    """Say what did not come as expected on the version's day; nothing if all did."""
    if not data["findings"]:
        return ""
    lines = [
        f"Expected   {count(data['expected'], 'feed')}, {data['came']:,} came (matchback feeds calendar)",
        *(f"  {row['feed_id']:<28} {row['state']:<16} {row['detail']}" for row in data["findings"]),
        *(f"  {risk_line(row)}" for row in data["rewards_at_risk"]),
    ]
    return "\n".join(lines)


def _recognitions(data: dict[str, Any]) -> str:
    rows = data["recognitions"]
    total = sum(row["events"] for row in rows)
    lines = [f"Recognized {recognized_events(**data['recognition_counts'])}"]
    for row in rows:
        share = row["events"] * 1000 // total
        lines.append(
            f"  {row['label']:<20} {row['recognition_type']:<25} {row['events']:>6,}  {share / 10:>5.1f} %"
        )
    missing = sum(row["events"] for row in data["unrecognized"])
    if missing:
        reasons = ", ".join(f"{row['events']:,} {row['reason_code']}" for row in data["unrecognized"])
        lines.append(f"Not        {count(missing, 'event')}: {reasons}")
    if data["comparison"]:
        lines.append(compare(**data["comparison"]))
    return "\n".join(lines)


def compare(friends_coupon_only: int, friends_recognized: int) -> str:
    """Return the line that says what matching beyond coupons is worth."""
    line = (
        f"Coupon only would have recognized {count(friends_coupon_only, 'friend')}; "
        f"Matchback recognized {friends_recognized:,}"
    )
    if not friends_coupon_only:
        return line
    gain = (friends_recognized - friends_coupon_only) * 100 // friends_coupon_only
    return f"{line} ({gain:+,} %)"


def _rewards(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "Rewards    none yet"
    lines = [f"Rewards    {sum(row['rewards'] for row in rows):,}"]
    for row in rows:
        amount = money(row["amount_minor"], row["unit"])
        lines.append(f"  {row['state']:<20} {row['rewards']:>6,}  {amount:>16}")
    return "\n".join(lines)


def _budgets(rows: Sequence[dict[str, Any]]) -> str:
    """Say what spent budgets turned away, the program's apart from those of its rules; nothing where they hold."""
    if not rows:
        return ""
    lines = ["Turned away since a budget is spent (whom:  table reward_decisions)"]
    for row in rows:
        whose = (
            "the program's budget" if row["reason_code"] == "program_budget_spent" else "the budget of a rule"
        )
        lines.append(f"  {row['program']:<20} {count(row['rewards'], 'reward'):>14}  {whose}")
    return "\n".join(lines)


def _taxes(rows: Sequence[dict[str, Any]]) -> str:
    """Say for whom a tax form is due, or nearly, before more money goes out; nothing where nobody is near."""
    if not rows:
        return ""
    lines = ["Tax forms of this year (who:  matchback payouts tax)"]
    for row in rows:
        least = money(row["least_headroom_minor"] or 0, row["currency"])
        told = (
            ("reached", "at the threshold"),
            ("with_approved", "with what is approved"),
            ("near", f"near it, the nearest with {least} left"),
        )
        parts = [f"{row[name]:,} {words}" for name, words in told if row[name]]
        first = next(row[name] for name, _ in told if row[name])
        parts[0] = parts[0].replace(" ", f" {'person' if first == 1 else 'persons'} ", 1)
        lines.append(f"  {row['form']:<20} {', '.join(parts)}")
    return "\n".join(lines)


def _findings(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return ""
    lines = ["To look at (table reward_findings; why:  matchback explain --reward ID)"]
    for row in rows:
        code = row["finding"]
        lines.append(f"  {code:<30} {count(row['rewards'], 'reward'):>11}  {finding_words(code)[0]}")
    return "\n".join(lines)


def _waiting_rules(rows: Sequence[dict[str, str]]) -> str:
    """Say which rules wait for what never came: nobody would miss a reward that cannot be earned."""
    if not rows:
        return ""
    lines = ["Rules that nothing can pass so far (what to do:  matchback doctor)"]
    return "\n".join([*lines, *(f"  {row['rule_id']:<30} {row['reason']}" for row in rows)])


def _payouts(rows: Sequence[dict[str, Any]], paths: Sequence[str]) -> str:
    places = {int(number): path for path in paths if (number := path.removesuffix(".csv")[-6:]).isdecimal()}
    lines = []
    for row in rows:
        amount = money(row["amount_minor"], row["unit"])
        lines.append(
            f"Payout {row['payout_number']}   issued {row['issued_on']}  {count(row['rewards'], 'reward'):>11}"
            f"  {amount:>14}  {places.get(row['payout_number'], '')}".rstrip()
        )
    return "\n".join(lines)


def _paths(paths: dict[str, Any]) -> str:
    return f"Tables     {paths['database']}\nReport     {paths['report']}\nResults    {paths['results']}"
