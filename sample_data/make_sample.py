"""Make the sample workspace's files: the same bytes for the same seed, whenever and wherever.

    python sample_data/make_sample.py                # rewrites inbox/, planted.csv and the table in README.md
    python sample_data/make_sample.py --to DIR       # the same into another folder

`mapping.csv` gives the ids that depend on the workspace's secret (reward and person ids): records that need one
are written only when it is there.
"""

from __future__ import annotations

import argparse
import csv
from datetime import date
from pathlib import Path

from generator.background import Crowd
from generator.cases import CASES
from generator.cases_eligibility import plant_eligible, plant_ineligible, plant_persons
from generator.cases_intake import plant_intake
from generator.cases_recognition import plant_losers, plant_times, plant_types
from generator.cases_rewards import plant_answers, plant_rewards
from generator.files import write_files
from generator.sample import MONTH_ENDS, NIGHTS, Row, Sample

HERE = Path(__file__).parent
SEED = 20_261_107
BEGIN, END = "<!-- planted cases: begin -->", "<!-- planted cases: end -->"


def build(mapping: dict[str, str]) -> Sample:
    """Return the whole sample: planted cases, crowd, lists."""
    sample = Sample()
    plant_types(sample, mapping)
    plant_losers(sample)
    plant_times(sample)
    plant_ineligible(sample)
    plant_eligible(sample)
    plant_persons(sample)
    plant_rewards(sample)
    plant_intake(sample)
    plant_answers(sample, mapping)
    Crowd(sample, SEED).make()
    _write_lists(sample)
    return sample


def _write_lists(sample: Sample) -> None:
    for feed, people, days in (
        ("eligible-advocates", sample.eligible, [*MONTH_ENDS, date(2026, 11, 4)]),
        ("existing-members", sample.members, [*MONTH_ENDS, *NIGHTS]),
    ):
        for day in days:
            for member, (person, from_day) in people.items():
                if from_day <= day:
                    sample.add(feed, day, member, partner_user_id=member, email=person.email)


def _resend(inbox: Path) -> tuple[str, str, int]:
    """Copy one night's openings under another name: the bank sent the same bytes twice."""
    folder = inbox / "account-openings"
    again = folder / "events_20261105_resend.csv"
    again.write_bytes((folder / "events_20261105.csv").read_bytes())
    return ("resent-file", f"account-openings/{again.name}", 0)


def _record_list(places: list[tuple[str, str, int]], case: str) -> str:
    by_file: dict[str, list[int]] = {}
    people = ("advocates/", "members/")  # only of interest where nothing else tells the case
    for name, file, number in places:
        if name == case and not file.startswith(people):
            by_file.setdefault(file, []).append(number)
    return "; ".join(
        f"`{file}` " + (", ".join(map(str, numbers)) if any(numbers) else "(whole file)")
        for file, numbers in sorted(by_file.items())
    )


def write_readme(path: Path, places: list[tuple[str, str, int]]) -> None:
    """Replace the table of planted cases in the README, between its two marks."""
    lines = ["| case | files and records | what must happen |", "|---|---|---|"]
    for case, outcome in CASES.items():
        lines.append(f"| {case} | {_record_list(places, case)} | {outcome} |")
    text = path.read_text()
    head, rest = text.split(BEGIN)
    path.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{rest.split(END)[1]}")


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description="Make the sample workspace's files.")
    parser.add_argument("--to", type=Path, default=HERE)
    target = parser.parse_args().to
    target.mkdir(parents=True, exist_ok=True)
    with (HERE / "mapping.csv").open(newline="") as lines:
        mapping = {row["name"]: row["value"] for row in csv.DictReader(lines)}
    sample = build(mapping)
    places = write_files(sample, target / "inbox")
    places.append(_resend(target / "inbox"))
    lists = {"eligible-advocates", "existing-members"}
    with (target / "planted.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "file", "record_number"])
        writer.writerows(sorted(places))
    if (target / "README.md").exists():
        write_readme(target / "README.md", places)
    records = {feed: 0 for feed, _, _ in sample.rows}
    for (feed, _, _), rows in sample.rows.items():
        records[feed] += sum(1 for row in rows if isinstance(row, Row))
    for feed, count in sorted(records.items()):
        print(f"{feed:22} {count:6,} records" + (" over all its lists" if feed in lists else ""))


if __name__ == "__main__":
    main()
