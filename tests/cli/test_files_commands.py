"""What the operator sees of files that are not taken in, and how results follow a sender who moved."""

from __future__ import annotations

import json
from pathlib import Path

from cli.conftest import OPENINGS, Call


def configure(bank: Path, feed: str, *lines: str) -> None:
    """Add lines to a feed."""
    path = bank / "matchback.toml"
    text = path.read_text()
    mark = f'id = "{feed}"\n'
    assert text.count(mark) == 1
    path.write_text(text.replace(mark, mark + "".join(f"{line}\n" for line in lines)))


def test_what_is_left_at_a_source_is_shown_with_what_to_do(run_bank: Path, call: Call) -> None:
    configure(run_bank, "advocates", 'ready = { marker = "{name}.done" }')
    (run_bank / "inbox/advocates/advocates_20261104.csv").write_text("x")
    (run_bank / "inbox/openings/openings_20261131.csv").write_text("x")
    assert call("run", "--as-of", "2026-11-04", "--workspace", run_bank, "--quiet").code == 0
    listed = call("files", "list", "--workspace", run_bank)
    assert listed.out.endswith(
        "Not taken in yet:\n\n"
        "advocates: advocates_20261104.csv\n"
        "  left at its source: It has no marker yet.\n"
        "  → Ask the sender. The marker says that it is whole.\n\n"
        "openings: openings_20261131.csv\n"
        "  left at its source: It has no real date in its name.\n"
        "  → Ask the sender to name it as agreed.\n"
    )
    rows = json.loads(
        call(
            "files", "list", "--status", "at_source", "--feed", "openings", "--workspace", run_bank, "--json"
        ).out
    )
    assert rows == [
        {
            "status": "at_source",
            "feed_id": "openings",
            "file_id": None,
            "name": "openings_20261131.csv",
            "reason_code": "date",
            "why": "It has no real date in its name.",
            "next_step": "Ask the sender to name it as agreed.",
        }
    ]
    (run_bank / "inbox/openings/openings_20261131.csv").unlink()
    assert call("pickup", "--as-of", "2026-11-04", "--workspace", run_bank, "--quiet").code == 0
    assert "Nothing" not in call("files", "list", "--status", "at_source", "--workspace", run_bank).out
    assert "openings_20261131" not in call("files", "list", "--workspace", run_bank).out


def test_it_is_shown_before_anything_is_published(bank: Path, call: Call) -> None:
    (bank / "inbox/openings/openings_20261131.csv").write_text("x")
    assert call("files", "list", "--workspace", bank).code == 1
    assert call("pickup", "--as-of", "2026-11-04", "--workspace", bank, "--quiet").code == 0
    listed = call("files", "list", "--workspace", bank)
    assert (listed.code, listed.out.splitlines()[0]) == (0, "Not taken in yet:")


def test_a_held_file_is_shown_with_the_command_that_frees_it(run_bank: Path, call: Call) -> None:
    configure(
        run_bank,
        "openings",
        'expect = { stop_on = ["empty"] }',
    )
    (run_bank / "inbox/openings/openings_20261104.csv").write_text(OPENINGS.splitlines()[0] + "\n")
    said = call("run", "--as-of", "2026-11-04", "--workspace", run_bank, "--quiet")
    assert said.code == 3, said.err
    (row,) = json.loads(call("files", "list", "--status", "held", "--workspace", run_bank, "--json").out)
    assert (row["name"], row["reason_code"]) == ("openings_20261104.csv", "not_as_expected")
    short = row["file_id"][:8]
    assert row["next_step"] == f"Look at it, then:  matchback quarantine readmit {short} --reason CODE"
    assert (
        f"openings: file {short}, openings_20261104.csv\n  held: "
        in call("files", "list", "--workspace", run_bank).out
    )


def test_results_follow_a_sender_who_moved_once_somebody_says_so(bank: Path, call: Call) -> None:
    """And only to the address of which it was said."""
    configure(bank, "openings", 'after = { results_to = "results" }')
    text = (bank / "matchback.toml").read_text()
    (bank / "inbox/openings/results").write_text("a file where the folder should be")
    assert call("run", "--as-of", "2026-11-03", "--workspace", bank, "--quiet").code == 0
    for folder in ("moved", "elsewhere"):
        (bank / "inbox" / folder).mkdir()
    (bank / "matchback.toml").write_text(text.replace('"inbox/openings"', '"inbox/moved"'))
    waits = call("deliver", "--workspace", bank)
    assert "openings: 1 results file waits in var/outbox" in waits.err
    assert "matchback files redeliver --feed openings --reason server_moved" in waits.err
    said = call(
        "files", "redeliver", "nonsense", "--feed", "openings", "--reason", "moved", "--workspace", bank
    )
    assert (said.code, "No results of file nonsense of feed openings wait" in said.err) == (1, True)
    said = call("files", "redeliver", "--feed", "openings", "--reason", "server_moved", "--workspace", bank)
    assert said.code == 0
    assert said.out.endswith(
        "the results of 1 file of openings go to inbox/moved.\nSend them now:  matchback deliver\n"
    )
    (bank / "matchback.toml").write_text(text.replace('"inbox/openings"', '"inbox/elsewhere"'))
    assert call("deliver", "--workspace", bank).out.startswith("Delivered: 0 results files")
    (bank / "matchback.toml").write_text(text.replace('"inbox/openings"', '"inbox/moved"'))
    sent = call("deliver", "--workspace", bank)
    assert sent.out.startswith("Delivered: 1 results files") and "waits" not in sent.err
    assert [path.name for path in (bank / "inbox/moved/results").iterdir()] == [
        "openings_20261103.csv.results.csv"
    ]
    assert '"act":"results_redirected"' in (bank / "var/journal/journal.jsonl").read_text()
    again = call("files", "redeliver", "--feed", "openings", "--reason", "server_moved", "--workspace", bank)
    assert again.code == 1
