"""Round numbers and calendar days for the axes of drawings, chosen here so that every machine draws the same."""

from __future__ import annotations

from datetime import date, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def nice_ticks(greatest: int) -> list[int]:
    """Return about five round numbers from 0 to at least the greatest value."""
    step = 1
    while step * 5 < greatest:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(0, greatest + step, step)) if greatest % step else list(range(0, greatest + 1, step))


def date_ticks(first: date, last: date, most: int) -> list[tuple[date, str]]:
    """Return days to name on an axis, evenly apart as a calendar is: days, weeks, months or years."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for step in (1, 2, 7, 14):
        chosen = [day for day in days if (day.toordinal() - 1) % step == 0]  # 7 and 14: Mondays
        if len(chosen) <= most:
            return [(day, f"{MONTHS[day.month - 1]} {day.day}") for day in chosen]
    months = [day for day in days if day.day == 1]
    is_long = (last - first).days > 366
    for step in (1, 2, 3, 6, 12):
        chosen = [day for day in months if (day.month - 1) % step == 0]
        if len(chosen) <= most:
            return [(day, f"{MONTHS[day.month - 1]} {day.year if is_long else day.day}") for day in chosen]
    years = [day for day in months if day.month == 1]
    every = -(-len(years) // most)
    return [(day, str(day.year)) for day in years[::every]]
