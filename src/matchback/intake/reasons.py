"""Why records and files are refused, in words for their sender. No message ever quotes a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchback.config import FileFormat

RECORD_REASONS: dict[str, str] = {
    "column_count": "the record has another number of columns than the header",
    "bad_quoting": "a quote stands where none belongs",
    "unclosed_quote": "a quote is opened and never closed",
    "stray_line_end": "a carriage return stands inside the record",
    "repeated_header": "the record is the header line again",
    "record_length": "the record has another length than its columns together",
    "record_too_long": "the record is longer than 1 MiB",
    "not_json": "the line is not one JSON object",
    "repeated_key": "the object names a key twice",
    "too_deep": "the object is nested more than 32 levels deep",
    "not_a_value": "the column holds a list or an object where one value belongs",
    "readings_differ": "the amount is uncertain: read in two ways, the record gives two; write it as a plain number, "
    "such as 1234.50, and name its key once",
    "number_too_large": "the record holds a number that most programs cannot read, such as 1e400; write it as text",
    "bad_encoding": "the record is not text in the declared encoding",
    "missing": "the column is required and empty",
    "not_printable": "the column holds a control or invisible character",
    "too_long": "the column is too long",
    "not_a_timestamp": "the column is not an ISO 8601 date or time, such as 2026-11-07T14:30:00-05:00 or 2026-11-07",
    "not_a_date": "the column is not an ISO 8601 date, such as 2026-11-07",
    "not_day_first": "the column is not a date or time written day first, such as 07.11.2026 or 7/11/2026 14:30",
    "not_month_first": "the column is not a date or time written month first, such as 11/07/2026 or 11/7/2026 14:30",
    "not_compact": "the column is not a date or time that begins with year, month and day in eight digits, such as "
    "20261107 or 20261107T14:30",
    "not_epoch_seconds": "the column is not a time in whole seconds since 1970, such as 1794079800",
    "not_epoch_milliseconds": "the column is not a time in whole milliseconds since 1970, such as 1794079800000",
    "nonexistent_time": "the clock skips this time in the feed's zone; send it with its offset",
    "not_money": "the column is not an amount, such as 1234.50: digits, a point, no sign but a leading minus",
    "not_comma_money": "the column is not an amount, such as 1234,50: digits, a comma, no sign but a leading minus",
    "amount_too_large": "the amount has more than 12 digits before the point",
    "too_many_decimals": "the amount has more decimal places than its currency",
    "unknown_currency": "the column is not an ISO 4217 currency code, such as USD",
    "not_a_flag": "the column is neither true nor false",
    "not_a_whole_number": "the column is not a whole number",
    "not_one_of": "the column is not one of the words that the contract allows",
    "not_an_email": "the column is not one email address",
    "not_a_phone": "the column is not one phone number with its area code",
    "not_a_hash": "the column is not a hash of the agreed kind, in hex or base64",
    "spreadsheet_number": "a spreadsheet has made a number of this id, such as 1.23E+15 or 1234.0; send it as text",
    "unknown_event_name": "the event catalog has no event of this name",
    "missing_for_event": "the event catalog requires the column for this event, and it is empty",
    "not_a_number": "the column is not a number, such as 12.5: digits, a point, no sign but a leading minus",
    "not_in_pattern": "the column is not written as the file specification says",
    "out_of_range": "the column lies outside the range that the file specification gives",
    "own_check": "the record fails a check that this workspace added",
    "missing_identifier": "the record lacks an identifier that its kind requires",
    "file_refused": "the record is good, but its file was refused as a whole",
}

FILE_REASONS: dict[str, str] = {
    "empty_file": "the file is empty",
    "wrong_format": "the file is not in the declared format",
    "wrong_encoding": "the file is not in the declared encoding",
    "damaged_archive": "the compressed file is damaged",
    "inflates_too_much": "the file inflates beyond the limit",
    "not_one_member": "the zip file does not hold exactly one file",
    "unsafe_archive": "the zip file is not safe to open",
    "encrypted_archive": "the zip file is encrypted",
    "not_decrypted": "the file cannot be decrypted",
    "not_signed": "the file is not signed as agreed",
    "stray_line_end": "the lines of the file end in carriage returns only",
    "bad_header": "the header line is not well quoted",
    "too_many_columns": "the file has too many columns",
    "trailer_missing": "the declared trailer is missing",
    "trailer_wrong": "the trailer's totals disagree with the records",
    "manifest_wrong": "the manifest disagrees with the file",
    "missing_column": "the header lacks a column",
    "repeated_column": "the header names a column twice",
    "damaged_parquet": "the Parquet file is damaged",
    "encrypted_parquet": "the Parquet file is encrypted",
    "unsupported_type": "a column has a type that the contract cannot take",
    "too_many_records": "the file has more records than the limit",
    "own_contract_failed": "the workspace's own contract failed; its operator must mend it",
    "counts_disagree": "two independent readings of the file disagree",
    "unreadable": "the file could not be read",
    "parser_failed": "the file breaks the program that reads it",
    "took_too_long": "reading the file takes too long",
    "too_large": "reading the file takes too much memory",
    "too_many_refused": "more records are refused than the feed's limit allows",
    "list_count_wrong": "the list does not name as many distinct members as its control total says",
    "list_shrank": "the list is smaller than the one before by more than the feed's limit allows",
    "declined": "the operator did not take the file",
    "already_delivered": "the same bytes were delivered before and loaded",
}

FILE_NOTES: dict[str, str] = {
    "no_records": "the file holds no records",
    "unknown_columns": "nothing takes these columns",
    "card_numbers": "payment card numbers seem to stand in columns that nothing takes; leave them out of the file",
    "no_last_line_end": "the last line has no line end; it was read all the same",
    "misread_text": "some text seems to have been read in another encoding before it was sent",
}


def as_declared(reason_code: str, form: FileFormat) -> str:
    """Return the reason that names the form in which a feed declares its times and amounts."""
    if reason_code in ("not_a_timestamp", "not_a_date") and form.times != "iso":
        return f"not_{form.times}"
    if reason_code == "not_money" and form.decimal == ",":
        return "not_comma_money"
    return reason_code


def record_message(reason_code: str, column: str) -> str:
    """Return the sentence for one refused record."""
    words = RECORD_REASONS[reason_code]
    return f"{column}: {words}" if column else words


def note_message(code: str, detail: str = "") -> str:
    """Return the words for something that a sender should know though nothing is refused."""
    words = FILE_NOTES[code]
    return f"{words}: {detail}" if detail else words


def alarms(notes: Iterable[str]) -> list[str]:
    """Return those of a file's notes that its operator must know of too."""
    told = (FILE_NOTES["card_numbers"], FILE_NOTES["unknown_columns"])
    return [words for words in notes if words.startswith(told)]


def file_message(reason_code: str, detail: str = "") -> str:
    """Return the sentence for a refused file."""
    words = FILE_REASONS[reason_code]
    return f"{words}: {detail}" if detail else words
