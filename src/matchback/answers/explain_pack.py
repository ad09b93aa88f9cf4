"""The auditor's page: one answer with everything that it rests on, and how to check each part without this program.

One file that runs no script and loads nothing, in the style of the report. Every value is escaped. It names members, so
only its writer may read it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from matchback.answers.explain import Explanation
from matchback.answers.explain_candidates import evidence, outcome
from matchback.answers.explain_nothing import ASKED
from matchback.answers.explain_short import in_short, measures
from matchback.answers.explain_text import Teller
from matchback.answers.explain_timeline import happening, when
from matchback.answers.explain_words import (
    OUTCOMES,
    describe_condition,
    describe_ground,
)
from matchback.answers.printing import money
from matchback.errors import ConfigurationError, MatchbackError
from matchback.intake.private_files import open_private_file
from matchback.publishing.report_html import card, section
from matchback.publishing.report_shell import shell
from matchback.publishing.report_words import title_words

Data = dict[str, Any]
LEDGER_CHECK = (
    "A ledger entry: sha256sum of the hash of the entry before, one line feed and the entry's exact text gives its own "
    "hash; nothing follows the text, and entry 1 follows 64 zeros."
)


def write_pack(explanation: Explanation, path: Path, *, force: bool = False) -> None:
    """Write the page, readable by its writer alone; raise ConfigurationError if the file is there and not `force`."""
    content = pack_page(explanation).encode()
    if not path.parent.is_dir():
        raise ConfigurationError(f"There is no folder {path.parent} to write the page into.")
    try:
        if force:
            partial = path.with_name(f".{path.name}.partial")
            with open_private_file(partial) as file:
                file.write(content)
            partial.replace(path)
        else:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
    except FileExistsError:
        raise ConfigurationError(
            f"{path} is there already.",
            state="It was left as it is.",
            next_step="Name another file, or add --force.",
        ) from None
    except OSError as error:
        raise MatchbackError(f"{path} cannot be written ({error.strerror}).") from None


def pack_page(explanation: Explanation) -> str:
    """Return the page of an answer that was gathered with its proof."""
    data, teller = explanation.data, Teller(explanation.data, explanation.config)
    title = f"{title_words(explanation.config.workspace.name)}: why, as of {data['version']['as_of']}"
    body = [_head(explanation), _short(data, teller), _timelines(data, teller)]
    for journey in data["journeys"]:
        body += [_candidates(journey, teller), _conditions(journey, teller)]
    body += [
        _ledger(data["proof"]["entries"]),
        _terms(explanation),
        _rules(data["proof"]["rules"]),
        _files(data["proof"]["files"]),
    ]
    body += [_whole(teller), _checking(data)]
    return shell(title, "\n".join(part for part in body if part), styles=("page.css", "pack.css"))


# --- sections ----------------------------------------------------------------------------------------------------


def _head(explanation: Explanation) -> str:
    version, asked = explanation.data["version"], ASKED[explanation.data["asked"]]
    return (
        f'<header><p class="kind">Explanation for the auditor</p>'
        f"<h1>{escape(title_words(explanation.config.workspace.name))}</h1>"
        f'<p class="quiet">Asked about {escape(asked)}, as of {version["as_of"]} · version '
        f"{escape(version['version_id'])} · Matchback {escape(version['code_version'])}</p></header>"
    )


def _short(data: Data, teller: Teller) -> str:
    lines = in_short(data, teller.config, teller.name)[1:]
    items = "".join(f"<li>{escape(line.strip())}</li>" for line in lines)
    answer = f"<ul>{items}</ul>" if items else "<p>The whole answer stands below, in words.</p>"
    return section(
        "The answer in short", "Who was recognized, and what is owed or missing.", card(answer, "hero")
    )


def _timelines(data: Data, teller: Teller) -> str:
    parts = []
    for timeline in data["timelines"]:
        rows = [
            (when(row, teller.config).strip(), happening(row, teller.config, teller.name), *_record(row))
            for row in timeline["rows"]
        ]
        named = " and ".join(teller.name(person) for person in timeline["person_ids"])
        whose = named or "a friend whom no record names"
        words = f"All that is known of {whose}, in order; each line with the record that says so."
        parts.append(
            section("Timeline", words, card(_table(("when", "what", "file", "record", "received"), rows)))
        )
    return "".join(parts)


def _candidates(journey: Data, teller: Teller) -> str:
    rows = []
    for program in journey["programs"]:
        judged = teller.judged(journey, program)
        for row in program["candidates"]:
            rows.append(
                (
                    program["program"],
                    teller.name(row["advocate_id"]),
                    describe_ground(row["recognition_type"], row["on_event"]),
                    teller.at(row["evidence_at"]),
                    f"{'' if row['days_before'] is None else row['days_before']} of {row['look_back_days']}",
                    f"{row['tier']}",
                    outcome(row, teller.at, judged),
                    evidence(row).strip(" []"),
                )
            )
    columns = (
        "program",
        "advocate",
        "the friend",
        "evidence",
        "days before, of",
        "rank",
        "outcome",
        "rests on",
    )
    words = f"Journey {journey['journey_id']}: everybody who could have been recognized, and why each won or lost."
    return section("Candidates", words, card(_table(columns, rows))) if rows else ""


def _conditions(journey: Data, teller: Teller) -> str:
    rows = []
    for decision in journey["decisions"]:
        for row in decision["conditions"]:
            words = describe_condition(teller.config, decision["rule_id"], row["condition"])
            rows.append(
                (
                    f"{decision['rule_id']} for the {decision['role']} ({decision['status']})",
                    words,
                    OUTCOMES.get(row["outcome"], row["outcome"]).strip(),
                    ", ".join(measures(row, is_described=words != row["condition"])),
                    decision["rule_version"],
                )
            )
    columns = ("rule", "condition", "holds", "observed and missing", "version")
    words = f"Journey {journey['journey_id']}: each condition of each rule, as judged on that day."
    return section("Conditions", words, card(_table(columns, rows))) if rows else ""


def _ledger(entries: Sequence[Data]) -> str:
    if not entries:
        return ""
    content = ""
    for entry in entries:
        amount = money(entry["amount_minor"], entry["currency"])
        holds = ("yes", "the hash holds") if entry["holds"] else ("no", "THE HASH DOES NOT HOLD")
        kind = entry["entry_kind"].replace("_", " ")
        head = f"Entry {entry['sequence']}: {entry['effective_on']}, {kind}, {amount}, reward {entry['reward_id']}"
        content += (
            f'<h3>{escape(head)} · <span class="{holds[0]}">{holds[1]}</span></h3>'
            f"<p>Hash of the entry before: <code>{escape(entry['previous_hash'])}</code></p>"
            f"<pre>{escape(entry['text'])}</pre><p>Its own hash: <code>{escape(entry['chain_hash'])}</code></p>"
        )
    words = "Every entry that these rewards have in the ledger, as it is hashed, with the hash of the entry before it."
    return section("Ledger", words, card(content))


def _terms(explanation: Explanation) -> str:
    """Return the terms by which recognition was decided, every default written out."""
    data, config = explanation.data, explanation.config
    names = {program["program"] for journey in data["journeys"] for program in journey["programs"]}
    content = ""
    for program in config.programs:
        if program.id in names:
            text = json.dumps(program.model_dump(mode="json", by_alias=True), indent=2, sort_keys=True)
            content += f"<h3>Program {escape(program.id)}</h3><pre>{escape(text)}</pre>"
    if not content:
        return ""
    made_under = data["version"]["config_hash"]
    whose = f"<p>Of the configuration <code>{config.hash}</code>, under which this version was made.</p>"
    if config.hash != made_under:
        whose = (
            f"<p>Of today's configuration, <code>{config.hash}</code>; this version was made under another, which the "
            f"archive keeps as <code>{escape(made_under)}</code>.</p>"
        )
    words = "Order of the grounds, look-back, tie-break, relationship, who is not eligible, quality rules."
    return section("Terms of recognition", words, card(whose + content))


def _rules(rules: Sequence[Data]) -> str:
    if not rules:
        return ""
    content = ""
    for rule in rules:
        until = f" to {rule['until_on']}" if rule["until_on"] else ""
        head = f"{rule['rule_id']}, version {rule['rule_version']}"
        content += (
            f"<h3>{escape(head)}</h3>"
            f"<p>Program {escape(rule['program'])}, in force from {rule['from_on']}{until}, first used "
            f"as of {rule['first_used_as_of']}.</p><pre>{escape(rule['text'])}</pre>"
        )
    return section(
        "Rules in force", "The exact text of each rule version that judged or paid here.", card(content)
    )


def _files(files: Sequence[Data]) -> str:
    rows = [
        (
            row["file_id"],
            f"{row['feed_id']} ({row['kind']})",
            str(row["received_on"]),
            row["status"],
            f"{row['records']:,}",
            row["content_hash"],
        )
        for row in files
    ]
    columns = ("file", "feed", "received", "status", "records", "SHA-256 of its bytes")
    words = "Every file that a statement rests on. The archive keeps its bytes under their hash."
    return section("Files", words, card(_table(columns, rows))) if rows else ""


def _whole(teller: Teller) -> str:
    text = escape("\n".join(teller.lines()))
    return section("The whole answer", "As the command line tells it.", card(f"<pre>{text}</pre>"))


def _checking(data: Data) -> str:
    version = data["version"]
    items = (
        "A file: sha256sum of the archived bytes gives the hash in the table of files. Records are counted from 1.",
        "A rule: sha256sum of its exact text, without a line end, begins with the rule's version.",
        LEDGER_CHECK,
        "All of the ledger: matchback doctor checks the whole chain, and every other invariant.",
        f"The version: its manifest.json names the hash of every table; its content hash is {version['content_hash']}.",
        f"Its configuration is {version['config_hash']}, its journal entry {version['journal_number']:,}.",
    )
    points = "".join(f"<li>{escape(item)}</li>" for item in items)
    words = "With nothing but the files of the workspace and a program that makes SHA-256."
    footer = "This page names members by their ids. Keep it where only those may read it who need to."
    return section("How to check it", words, card(f"<ul>{points}</ul>")) + f"<footer><p>{footer}</p></footer>"


def _record(row: Data) -> tuple[str, str, str]:
    if not row.get("file_id"):
        return "", "", ""
    return f"{row['feed_id']} {row['file_id']}", str(row["record_number"]), str(row.get("received_on") or "")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that becomes a list of cards on a narrow screen."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    lines = "".join(
        "<tr>"
        + "".join(
            f'<td data-name="{escape(name)}"{_mono(name)}>{escape(cell)}</td>'
            for name, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<table class="facts"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'


def _mono(name: str) -> str:
    return ' class="mono"' if name.startswith("SHA-256") or name in ("version", "file") else ""
