"""Run the sample night by night on a copy, as a bank's nights would run, and print what happened: `make run`.

    python sample_data/run_sample.py build/sample

The first time it copies this folder there. Again, it goes on where it stopped, and says so if nothing is new.
"""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from matchback.answers.operations import add_recognition, decide_rewards
from matchback.answers.summary import night_line, summarize
from matchback.context import RunContext, open_context
from matchback.errors import MatchbackError
from matchback.nights import Night, iterate_nights
from matchback.progress import BarProgress, QuietProgress
from matchback.workspace import Workspace

SAMPLE = Path(__file__).resolve().parent
FIRST, LAST = date(2026, 10, 31), date(2026, 11, 7)
LEFT_OUT = ("generator", "expected", "var", "__pycache__", "*.py")


def main(arguments: list[str]) -> int:
    """Copy the sample if it is not there yet, run its nights, print the summary; return the exit code."""
    if any(argument.startswith("-") for argument in arguments):
        print(__doc__)
        return 2
    target = Path(arguments[0]) if arguments else Path("build/sample")
    try:
        run_sample(copy_sample(target))
    except MatchbackError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def copy_sample(target: Path) -> Workspace:
    """Return the workspace at `target`, made from this folder if there is none; whole or not at all."""
    if not target.exists():
        aside = target.with_name(target.name + ".part")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(SAMPLE, aside, ignore=shutil.ignore_patterns(*LEFT_OUT))
        aside.rename(target)
    return Workspace.at(target)


def run_sample(workspace: Workspace) -> list[Night]:
    """Run the nights that have not run yet (at least the last one), with the acts of the sample's operators."""
    progress = BarProgress(leaves_lines=False) if sys.stderr.isatty() else QuietProgress()
    context = open_context(workspace, as_of=LAST, progress=progress)
    nights: list[Night] = []
    for day in nights_left(context):
        record_acts(replace(context, as_of=day))
        nights += iterate_nights(context, [day])
        if nights[-1].changed:
            print(night_line(workspace, nights[-1]), flush=True)
    if any(night.changed for night in nights):
        print()
    print(summarize(workspace, nights).text())
    return nights


def nights_left(context: RunContext) -> list[date]:
    """Return the nights after the last that was run to its end; the last night always."""
    finished = [date.fromisoformat(run.body["as_of"]) for run in context.journal.entries(kind="run_finished")]
    first = max([FIRST, *(day + timedelta(days=1) for day in finished)])
    return [first + timedelta(days=number) for number in range((LAST - first).days + 1)] or [LAST]


def record_acts(context: RunContext) -> None:
    """Journal what the sample's operators do on this day, once."""
    acts = tomllib.loads((context.workspace.root / "acts.toml").read_text(encoding="utf-8"))["acts"]
    done = {entry.body["acted_on"] for entry in context.journal.entries(kind="act")}
    if context.as_of.isoformat() in done:
        return
    for act in acts:
        if act["on"] == context.as_of:
            os.environ["MATCHBACK_OPERATOR"] = act["operator"]
            _record(context, act)


def _record(context: RunContext, act: dict[str, Any]) -> None:
    if act["act"] == "recognition_added":
        add_recognition(context, act["event"], act["program"], act["advocate"], act["reason"])
    else:
        verb = {"reward_approved": "approve", "reward_declined": "decline"}[act["act"]]
        decide_rewards(context, verb, [act["reward"]], act["reason"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
