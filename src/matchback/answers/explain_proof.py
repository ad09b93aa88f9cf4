"""What an answer rests on, so that an auditor can check it: rule texts, files by their content, links of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matchback.rewards.ledger_book import GENESIS, Entry, canonical_entry, chain_hash

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Data = dict[str, Any]


def gather_proof(warehouse: Warehouse, data: Data) -> Data:
    """Return `rules`, `files` and `entries` of all that an answer names; each entry says whether its hash holds."""
    rewards = [row for journey in data["journeys"] for row in journey["rewards"]]
    rewards += [row for person in data["persons"] for row in person["rewards"]]
    entries = [
        check_link(row)
        for reward_id in dict.fromkeys(reward["reward_id"] for reward in rewards)
        for row in warehouse.rows("explain/pack_entries", {"reward_id": reward_id})
    ]
    judged = [row for journey in data["journeys"] for row in journey["decisions"]]
    versions = sorted({(row["rule_id"], row["rule_version"]) for row in [*judged, *entries]})
    files = sorted({str(row["file_id"]) for row in _rows(data) if row.get("file_id")})
    return {
        "rules": [
            row
            for rule_id, version in versions
            for row in warehouse.rows("explain/pack_rule", {"rule_id": rule_id, "rule_version": version})
        ],
        "files": [
            row for file_id in files for row in warehouse.rows("explain/pack_file", {"file_id": file_id})
        ],
        "entries": entries,
    }


def check_link(row: Data) -> Data:
    """Return an entry with the text that its hash covers, and whether the hash is the one of that text."""
    previous = row.pop("previous_hash") or GENESIS
    entry = Entry(**row)
    return {
        "sequence": entry.sequence,
        "reward_id": entry.reward_id,
        "entry_kind": entry.entry_kind,
        "rule_id": entry.rule_id,
        "rule_version": entry.rule_version,
        "amount_minor": entry.amount_minor,
        "currency": entry.currency,
        "effective_on": entry.effective_on,
        "text": canonical_entry(entry),
        "previous_hash": previous,
        "chain_hash": entry.chain_hash,
        "holds": chain_hash(previous, entry) == entry.chain_hash,
    }


def _rows(node: Any) -> Iterator[Data]:
    """Yield every row of an answer, at any depth."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _rows(value)
    elif isinstance(node, list):
        for item in node:
            yield from _rows(item)
