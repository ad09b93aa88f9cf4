"""A simulation of reward rules in a process of its own, so that it can be bounded and stopped.

It runs what `matchback simulate rewards` runs, on a copy of the warehouse that nobody else sees, and changes nothing.
The rules come on standard input; the answer goes to standard output as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from matchback.errors import MatchbackError
from matchback.workspace import Workspace

SECONDS = 180
CPU_SECONDS = 300
MOST_BYTES = 200_000
_HEAD = "[[rewards]]"


class TooLong(MatchbackError):
    """A simulation took longer than it may."""


def simulate(workspace: Workspace, rules: str) -> dict[str, Any]:
    """Return what other rules would have given: `parts` are markup, `terms` and `costs` words."""
    command = [sys.executable, "-m", "matchback.support.simulating", str(workspace.root)]
    try:
        done = subprocess.run(
            command, input=rules.encode(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise TooLong(
            f"It took longer than {SECONDS // 60} minutes, or a run was writing all the while.",
            state="It was stopped. Nothing was changed.",
            next_step="Try again when no run is going on, or on the command line, where it may take its time.",
        ) from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise TooLong(
            "The simulation ended without an answer: it needed more than it may have.",
            state="Nothing was changed.",
        ) from None
    if "what" in answer:
        raise MatchbackError(answer["what"], state=answer["state"], next_step=answer["next_step"])
    return answer


def rules_in_force(workspace: Workspace) -> str:
    """Return the rules as they stand in matchback.toml, as they are written there."""
    kept: list[str] = []
    inside = False
    for line in workspace.config_path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            inside = line.startswith((_HEAD, "[rewards.", "[[rewards."))
        if inside:
            kept.append(line)
    while kept and (not kept[-1].strip() or kept[-1].startswith("#")):
        kept.pop()
    return "\n".join(kept) + "\n"


def main(root: str) -> None:
    """Simulate the rules of standard input, and print the answer or what is wrong with them."""
    from matchback.answers.printing import money
    from matchback.answers.simulate import Scope
    from matchback.answers.simulate_rewards import simulate_rewards
    from matchback.answers.simulate_rewards_page import rewards_parts
    from matchback.answers.simulate_text import changed_terms
    from matchback.progress import QuietProgress

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    workspace = Workspace.at(Path(root))
    answer: dict[str, Any]
    with tempfile.TemporaryDirectory(dir=workspace.staging) as folder:
        rules = Path(folder) / "rules.toml"
        rules.write_bytes(sys.stdin.buffer.read(MOST_BYTES))
        try:
            data = simulate_rewards(workspace, rules, Scope(), QuietProgress())
        except MatchbackError as error:
            answer = {
                "what": error.what.replace(folder, ""),
                "state": error.state,
                "next_step": error.next_step,
            }
        else:
            answer = {
                "as_of": str(data["as_of"]),
                "version": data["version"],
                "terms": changed_terms(data),
                "costs": [
                    {
                        "now": money(row["now_minor"], row["currency"]),
                        "then": money(row["then_minor"], row["currency"]),
                    }
                    for row in data["costs"]
                ],
                "parts": rewards_parts(data),
            }
    sys.stdout.write(json.dumps(answer))


def is_rules(text: str) -> bool:
    """Tell whether a text is TOML with rules in it, before a process is started for it."""
    try:
        return isinstance(tomllib.loads(text).get("rewards"), list)
    except (ValueError, RecursionError):  # no TOML; a number of thousands of digits; brackets a thousand deep
        return False


if __name__ == "__main__":
    main(sys.argv[1])
