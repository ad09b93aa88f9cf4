"""The columns of a file specification: their headings in the sender's files, their order, and an example of a file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchback.config import Config, Feed, FileFormat
    from matchback.intake.contracts import Contract, ContractColumn

ONE_OF = {  # the contract's check on whole records: one of these must be given
    "clicks": ("share_id", "shareable_id"),
    "emails": ("recipient_email", "recipient_phone"),
    "audience": ("email", "phone", "partner_user_id"),
}
_LEFT_EMPTY = ("corrected_at", "advocate_person_id", "earlier_event_id")  # in an example of a plain record


def heading_of(feed: Feed, column: ContractColumn) -> str:
    """Return the name under which a column stands in the sender's files."""
    aliases = [alias for alias, target in feed.columns.items() if target == column.name]
    return " or ".join(f"`{alias}`" for alias in aliases) if aliases else f"`{column.name}`"


def listed_columns(feed: Feed, contract: Contract) -> tuple[list[ContractColumn], list[ContractColumn]]:
    """Part the columns that a file may hold into those that the feed names or needs, and the further ones."""
    free = [column for column in contract.columns if column.name not in feed.constants]
    if feed.format.columns:
        order = {name: at for at, name in enumerate(feed.format.columns)}
        aliases = {target: order[alias] for alias, target in feed.columns.items() if alias in order}
        places = {column.name: aliases.get(column.name, order.get(column.name, -1)) for column in free}
        held = [column for column in free if places[column.name] >= 0]
        return sorted(held, key=lambda column: places[column.name]), []
    named = [column for column in free if _is_named(feed, column)]
    one_of = [column for column in free if column.name in ONE_OF.get(feed.kind, ())]
    if not any(column in named for column in one_of):
        named += one_of
    order = {name: at for at, name in enumerate(feed.columns.values())}
    named.sort(key=lambda column: (order.get(column.name, -1), 0))
    return named, [column for column in free if column not in named]


def _is_named(feed: Feed, column: ContractColumn) -> bool:
    return column.required or column.name in feed.columns.values() or column.extra


def example_of(config: Config, feed: Feed, column: ContractColumn) -> str:
    """Return a value that the feed would accept in this column."""
    if column.name == "event_name":
        return _example_event(config, feed)
    checks = feed.checks.get(column.name)
    if checks is not None and checks.allowed:
        return checks.allowed[0]
    return column.example if column.extra else _as_declared(feed.format, column.type, column.example)


def _as_declared(form: FileFormat, type_: str, example: str) -> str:
    """Return an example of the contract as the feed declares its times and amounts to be written."""
    if type_ == "money":
        return example.replace(".", form.decimal)
    if type_ not in ("time", "date") or form.times == "iso":
        return example
    year, month, day = example[:10].split("-")
    moment = datetime.fromisoformat(example)
    seconds = int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    return {
        "day_first": f"{day}.{month}.{year}{example[10:]}",
        "month_first": f"{month}/{day}/{year}{example[10:]}",
        "compact": f"{year}{month}{day}{example[10:]}",
        "epoch_seconds": f"{seconds}",
        "epoch_milliseconds": f"{seconds}000",
    }[form.times]


def _example_event(config: Config, feed: Feed) -> str:
    """Return an event name of the catalog, one that programs recognize if there is one."""
    allowed = feed.checks["event_name"].allowed if "event_name" in feed.checks else None
    events = [event for event in config.events if allowed is None or event.name in allowed]
    ranked = [(event.subject, not event.rewardable, event.stage, event.name) for event in events]
    return max(ranked, key=lambda rank: (rank[0] == "friend", not rank[1], -rank[2]))[-1] if ranked else ""


def example_file(config: Config, feed: Feed, columns: Sequence[ContractColumn]) -> str:
    """Return a header and one record in the feed's own format; of a Parquet file, column and value a line."""
    cells = [
        (
            heading_of(feed, column).split("`")[1],
            "" if column.name in _LEFT_EMPTY and not column.required else example_of(config, feed, column),
        )
        for column in columns
    ]
    kind = feed.format.type
    if kind == "jsonl":
        return json.dumps(dict(cells))
    if kind == "parquet":
        width = max((len(name) for name, _ in cells), default=0)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in cells)
    if kind == "fixed":
        values = dict(cells)
        widths = feed.format.widths or []
        return "".join(
            values.get(name, "")[: width or None].ljust(width)
            for name, width in zip(feed.format.columns or [], widths, strict=True)
        ).rstrip()
    lines = [[name for name, _ in cells]] if feed.format.header else []
    lines.append([value for _, value in cells])
    if feed.format.columns:
        known = dict(cells)
        lines = [[known.get(name, "") for name in feed.format.columns]]
    return "\n".join(feed.format.separator.join(_quoted(feed, cell) for cell in line) for line in lines)


def _quoted(feed: Feed, cell: str) -> str:
    quote = feed.format.quote
    if not quote or not re.search(f"[{re.escape(quote + feed.format.separator)}]", cell):
        return cell
    return quote + cell.replace(quote, (feed.format.escape or quote) + quote) + quote
