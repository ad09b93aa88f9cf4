"""How right recognition is: precision and recall against a made history's truth, ground by ground and term by term.

Nothing is kept: each model of terms is recognized in memory over the warehouse's file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from matchback.config import Config, load_config
from matchback.sqlfiles import tables_behind

from .facts import CONFIG, NIGHT, SECRET

DECISIONS = tables_behind("recognize", ("root_decisions",))
ON_EVENT = ("COUPON_CODE", "SHARE_ID", "ADVOCATE_CODE")
NAMED = ("ADVOCATE_PARTNER_USER_ID", "ADVOCATE_EMAIL")
CLICK, RECIPIENT = "SHARE_ID.click", "SHARE_RECIPIENT"
DEFAULT = (ON_EVENT, (CLICK,), (*NAMED, RECIPIENT))
BRANCHES = ("right", "other", "alone")


@dataclass(frozen=True)
class Model:
    """Terms of recognition: tiers of grounds, days to look back, and which of several counts."""

    name: str
    order: tuple[tuple[str, ...], ...] = DEFAULT
    days: Mapping[str, int] | int = 365
    tie_break: str = "latest"


@dataclass(frozen=True)
class Outcome:
    """Counts of friends' first openings. `other`: another advocate than the right one; `alone`: nobody brought them."""

    openings: int
    brought: int
    right: int
    other: int
    alone: int

    @property
    def recognized(self) -> int:
        return self.right + self.other + self.alone

    @property
    def precision(self) -> float:
        return self.right / max(self.recognized, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.brought, 1)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(self.recognized + self.brought, 1)

    @property
    def accuracy(self) -> float:
        """The share of openings of which the right thing is said: this advocate, or nobody."""
        said_nobody = self.openings - self.brought - self.alone
        return (self.right + said_nobody) / max(self.openings, 1)


ADDED = (
    Model("coupon only", (("COUPON_CODE",),)),
    Model("+ share id on the event", (("COUPON_CODE", "SHARE_ID"),)),
    Model("+ advocate code", (ON_EVENT,)),
    Model("+ advocate named", (ON_EVENT, NAMED)),
    Model("+ click", (ON_EVENT, (CLICK,), NAMED)),
    Model("+ recipient = all", DEFAULT),
)
LOOK_BACKS = tuple(Model(f"all, {days} days", days=days) for days in (30, 60, 90, 180, 365))
ONE_TIER = (ON_EVENT, NAMED, (CLICK, RECIPIENT))
TERMS = (
    Model("all, first instead of latest", tie_break="first"),
    Model("all, advocate named before a click", (ON_EVENT, NAMED, (CLICK,), (RECIPIENT,))),
    Model("all, click and recipient in one tier", ONE_TIER),
)
CERTAIN = 0.99  # of the evidence that certain recognitions show beside their own


def calibrated(folder: Path) -> tuple[Model, ...]:
    """Return look-backs read off the certain recognitions, for which no truth is needed.

    Where a coupon, code or link was used on the event, the advocate is certain; how old his clicks and messages to the
    same friend were then tells how long friends take. What is older than nearly all of these explains nothing.
    """
    connection = duckdb.connect(str(folder / "var" / "warehouse.duckdb"), read_only=True)
    rows = connection.execute(
        """
        SELECT
            m.recognition_type,
            QUANTILE_DISC(DATE_DIFF('day', m.evidence_on, e.occurred_on), $certain)
        FROM recognition_candidates AS w
        INNER JOIN events AS e ON w.event_id = e.event_id
        INNER JOIN recognition_candidates AS m ON w.event_id = m.event_id AND w.advocate_id = m.advocate_id
        WHERE
            w.outcome = 'won' AND w.on_event
            AND NOT m.on_event AND m.recognition_type IN ('SHARE_ID', 'SHARE_RECIPIENT')
            AND m.evidence_on <= e.occurred_on
        GROUP BY m.recognition_type
        """,
        {"certain": CERTAIN},
    ).fetchall()
    connection.close()
    days = {CLICK if ground == "SHARE_ID" else RECIPIENT: int(age) for ground, age in rows}
    name = ", ".join(f"{ground} {days[ground]}" for ground in sorted(days))
    looks = {"default": 365, **days}
    return (
        Model(f"all, calibrated: {name} days", days=looks),
        Model("the same, in one tier", ONE_TIER, looks),
    )


def judge(folder: Path, models: tuple[Model, ...]) -> Iterator[tuple[Model, Outcome]]:
    """Recognize a workspace's facts under each model and compare with the truth."""
    from matchback.config_tables import write_config_tables
    from matchback.warehouse import Warehouse
    from matchback.workspace import Workspace

    workspace = Workspace.at(folder)
    with tempfile.TemporaryDirectory() as aside:
        for model in models:
            config = _config(Path(aside), model)
            with Warehouse.overlaid(workspace.warehouse_path, Path(aside) / "spill") as warehouse:
                write_config_tables(warehouse, config)
                for table in DECISIONS:
                    warehouse.build_table(
                        "recognize", table, {"as_of": NIGHT, "time_zone": "UTC", "currency": "USD"}
                    )
                decisions = warehouse.table("root_decisions")
            yield model, _compare(folder, decisions)


def _config(folder: Path, model: Model) -> Config:
    days = {"default": model.days} if isinstance(model.days, int) else model.days
    order = ", ".join(f"[{', '.join(f'{ground!r}' for ground in tier)}]" for tier in model.order)
    looks = ", ".join(f"{ground!r} = {count}" for ground, count in days.items())
    terms = f"order = [{order}]\nlook_back_days = {{ {looks} }}\ntie_break = '{model.tie_break}'\n"
    path = folder / "matchback.toml"
    path.write_text(CONFIG.lstrip().replace("events = [", f"{terms}events = [", 1), encoding="utf-8")
    (folder / "id_secret.txt").write_bytes(SECRET)
    return load_config(path)


def _compare(folder: Path, decisions: object) -> Outcome:
    connection = duckdb.connect(str(folder / "var" / "warehouse.duckdb"), read_only=True)
    connection.register("decisions", decisions)
    ((openings, brought, *branches),) = connection.execute(
        """
        SELECT
            COUNT(*),
            COUNT(t.advocate_key),
            COUNT(*) FILTER (d.advocate_id = p.person_id),
            COUNT(*) FILTER (t.advocate_key IS NOT NULL AND d.advocate_id IS DISTINCT FROM p.person_id
                AND d.advocate_id IS NOT NULL),
            COUNT(*) FILTER (t.advocate_key IS NULL AND d.advocate_id IS NOT NULL)
        FROM read_parquet($truth) AS t
        INNER JOIN events AS e ON t.partner_event_key = e.partner_event_key
        LEFT JOIN decisions AS d ON e.event_id = d.root_event_id
        LEFT JOIN person_identifiers AS p ON t.advocate_key = p.identifier_key AND NOT p.is_shared
        """,
        {"truth": str(folder / "truth.parquet")},
    ).fetchall()
    connection.close()
    return Outcome(openings, brought, **dict(zip(BRANCHES, branches, strict=True)))


def print_table(title: str, folder: Path, models: tuple[Model, ...]) -> list[tuple[Model, Outcome]]:
    """Print a row for each model, in Markdown; return them."""
    print(
        f"\n| {title} | recognized | right | other advocate | came alone | precision | recall | F1 | accuracy |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    rows = []
    for model, found in judge(folder, models):
        rows.append((model, found))
        print(
            f"| {model.name} | {found.recognized:,} | {found.right:,} | {found.other:,} | {found.alone:,} "
            f"| {found.precision:.3f} | {found.recall:.3f} | {found.f1:.3f} | {found.accuracy:.4f} |",
            flush=True,
        )
    return rows
