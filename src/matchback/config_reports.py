"""What reports may be told: the half-life of credit, who counts as new, top or dormant, and when a limit is near."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal

from pydantic import Field

from matchback.config_values import ConfigModel, Name

_WEIGHT_BITS = (
    30  # the last touch weighs 2^30: what weighs less than 1 would not get a millionth of the credit
)
_EXACT = Context(prec=50)


class Reports(ConfigModel):
    decay_half_life_days: int = Field(default=7, ge=1, le=365)
    coupon_unused_days: int = Field(default=14, ge=1, le=3650)
    qualify_days_left: int = Field(default=14, ge=0, le=3650)
    not_funded_days: int = Field(default=14, ge=1, le=3650)
    funded_events: list[Name] | None = None
    dormant_after_days: int = Field(default=180, ge=1)
    new_for_days: int = Field(default=30, ge=0)
    top_advocates_percent: int = Field(default=10, ge=1, le=100)
    near_limit_percent: int = Field(default=80, ge=1, le=100)


def decay_weights(half_life_days: int) -> list[int]:
    """Return the weight of a touch that lies 0, 1, 2, ... days before the last one, down to the last that is not 0.

    The weight is 2^30 halved with every half-life, cut to a whole number: the same on every machine.
    """
    daily = [_EXACT.power(Decimal(2), -Decimal(day) / half_life_days) for day in range(half_life_days)]
    weights = []
    for days in range(_WEIGHT_BITS * half_life_days + 1):
        halvings, day = divmod(days, half_life_days)
        exact = _EXACT.multiply(daily[day], Decimal(2**_WEIGHT_BITS) / 2**halvings)
        weights.append(int(exact.to_integral_value(ROUND_FLOOR)))
    return weights
