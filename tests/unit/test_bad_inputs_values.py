"""Bad money and bad times: what their sender gets. The numbers are those of the list of bad inputs.

The program's zone is New York's, where the clock skips 2026-03-08 02:30 and shows 2026-11-01 01:30 twice.
"""

from __future__ import annotations

import pytest

from unit.bad_inputs import OK, Case, Sender, as_parameters, judge

COMMA = 'decimal = ",", thousands = "."'


def money(
    row: int, what: str, text: str, outcome: str, *, currency: str = "USD", minor: int = 0, declared: str = ""
) -> Case:
    """Return a case of one amount, followed by a good one; `minor` is what it adds to the money seen."""
    header = "event_name,event_time,partner_event_id,amount,currency\n"
    content = (
        header + f'account_opened,2026-11-01,E1,"{text}",{currency}\naccount_opened,2026-11-01,E2,1,USD\n'
    )
    outcomes = [f"amount:{outcome}" if outcome else OK, OK]
    total = {"USD": 100}
    if minor or not outcome:
        total[currency] = total.get(currency, 0) + minor
    return Case(row, what, content, outcomes, money=total, format=declared)


def time(row: int, what: str, text: str, outcome: str, *, declared: str = "", more: str = "") -> Case:
    """Return a case of one time."""
    content = f"event_name,event_time\naccount_opened,{text}\n"
    return Case(row, what, content, [f"event_time:{outcome}" if outcome else OK], format=declared, more=more)


CASES = [
    money(74, "three places of cents", "25.005", "too_many_decimals"),
    money(74, "a float's tail", "25.000000000000004", "not_money"),
    money(75, "an exponent", "2.5E1", "not_money"),
    money(75, "a plus sign", "+25.00", "not_money"),
    money(75, "underscores", "2_5.00", "not_money"),
    money(75, "hexadecimal", "0x19", "not_money"),
    money(76, "not a number", "NaN", "not_money"),
    money(76, "infinity", "Infinity", "not_money"),
    money(76, "beyond any number", "1e400", "not_money"),
    money(76, "twenty-one digits", "100000000000000000000", "not_money"),
    money(77, "a comma before the cents", "25,00", "not_money"),
    money(77, "points between thousands", "1.234,56", "not_money"),
    money(77, "commas between thousands", "1,234.56", "not_money"),
    money(77, "a dollar sign", "$25.00", "not_money"),
    money(77, "a trailing minus", "25.00-", "not_money"),
    money(77, "accounting brackets", "(25.00)", "not_money"),
    money(77, "a blank that does not break", "25.00\u00a0", "not_money"),
    money(77, "a decimal comma, declared", "25,10", OK, declared=COMMA, minor=2510),
    money(77, "thousands, declared", "1.234.567,5", OK, declared=COMMA, minor=123456750),
    money(77, "thousands in odd places, declared", "12.34,50", "not_comma_money", declared=COMMA),
    money(77, "a decimal point where a comma is declared", "1.23", "not_comma_money", declared=COMMA),
    money(78, "Arabic digits", "\u0662\u0665.00", "not_money"),
    money(78, "full-width digits", "\uff12\uff15.00", "not_money"),
    money(79, "a negative amount is read as it is", "-25.00", OK, minor=-2500),
    money(79, "nothing", "0", OK, minor=0),
    money(79, "minus nothing", "-0.00", OK, minor=0),
    money(80, "yen with sen", "25.50", "too_many_decimals", currency="JPY"),
    money(80, "yen", "25", OK, currency="JPY", minor=25),
    money(80, "dinars of three places", "25.505", OK, currency="KWD", minor=25505),
    money(82, "more than the published tables hold", "1000000000000", "amount_too_large", minor=100000000000000),
    time(83, "no offset: the feed's zone", "2026-11-02T10:00:00", OK),
    time(83, "a time that the clock skips", "2026-03-08T02:30:00", "nonexistent_time"),
    time(83, "a skipped time with its offset", "2026-03-08T02:30:00-05:00", OK),
    time(83, "a skipped time where the feed's zone does not skip it", "2026-03-08T02:30:00", OK, more='time_zone = "UTC"'),
    time(83, "a time that comes twice: the first", "2026-11-01T01:30:00", OK),
    time(84, "month, day, year", "03/04/2026", "not_a_timestamp"),
    time(84, "day, month, year", "13/04/2026", "not_a_timestamp"),
    time(84, "day, month, year, declared", "13/04/2026", OK, declared='times = "day_first"'),
    time(84, "day, month, year with a time, declared", "1.4.2026 10:30", OK, declared='times = "day_first"'),
    time(84, "month, day, year, declared", "4/13/2026", OK, declared='times = "month_first"'),
    time(84, "the thirteenth month, declared", "13/04/2026", "not_month_first", declared='times = "month_first"'),
    time(84, "digits only, declared", "20260413", OK, declared='times = "compact"'),
    time(84, "ISO where another way is declared", "2026-04-13", "not_compact", declared='times = "compact"'),
    time(85, "February 29 of a leap year", "2028-02-29", OK),
    time(85, "February 29 of another year", "2026-02-29", "not_a_timestamp"),
    time(85, "24:00", "2026-11-01T24:00:00", "not_a_timestamp"),
    time(85, "a leap second", "2026-11-01T23:59:60", "not_a_timestamp"),
    time(85, "the year 0", "0000-01-01", "not_a_timestamp"),
    time(85, "a year before Christ", "-0001-01-01", "not_a_timestamp"),
    time(85, "the year 9999", "9999-12-31", "not_a_timestamp"),
    time(85, "a spreadsheet's day number", "46000", "not_a_timestamp"),
    time(85, "seconds since 1970", "1793527200", "not_a_timestamp"),
    time(85, "seconds since 1970, declared", "1793527200", OK, declared='times = "epoch_seconds"'),
    time(85, "milliseconds since 1970, declared", "1793527200123", OK, declared='times = "epoch_milliseconds"'),
    time(85, "milliseconds where seconds are declared", "1793527200123", "not_epoch_seconds", declared='times = "epoch_seconds"'),
    time(85, "a date where seconds are declared", "2026-11-01", "not_epoch_seconds", declared='times = "epoch_seconds"'),
    time(85, "a fraction where milliseconds are declared", "1793527200.5", "not_epoch_milliseconds", declared='times = "epoch_milliseconds"'),
    time(84, "month, day, year where day, month, year is declared", "4/13/2026", "not_day_first", declared='times = "day_first"'),
    time(86, "IST", "2026-11-01T10:00:00 IST", "not_a_timestamp"),
    time(86, "EST", "2026-11-01T10:00:00 EST", "not_a_timestamp"),
    time(86, "a named zone", "2026-11-01T10:00:00[America/New_York]", "not_a_timestamp"),
]  # fmt: skip


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


@pytest.mark.parametrize(**as_parameters(CASES))
def test_what_the_sender_gets(case: Case, sender: Sender) -> None:
    judge(case, sender)


@pytest.mark.parametrize(
    ("declared", "text", "at"),
    [
        ('times = "day_first"', "1.4.2026 10:30", "2026-04-01 14:30:00"),
        ('times = "month_first"', "4/1/2026 10:30:15", "2026-04-01 14:30:15"),
        ('times = "compact"', "20260401", "2026-04-02 03:59:59"),
        ('times = "epoch_seconds"', "1793527200", "2026-11-01 10:00:00"),
        ('times = "epoch_milliseconds"', "1793527200123", "2026-11-01 10:00:00.123000"),
    ],
)
def test_declared_times_mean_one_instant(sender: Sender, declared: str, text: str, at: str) -> None:
    """84, 85: and two ways of writing are never told apart by their look."""
    _, staged, _ = sender.send(time(84, "declared", text, OK, declared=declared))
    assert [str(found) for found in staged.rows()["occurred_at"]] == [at]
