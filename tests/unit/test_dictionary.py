"""Every published column is described once, and the generated page says what the code does."""

from __future__ import annotations

import tomllib
from pathlib import Path

from matchback.publishing.definitions import NOT_MEASURED, REPORTS, definitions, dimensions
from matchback.publishing.dictionary import (
    IDENTIFIER_COLUMNS,
    PublishedTable,
    data_dictionary,
    protected_tables,
    published_tables,
)

REPOSITORY = Path(__file__).resolve().parents[2]
# What others build on, as promised from the first release: names are added, never taken away.
PROMISED = {
    "files": "file_id feed_id received_at received_on status records accepted refused duplicates conflicts waiting"
    " control_lines",
    "refusals": "file_id record_number line_number column_name reason_code message",
    "events": "event_id event_name occurred_at occurred_on person_id journey_id account_key program container"
    " amount_minor amount currency product status file_id record_number",
    "shares": "share_id advocate_id shared_at campaign channel promotion_source program file_id record_number",
    "clicks": "click_id share_id person_id clicked_at campaign channel promotion_source program file_id record_number",
    "emails": "email_id share_id person_id sent_at campaign channel promotion_source program file_id record_number",
    "coupons": "coupon_id advocate_id share_id issued_at program file_id record_number",
    "advocates": "advocate_id enrolled_on file_id record_number",
    "persons": "person_id first_seen_on customer_since_on is_advocate is_employee",
    "person_aliases": "alias person_id",
    "identity_collisions": "identifier_key kind reason_code persons",
    "journeys": "journey_id program person_id account_key root_event_id stage opened_on funded_on qualified_on"
    " closed_on advocate_id",
    "recognitions": "event_id program journey_id advocate_id recognition_type label basis on_event share_id"
    " evidence_at via_event_id friend_event_number is_initial eligible ineligible_reason quality",
    "recognition_candidates": "event_id program advocate_id recognition_type on_event share_id evidence_at outcome"
    " reason_code",
    "recognition_history": "event_id program advocate_id recognition_type decided_as_of superseded_as_of",
    "unrecognized_events": "event_id program reason_code",
    "relationships": "person_id advocate_id since_event_id from_on until_on",
    "reward_rules": "rule_id rule_version program text from_on until_on first_used_as_of",
    "reward_decisions": "journey_id event_id rule_id rule_version role status condition observed threshold gap"
    " deadline_on outcome reason_code",
    "rewards": "reward_id rule_id rule_version program role beneficiary_id journey_id event_id kind amount_minor"
    " amount currency state earned_on release_on",
    "reward_entries": "entry_id sequence reward_id generation entry_kind amount_minor currency effective_on"
    " caused_by reverses_entry_id chain_hash",
    "payouts": "payout_id reward_id amount_minor issued_on status",
    "reward_findings": "reward_id program rule_id role finding caused_by as_of",
    "fulfillments": "payout_id reward_id amount_minor issued_on status outcome",
    "operator_log": "acted_at operator_id act subject_id reason_code",
    "report_attribution": "program week_on advocate_id channel campaign promotion_source currency recognition_type"
    " event_name journeys initial_events subsequent_events new_customers amount_minor reward_minor credit_first"
    " credit_last credit_linear credit_position credit_decay",
    "versions": "version_id as_of journal_number config_hash code_version table_hashes",
}


def named(name: str) -> PublishedTable:
    return next(table for table in published_tables(IDENTIFIER_COLUMNS) if table.name == name)


def test_the_page_is_what_the_code_generates() -> None:
    page = (REPOSITORY / "docs" / "reference" / "data-dictionary.md").read_text(encoding="utf-8")
    assert page == data_dictionary(), (
        "run: python -m matchback.publishing.dictionary > docs/reference/data-dictionary.md"
    )


def test_every_promised_column_is_published() -> None:
    tables = {table.name: {column.name for column in table.columns} for table in published_tables()}
    missing = {name: set(columns.split()) - tables[name] for name, columns in PROMISED.items()}
    assert {name: columns for name, columns in missing.items() if columns} == {}


def test_every_column_has_a_sentence_of_its_own() -> None:
    for table in [*published_tables(IDENTIFIER_COLUMNS), *protected_tables()]:
        assert table.description.endswith(".")
        assert table.grain
        for column in table.columns:
            assert column.description.endswith("."), f"{table.name}.{column.name}"


def test_no_description_is_left_over() -> None:
    words = tomllib.loads(
        (REPOSITORY / "src" / "matchback" / "publishing" / "columns.toml").read_text(encoding="utf-8")
    )
    used = {
        (table.name, column.name)
        for table in [*published_tables(IDENTIFIER_COLUMNS), *protected_tables()]
        for column in table.columns
    }
    own = {(table, column) for table, columns in words["tables"].items() for column in columns}
    assert own - used == set()
    assert set(words["columns"]) - {column for table, column in used if (table, column) not in own} == set()


def test_each_measure_of_a_report_is_defined_and_nothing_else() -> None:
    published = {
        (table.name, column.name)
        for table in published_tables()
        for column in table.columns
        if table.name != "report_definitions"
    }
    defined = [(item.table_name, item.column_name) for item in definitions()]
    assert len(defined) == len(set(defined))
    assert set(defined) - published == set(), "definitions.toml names columns that are not published"
    measures = {
        (table, column)
        for table, column in published
        if table.startswith(REPORTS) and not column.endswith(NOT_MEASURED) and column not in dimensions()
    }
    assert measures - set(defined) == set(), "define them in src/matchback/publishing/definitions.toml"


def test_an_identifier_is_a_column_only_where_it_is_named() -> None:
    def columns(*identifiers: str) -> set[str]:
        return {
            f"{table.name}.{column.name}"
            for table in published_tables(identifiers)
            for column in table.columns
        }

    assert columns("partner_user_id") - columns() == {"events.partner_user_id", "persons.partner_user_id"}
    assert columns("partner_event_id") - columns() == {"events.partner_event_id"}


def test_nothing_published_reads_a_delivered_name() -> None:
    sources = {
        source for table in published_tables() for column in table.columns for source in column.sources
    }
    assert not {source for source in sources if source.endswith((".delivered_name", "identifiers.value"))}


def test_lineage_follows_columns_through_the_query() -> None:
    person = next(column for column in named("emails").columns if column.name == "person_id")
    assert person.sources == ("person_identifiers.person_id",)
    amount = next(column for column in named("events").columns if column.name == "amount")
    assert amount.sources == ("events.amount_minor",)


def test_the_grain_ends_at_its_full_stop() -> None:
    assert named("clicks").grain == "click"
    assert named("clicks").notes.startswith("A click that names only")
    assert "Grain: click." in named("clicks").comment
