"""Bad Parquet: what its sender gets. The numbers are those of the list of bad inputs."""

from __future__ import annotations

import io
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
import pytest

from unit.bad_inputs import OK, Case, Refused, Sender, as_parameters, judge

PARQUET = 'type = "parquet"'
NAMES = pa.array(["account_opened"] * 3)
TIMES = pa.array(["2026-11-01", "2026-11-02", "2026-11-03"])
IDS = pa.array(["E1", "E2", "E3"])
NOON = datetime(2026, 11, 1, 12)


def written(columns: dict[str, Any], **options: Any) -> bytes:
    return of(pa.table({"event_name": NAMES, "event_time": TIMES, **columns}), **options)


def of(table: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, write_page_checksum=True, **options)
    return stream.getvalue()


def named(names: list[str], columns: list[Any]) -> bytes:
    return of(pa.Table.from_arrays(columns, names=names))


def flipped() -> bytes:
    content = bytearray(
        written({"email": pa.array(["ann@example.com"] * 3)}, compression="none", use_dictionary=False)
    )
    place = [match.start() for match in re.finditer(b"ann@", content)][3]
    content[place + 1] ^= 1
    return bytes(content)


def lying() -> bytes:
    """Return a file whose statistics say that its ids begin far above those that it holds."""
    content = written({"partner_event_id": IDS}, compression="none", use_dictionary=False)
    page, end = content.index(b"\2\0\0\0E3") + 6, content.index(b"ARROW:schema")
    footer = content[page:end]
    assert footer.count(b"E1") == footer.count(b"E3") == 1
    return content[:page] + footer.replace(b"E1", b"Z8").replace(b"E3", b"Z9") + content[end:]


class _Vault(pe.KmsClient):  # type: ignore[misc]  # pyarrow comes without types
    """Keeps keys in clear: enough to write an encrypted file."""

    def wrap_key(self, key: bytes, _: str) -> bytes:
        return key.hex().encode()

    def unwrap_key(self, key: bytes, _: str) -> bytes:
        return bytes.fromhex(key.decode())


def encrypted(*, footer_in_clear: bool) -> bytes:
    settings = pe.EncryptionConfiguration(
        footer_key="f", column_keys={"k": ["event_name"]}, plaintext_footer=footer_in_clear
    )
    properties = pe.CryptoFactory(lambda _: _Vault()).file_encryption_properties(
        pe.KmsConnectionConfig(), settings
    )
    table = pa.table({"event_name": NAMES, "event_time": TIMES})
    stream = io.BytesIO()
    with pq.ParquetWriter(stream, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    return stream.getvalue()


WHOLE = written({"partner_event_id": IDS})
MANY = of(
    pa.table(
        {
            "event_name": pa.repeat("account_opened", 2_000_000),
            "event_time": pa.repeat("2026-11-01", 2_000_000),
        }
    )
)
CASES = [
    Case(49, "a good file", WHOLE, [OK] * 3, format=PARQUET),
    Case(49, "cut", WHOLE[:-5], Refused("damaged_parquet"), format=PARQUET),
    Case(49, "the magic alone", b"PAR1", Refused("damaged_parquet"), format=PARQUET),
    Case(49, "a footer that claims to be huge", b"PAR1" + b"\0" * 64 + b"\xff\xff\xff\x7fPAR1", Refused("damaged_parquet"), format=PARQUET),
    Case(49, "CSV under another name", "event_name,event_time\n", Refused("wrong_format", "not Parquet"), format=PARQUET),
    Case(49, "no bytes", b"", Refused("empty_file"), format=PARQUET),
    Case(49, "no rows", of(pa.table({"event_name": NAMES, "event_time": TIMES}).slice(0, 0)), [], format=PARQUET, notes=["holds no records"]),
    Case(50, "a flipped bit", flipped(), Refused("damaged_parquet", "checksum"), format=PARQUET),
    Case(51, "encrypted whole", encrypted(footer_in_clear=False), Refused("encrypted_parquet"), format=PARQUET),
    Case(51, "encrypted columns", encrypted(footer_in_clear=True), Refused("encrypted_parquet"), format=PARQUET),
    Case(52, "money as floats, plain", written({"amount": pa.array([25.1, 3.0, None])}), [OK] * 3, format=PARQUET, money={"USD": 2810}),
    Case(52, "money as floats that hold more places", written({"amount": pa.array([0.1 + 0.2, 25.005, 1.0])}), ["amount:not_money", "amount:too_many_decimals", OK], format=PARQUET),
    Case(52, "money that is not a number", written({"amount": pa.array([25.1, float("nan"), 1.0])}), Refused("unsupported_type", "NaN"), format=PARQUET),
    Case(52, "money without end", written({"amount": pa.array([25.1, float("inf"), 1.0])}), Refused("unsupported_type", "infinity"), format=PARQUET),
    Case(52, "money as decimals of four places", written({"amount": pa.array([Decimal("25.1000"), Decimal("25.0050"), None], pa.decimal128(18, 4))}), [OK, "amount:too_many_decimals", OK], format=PARQUET, money={"USD": 2510}),
    Case(53, "times in nanoseconds, without a zone", of(pa.table({"event_name": NAMES, "event_time": pa.array([NOON] * 3, pa.timestamp("ns"))})), [OK] * 3, format=PARQUET),
    Case(53, "times of 96 bits, no zone declared", of(pa.table({"event_name": NAMES, "event_time": pa.array([NOON] * 3, pa.timestamp("ns"))}), use_deprecated_int96_timestamps=True), Refused("unsupported_type", "time_zone"), format=PARQUET),
    Case(53, "times of 96 bits, the zone declared", of(pa.table({"event_name": NAMES, "event_time": pa.array([NOON] * 3, pa.timestamp("ns"))}), use_deprecated_int96_timestamps=True), [OK] * 3, format=PARQUET, more='time_zone = "UTC"'),
    Case(54, "a column twice", named(["event_name", "event_time", "event_time"], [NAMES, TIMES, TIMES]), Refused("repeated_column", "event_time again"), format=PARQUET),
    Case(54, "a structure", written({"email": pa.array([{"home": "a"}] * 3)}), Refused("unsupported_type", "structures"), format=PARQUET),
    Case(54, "a list", written({"email": pa.array([["a"]] * 3)}), Refused("unsupported_type", "lists"), format=PARQUET),
    Case(54, "bytes", written({"email": pa.array([b"a"] * 3)}), Refused("unsupported_type", "bytes"), format=PARQUET),
    Case(54, "a structure that nothing takes", written({"extra": pa.array([{"a": 1}] * 3)}), [OK] * 3, format=PARQUET, notes=["nothing takes these columns: extra"]),
    Case(54, "a required column of no type", of(pa.table({"event_name": NAMES, "event_time": pa.nulls(3)})), ["event_time:missing"] * 3, format=PARQUET),
    Case(54, "another column of no type is missing throughout", written({"email": pa.nulls(3)}), [OK] * 3, format=PARQUET),
    Case(55, "more rows than the feed takes, told before they are read", MANY, Refused("too_many_records", "1,000,000"), format=PARQUET + ", max_records = 1000000"),
    Case(55, "more cells than the file could hold, told before they are read", MANY, Refused("inflates_too_much"), format=PARQUET + ", max_inflated_bytes = 10000000"),
    Case(57, "statistics that lie", lying(), [OK] * 3, format=PARQUET),
]  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.parametrize(**as_parameters(CASES))
def test_what_the_sender_gets(case: Case, sender: Sender) -> None:
    judge(case, sender)


def test_times_without_a_zone_are_in_the_feeds(sender: Sender) -> None:
    """53: noon in the program's zone, to the second, whatever unit the file counts in."""
    times = pa.array([NOON] * 3, pa.timestamp("ns"))
    content = of(pa.table({"event_name": NAMES, "event_time": times}))
    _, staged, _ = sender.send(Case(53, "naive", content, [OK] * 3, format=PARQUET))
    assert {str(at) for at in staged.rows()["occurred_at"]} == {"2026-11-01 17:00:00"}
