"""One task at a time: what a scheduler calls where the command line runs all steps in one process.

Tasks hand each other only ids: the names of delivered files can hold personal data, so a listing is kept in the
protected area, and what passes through the scheduler's database is a feed's id and a key of the delivery.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import count
from matchback.context import RunContext, open_context, refuse_future
from matchback.errors import CheckFailed, ConfigurationError, MatchbackError, WarehouseLocked
from matchback.fingerprint import refuse_wrong_secret
from matchback.progress import LogProgress
from matchback.settings import workspace_from_environment
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.answers.findings import Finding
    from matchback.config import Feed
    from matchback.intake.sources import RemoteFile
    from matchback.lateness import Late

HELD_BACK = ("refused_files", "waiting_files", "failed_files", "refused")
OUTCOMES = (
    "accepted",
    "refused",
    "duplicates",
    "conflicts",
    "waiting",
    "files",
    "refused_files",
    "waiting_files",
    "failed_files",
)
MOST_LISTINGS = 8  # sources that are asked at the same time: most of the time goes in waiting
Delivery = dict[str, str]


def open_night(
    workspace: str | None,
    as_of: str | None,
    moment: datetime,
    *,
    allow_future: bool = False,
    feed: str | None = None,
) -> RunContext:
    """Open a workspace for one night.

    `workspace` defaults to MATCHBACK_WORKSPACE; `as_of` (ISO date) to the local day of `moment` (which has an
    offset) in the program's zone. So every task of one night has the same as-of date, however late it runs.
    `feed` holds pick-up and validation to one feed. Raises ConfigurationError for an `as_of` that is no day, or after
    today (unless `allow_future`), and for a feed that there is not.
    """
    folder = Path(workspace) if workspace else workspace_from_environment()
    if folder is None:
        raise ConfigurationError(
            "No workspace is named.", next_step="Set MATCHBACK_WORKSPACE, or give the run a workspace."
        )
    context = open_context(Workspace.at(folder), progress=LogProgress())
    refuse_wrong_secret(context)
    day = _day(as_of) if as_of else moment.astimezone(context.config.zone).date()
    if as_of and not allow_future:
        refuse_future(context.config, day, named="as_of", consent="set allow_future")
    feed_ids = (context.config.feed(feed).id,) if feed else ()
    return replace(context, as_of=day, run_id=day.isoformat(), feed_ids=feed_ids)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            "as_of is not a day of the calendar.",
            state="Nothing was changed.",
            next_step="Give it as year, month and day:  2026-11-07",
        ) from None


def list_deliveries(context: RunContext) -> list[Delivery]:
    """List the files that wait at every feed's source, or at the one named; one entry per file, with ids only.

    A feed whose source does not answer gives one entry without a delivery: `take_in` then tries that feed whole,
    and fails if it still does not answer, while the other feeds go on.
    """
    with ThreadPoolExecutor(MOST_LISTINGS) as pool:
        found = pool.map(lambda feed: _list_feed(context, feed), _feeds(context))
        return [delivery for deliveries in found for delivery in deliveries]


def count_deliveries(context: RunContext) -> dict[str, int]:
    """Count the files that wait at each feed's source, and tell it; nothing is received.

    Returns the counts by feed. Raises SourceFailed for the first source that does not answer, after all were asked.
    """
    feeds = _feeds(context)
    with ThreadPoolExecutor(MOST_LISTINGS) as pool:
        found = list(pool.map(lambda feed: _count(context, feed), feeds))
    counts: dict[str, int] = {}
    failures: list[MatchbackError] = []
    for feed, number in zip(feeds, found, strict=True):
        if isinstance(number, MatchbackError):
            failures.append(number)
            context.progress.note(f"{feed.id}: {number.what}")
            continue
        counts[feed.id] = number
        context.progress.note(f"{feed.id}: {count(number, 'file')} would be received")
    if failures:
        raise failures[0]
    return counts


def _count(context: RunContext, feed: Feed) -> int | MatchbackError:
    from matchback import pickup

    try:
        return len(pickup.list_files(context, feed))
    except MatchbackError as error:
        return error


def _feeds(context: RunContext) -> list[Feed]:
    return [feed for feed in context.config.feeds if not context.feed_ids or feed.id in context.feed_ids]


def _list_feed(context: RunContext, feed: Feed) -> list[Delivery]:
    from matchback import pickup

    try:
        remotes = pickup.list_files(context, feed)
    except MatchbackError as error:
        context.progress.note(f"{feed.id}: {error.what}")
        return [{"feed_id": feed.id, "delivery_id": "", "label": f"{feed.id} whole"}]
    return [_keep(context, feed.id, remote) for remote in remotes]


def take_in(context: RunContext, delivery: Delivery) -> dict[str, str]:
    """Receive one file and validate it; return its id, what validation made of it, and where its results will stand.

    `results` is below `var`; load writes it. Bad data is a value, never an exception. A delivery that an earlier try
    had received has no id here (whatever it left unvalidated, the next `validate` step validates); one whose listing is
    used up tries its feed whole.
    """
    from matchback import pickup, validate
    from matchback.intake.received import received_file
    from matchback.intake.results_file import results_path
    from matchback.intake.sources import RemoteFile
    from matchback.steps import run_steps

    feed = context.config.feed(delivery["feed_id"])
    taken = {"feed_id": feed.id, "file_id": "", "status": "", "label": delivery["label"], "results": ""}
    listing = _listing(context, delivery["delivery_id"])
    if not delivery["delivery_id"] or not listing.exists():
        run_steps(replace(context, feed_ids=(feed.id,)), ("pickup", "validate"))
        return taken
    remote = RemoteFile(**json.loads(listing.read_text(encoding="utf-8")))
    file_id = pickup.receive(context, feed, remote)
    if file_id is None:
        return taken
    summary = validate.validate_file(context, file_id)
    listing.unlink()
    file = received_file(context.journal, file_id)
    label = f"{feed.id} {file.received_on} {file_id[:8]}"
    results = str(results_path(context, file).relative_to(context.workspace.var))
    return {
        "feed_id": feed.id,
        "file_id": file_id,
        "status": summary.status,
        "label": label,
        "results": results,
    }


def load_night(context: RunContext, moment: datetime | None = None) -> dict[str, Any]:
    """Validate what is left to validate, and load; first finish the nights before that were not finished.

    Returns each step's line of words; in `held_back` the counts of what was refused or waits; in `outcomes` how many
    records and files came to which end; in `late` the feeds that are late at `moment` (default: when the night's day is
    over), with `feed_id`, `since`, `days`, `missing` and `told` (whether a notice of it was given this night); and in
    `lag_days` how many days each feed that is expected is late.
    """
    from matchback import lateness
    from matchback.settling import settle_before
    from matchback.steps import run_steps
    from matchback.warehouse import Warehouse

    settle_before(replace(context, feed_ids=()))
    summaries = run_steps(context, ("validate", "load"))
    counts = {name: max(summary.counts.get(name, 0) for summary in summaries) for name in HELD_BACK}
    lines = {summary.step: summary.line for summary in summaries}
    late = None  # what was loaded is told also while somebody else writes; no act is applied outside a run
    with (
        suppress(WarehouseLocked),
        Warehouse.open(context.workspace, context.journal, tell=context.progress.note) as warehouse,
    ):
        late = lateness.late_feeds(replace(context, warehouse=warehouse), moment)
    return {
        **lines,
        "held_back": {name: number for name, number in counts.items() if number},
        "outcomes": {name: summaries[-1].counts.get(name, 0) for name in OUTCOMES},
        "late": [_late(context, one) for one in late or ()],
        "lag_days": {feed.id: 0 for feed in context.config.feeds if feed.expect and late is not None}
        | {one.feed_id: one.days for one in late or ()},
    }


def _late(context: RunContext, one: Late) -> dict[str, Any]:
    from matchback.lateness import not_told_of

    is_told = not not_told_of(context, [one])
    return {**asdict(one), "since": one.since.isoformat(), "told": is_told}


def note_told(workspace: str, feed_ids: Sequence[str], as_of: str) -> None:
    """Write down that notices were given of these late feeds in a night: once each is enough."""
    from matchback import lateness

    lateness.note_told(Workspace.at(Path(workspace)).staging, feed_ids, date.fromisoformat(as_of))


def bring_up_to(
    context: RunContext, steps: Sequence[str], *, unless_overtaken: bool = False
) -> dict[str, str]:
    """Run the steps; those that are current do nothing. Return each step's line of words.

    With `unless_overtaken`, a night is left alone once a later one was loaded: it was finished before that.
    """
    from matchback.settling import overtaken_by
    from matchback.steps import run_steps

    later = overtaken_by(context.journal, context.as_of) if unless_overtaken else None
    if later is not None:
        words = f"left alone: it was finished before the night of {later} was loaded"
        context.progress.note(f"Night of {context.as_of}: {words}")
        return dict.fromkeys(steps, words)
    return {summary.step: summary.line for summary in run_steps(context, steps)}


def examine_files(workspace: str) -> dict[str, int]:
    """Examine what lies in files: configuration, journal, archive. Return how many findings are of which status.

    Raises CheckFailed when something does not hold; each finding is told, with what to do next.
    """
    from matchback.answers.doctor import examine_files

    return _told(examine_files, workspace)


def examine_tables(workspace: str) -> dict[str, int]:
    """Examine the warehouse, its ledger and the published version; like `examine_files`.

    Raises WarehouseLocked, too, so that it is tried again once whoever writes has ended.
    """
    from matchback.answers.doctor import examine_tables

    return _told(examine_tables, workspace)


def _told(examine: Callable[[RunContext], list[Finding]], workspace: str) -> dict[str, int]:
    from matchback.answers.findings import told

    context = open_context(Workspace.at(Path(workspace)), progress=LogProgress())
    findings = examine(context)
    for line in told(findings).splitlines():
        context.progress.note(line)
    if any(finding.subject == "warehouse" and finding.status == "skipped" for finding in findings):
        raise WarehouseLocked(
            "The warehouse could not be examined: another run is writing to it.",
            state="Nothing was changed.",
            next_step="Wait until it has ended and examine again:  matchback doctor",
        )
    failed = [finding.subject for finding in findings if finding.failed]
    if failed:
        raise CheckFailed(
            f"{count(len(failed), 'thing does', 'things do')} not hold: {', '.join(failed)}.",
            state="Nothing was changed.",
            next_step="What to do about each stands above, and in:  matchback doctor",
        )
    return dict(Counter(finding.status for finding in findings))


def _keep(context: RunContext, feed_id: str, remote: RemoteFile) -> Delivery:
    """Write what is known of a waiting file into the protected area; return its entry."""
    content = json.dumps(asdict(remote), sort_keys=True)
    delivery_id = hashlib.sha256(f"{feed_id}|{content}".encode()).hexdigest()[:16]
    path = _listing(context, delivery_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return {"feed_id": feed_id, "delivery_id": delivery_id, "label": f"{feed_id} new {delivery_id[:8]}"}


def _listing(context: RunContext, delivery_id: str) -> Path:
    return context.workspace.staging / "listings" / f"{delivery_id}.json"
