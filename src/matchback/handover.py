"""One task at a time: what a scheduler calls where the command line runs all steps in one process.

Tasks hand each other only ids: the names of delivered files can hold personal data, so a listing is kept in the
protected area, and what passes through the scheduler's database is a feed's id and a key of the delivery.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from matchback.context import RunContext, open_context, refuse_future
from matchback.errors import ConfigurationError, MatchbackError
from matchback.fingerprint import refuse_wrong_secret
from matchback.progress import LineProgress
from matchback.settings import workspace_from_environment
from matchback.workspace import Workspace

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.intake.sources import RemoteFile

MOST_LISTINGS = 8  # sources that are asked at the same time: most of the time goes in waiting
Delivery = dict[str, str]


def open_night(
    workspace: str | None, as_of: str | None, moment: datetime, *, allow_future: bool = False
) -> RunContext:
    """Open a workspace for one night.

    `workspace` defaults to MATCHBACK_WORKSPACE; `as_of` (ISO date) to the local day of `moment` (which has an
    offset) in the program's zone. So every task of one night has the same as-of date, however late it runs.
    Raises ConfigurationError for an `as_of` after today, unless `allow_future`.
    """
    folder = Path(workspace) if workspace else workspace_from_environment()
    if folder is None:
        raise ConfigurationError(
            "No workspace is named.", next_step="Set MATCHBACK_WORKSPACE, or give the run a workspace."
        )
    context = open_context(Workspace.at(folder), progress=LineProgress())
    refuse_wrong_secret(context)
    day = date.fromisoformat(as_of) if as_of else moment.astimezone(context.config.zone).date()
    if as_of and not allow_future:
        refuse_future(context.config, day, named="as_of", consent="set allow_future")
    return replace(context, as_of=day, run_id=day.isoformat())


def list_deliveries(context: RunContext) -> list[Delivery]:
    """List the files that wait at every feed's source; one entry per file, with ids only.

    A feed whose source does not answer gives one entry without a delivery: `take_in` then tries that feed whole,
    and fails if it still does not answer, while the other feeds go on.
    """
    with ThreadPoolExecutor(MOST_LISTINGS) as pool:
        found = pool.map(lambda feed: _list_feed(context, feed), context.config.feeds)
        return [delivery for deliveries in found for delivery in deliveries]


def _list_feed(context: RunContext, feed: Feed) -> list[Delivery]:
    from matchback import pickup

    try:
        remotes = pickup.list_files(context, feed)
    except MatchbackError as error:
        context.progress.note(f"{feed.id}: {error.what}")
        return [{"feed_id": feed.id, "delivery_id": "", "label": f"{feed.id} whole"}]
    return [_keep(context, feed.id, remote) for remote in remotes]


def take_in(context: RunContext, delivery: Delivery) -> dict[str, str]:
    """Receive one file and validate it; return its id and what validation made of it.

    Bad data is a value, never an exception. A delivery that an earlier try had received has no id here (whatever it
    left unvalidated, the next `validate` step validates); one whose listing is used up tries its feed whole.
    """
    from matchback import pickup, validate
    from matchback.intake.received import received_file
    from matchback.intake.sources import RemoteFile
    from matchback.steps import run_steps

    feed = context.config.feed(delivery["feed_id"])
    taken = {"feed_id": feed.id, "file_id": "", "status": "", "label": delivery["label"]}
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
    day = received_file(context.journal, file_id).received_on
    label = f"{feed.id} {day} {file_id[:8]}"
    return {"feed_id": feed.id, "file_id": file_id, "status": summary.status, "label": label}


def bring_up_to(context: RunContext, steps: Sequence[str]) -> dict[str, str]:
    """Run the steps; those that are current do nothing. Return each step's line of words."""
    from matchback.steps import run_steps

    return {summary.step: summary.line for summary in run_steps(context, steps)}


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
