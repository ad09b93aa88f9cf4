"""The condition of a reward rule (`when = "amount >= 100.00 and product in ('checking')"`): a small checked grammar.

The text is tokenized and parsed with sqlglot, held against an allow-list, and turned into a new syntax tree over the
`events` table. The text itself is never executed, and nothing but columns, literals, comparisons, `in`, `between`,
`is null`, `and`, `or` and `not` passes. A comparison with a missing value does not match.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from matchback.intake.currencies import EXPONENTS

if TYPE_CHECKING:
    from sqlglot import Token, exp

AMOUNT_COLUMN = "amount"
TEXT_COLUMNS = ("currency", "product", "program", "event_name", "container")
COLUMNS = (AMOUNT_COLUMN, *TEXT_COLUMNS)
NO_CURRENCY = "XXX"  # as ISO 4217 says it: of points, tiers and badges
MAX_LENGTH = 1000
MAX_DEPTH = 20
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")
_ALLOWED = (
    f"allowed are the columns {', '.join(COLUMNS)}; = <> < <= > >=; in, between, is null; and, or, not; "
    "numbers and 'text'"
)
TOO_MUCH = 10**15  # minor units: thousands of such amounts still add up
_TOKENS = frozenset(
    {"VAR", "NUMBER", "STRING", "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "AND", "OR", "NOT", "IN", "BETWEEN"}
    | {"IS", "NULL", "L_PAREN", "R_PAREN", "COMMA", "DASH"}
)


class ConditionError(ValueError):
    """A condition that the grammar refuses; the message names the position and what is allowed."""


@dataclass(frozen=True)
class Condition:
    """A checked condition: its canonical text (equal meaning of spelling, equal text) and its tree over `events`."""

    text: str
    expression: exp.Expr
    uses_amount: bool


def minor_digits(currency: str) -> int:
    """Return how many decimal places ISO 4217 gives a currency."""
    return 0 if currency == NO_CURRENCY else EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Return an amount in minor units; raise ValueError if it has more places than its currency, or is absurd.

    A ledger and its sums hold 63 bits: an amount near to that, once journaled, would fail every run from then on.
    """
    scaled = amount.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(
            f"{amount} has more than {minor_digits(currency)} decimal places, which {currency} has not"
        )
    if abs(scaled) >= TOO_MUCH:
        raise ValueError(f"{amount:f} is more than one amount can be")
    return int(scaled)


@cache
def parse_condition(text: str, currency: str) -> Condition:
    """Check a condition and return it; amounts are compared in `currency`, other currencies do not match.

    Raises ConditionError naming the position (from 1) of the first thing that is not allowed.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import ParseError

    _check_tokens(text)
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except ParseError as error:
        column = error.errors[0].get("col") if error.errors else None
        where = f"position {column}" if column else "the end"
        raise ConditionError(f"the condition does not parse near {where}: {_ALLOWED}") from None
    if len(trees) != 1 or trees[0] is None:
        raise ConditionError(f"the condition must be one comparison or several joined by and, or: {_ALLOWED}")
    tree = trees[0]
    rewritten = _rewrite(tree, currency)
    uses_amount = any(column.name.lower() == AMOUNT_COLUMN for column in tree.find_all(exp.Column))
    return Condition(_canonical(tree), rewritten, uses_amount)


def conditions_query(rules: Sequence[tuple[str, int, Sequence[str], Condition]]) -> exp.Expression:
    """Return the SELECT that judges every event: one row (rule_version, position, event_id, passed) per condition.

    `rules` holds (rule_version, position, event_names, condition); position 0 is the trigger's, others are those of the
    requirements. A condition that is null has not passed.
    """
    from sqlglot import exp

    selects: list[exp.Expression] = [_judge(*rule) for rule in rules] or [_no_rows()]
    query: exp.Expression = selects[0]
    for select in selects[1:]:
        query = exp.Union(this=query, expression=select, distinct=False)
    return query


def _judge(
    rule_version: str, position: int, event_names: Sequence[str], condition: Condition
) -> exp.Expression:
    from sqlglot import exp

    passed = exp.Coalesce(this=exp.Paren(this=condition.expression.copy()), expressions=[exp.false()])
    return (
        exp.Select()
        .select(
            exp.alias_(exp.Literal.string(rule_version), "rule_version"),
            exp.alias_(exp.Literal.number(position), "position"),
            exp.column("event_id"),
            exp.alias_(passed, "passed"),
        )
        .from_("events")
        .where(exp.column("event_name").isin(*event_names))
        .where(exp.EQ(this=exp.column("status"), expression=exp.Literal.string("active")))
    )


def _no_rows() -> exp.Expression:
    from sqlglot import exp

    kinds = (("rule_version", "TEXT"), ("position", "INT"), ("event_id", "BIGINT"), ("passed", "BOOLEAN"))
    return (
        exp.Select()
        .select(*(exp.alias_(exp.cast(exp.null(), kind), name) for name, kind in kinds))
        .where(exp.false())
    )


def _check_tokens(text: str) -> None:
    """Refuse by position whatever is no token of the grammar, comments and unknown names included."""
    import sqlglot
    from sqlglot.errors import TokenError

    if len(text) > MAX_LENGTH:
        raise ConditionError(f"the condition is longer than {MAX_LENGTH} characters")
    try:
        tokens = sqlglot.tokenize(text, read="duckdb")
    except TokenError:
        raise ConditionError(f"the condition holds an open quote or an unknown sign: {_ALLOWED}") from None
    if not tokens:
        raise ConditionError(f"the condition is empty: {_ALLOWED}")
    end = depth = 0
    for index, token in enumerate(tokens):
        if text[end : token.start].strip():
            raise ConditionError(f"position {end + 1}: comments are not allowed; {_ALLOWED}")
        _check_token(token, tokens[index + 1] if index + 1 < len(tokens) else None)
        depth += {"L_PAREN": 1, "R_PAREN": -1}.get(token.token_type.name, 0)
        depth += token.token_type.name == "NOT"
        if depth > MAX_DEPTH:
            raise ConditionError(f"position {token.start + 1}: nested deeper than {MAX_DEPTH}")
        end = token.end + 1
    if text[end:].strip():
        raise ConditionError(f"position {end + 1}: comments are not allowed; {_ALLOWED}")


def _check_token(token: Token, following: Token | None) -> None:
    position = f"position {token.start + 1}"
    kind = token.token_type.name
    if kind not in _TOKENS:
        raise ConditionError(f"{position}: {token.text!r} is not allowed; {_ALLOWED}")
    if kind == "VAR" and token.text.lower() not in COLUMNS:
        raise ConditionError(f"{position}: {token.text!r} is not a column; {_ALLOWED}")
    if kind == "VAR" and following is not None and following.token_type.name in ("L_PAREN", "STRING"):
        raise ConditionError(f"{position}: functions are not allowed; {_ALLOWED}")
    if kind == "NUMBER" and not _NUMBER.fullmatch(token.text):
        raise ConditionError(f"{position}: write the number with digits and a point, like 100.00")
    if kind == "STRING" and (not token.text.isprintable() or "\\" in token.text):
        raise ConditionError(f"{position}: the text holds a sign that is not allowed")


def _rewrite(node: exp.Expr, currency: str) -> exp.Expr:
    """Build the tree anew from what the grammar knows; anything else is refused."""
    from sqlglot import exp

    if isinstance(node, (exp.And, exp.Or)):
        return type(node)(this=_rewrite(node.this, currency), expression=_rewrite(node.expression, currency))
    if isinstance(node, exp.Not):
        return exp.Not(this=exp.Paren(this=_rewrite(node.this, currency)))
    if isinstance(node, exp.Paren):
        return exp.Paren(this=_rewrite(node.this, currency))
    if isinstance(node, (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)):
        return _rewrite_comparison(node, currency)
    if isinstance(node, exp.In) and node.expressions and not node.args.get("query"):
        column, name = _column(node.this, currency)
        return exp.In(this=column, expressions=[_literal(item, name, currency) for item in node.expressions])
    if isinstance(node, exp.Between):
        column, name = _column(node.this, currency)
        _refuse_order_of_text(name)
        low, high = (_literal(node.args[side], name, currency) for side in ("low", "high"))
        return exp.Between(this=column, low=low, high=high)
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return exp.Is(this=_column(node.this, currency)[0], expression=exp.null())
    raise ConditionError(f"a comparison is expected, not {node.sql(dialect='duckdb')!r}: {_ALLOWED}")


def _rewrite_comparison(node: exp.Expr, currency: str) -> exp.Expr:
    from sqlglot import exp

    left, right = node.this, node.expression
    if isinstance(left, exp.Column) == isinstance(right, exp.Column):
        raise ConditionError(f"a column is compared with a value in {node.sql(dialect='duckdb')!r}")
    column, name = _column(left if isinstance(left, exp.Column) else right, currency)
    if not isinstance(node, (exp.EQ, exp.NEQ)):
        _refuse_order_of_text(name)
    if isinstance(left, exp.Column):
        return type(node)(this=column, expression=_literal(right, name, currency))
    return type(node)(this=_literal(left, name, currency), expression=column)


def _column(node: exp.Expr, currency: str) -> tuple[exp.Expr, str]:
    from sqlglot import exp

    if not isinstance(node, exp.Column) or node.table or node.name.lower() not in COLUMNS:
        raise ConditionError(f"a column is expected, not {node.sql(dialect='duckdb')!r}: {_ALLOWED}")
    name = node.name.lower()
    if name != AMOUNT_COLUMN:
        return exp.column(name), name
    same = exp.EQ(this=exp.column("currency"), expression=exp.Literal.string(currency))
    return exp.Paren(this=exp.Case().when(same, exp.column("amount_minor"))), name


def _literal(node: exp.Expr, name: str, currency: str) -> exp.Expr:
    from sqlglot import exp

    sign = 1
    while isinstance(node, (exp.Neg, exp.Paren)):
        sign = -sign if isinstance(node, exp.Neg) else sign
        node = node.this
    if not isinstance(node, exp.Literal):
        raise ConditionError(f"{name} is compared with a value, not with {node.sql(dialect='duckdb')!r}")
    if node.is_string != (name != AMOUNT_COLUMN) or (node.is_string and sign < 0):
        wanted = "a number like 100.00" if name == AMOUNT_COLUMN else "text in quotes"
        raise ConditionError(f"{name} is compared with {wanted}, not with {node.sql(dialect='duckdb')}")
    if node.is_string:
        return exp.Literal.string(node.this)
    try:
        minor = sign * to_minor(Decimal(node.this), currency)
    except ValueError as error:
        raise ConditionError(str(error)) from None
    return exp.Neg(this=exp.Literal.number(-minor)) if minor < 0 else exp.Literal.number(minor)


def _refuse_order_of_text(name: str) -> None:
    if name != AMOUNT_COLUMN:
        raise ConditionError(f"{name} is text: compare it with =, <> or in")


def _canonical(tree: exp.Expr) -> str:
    from sqlglot import exp

    plain = tree.copy()
    for column in plain.find_all(exp.Column):
        column.replace(exp.column(column.name.lower()))
    return plain.sql(dialect="duckdb", comments=False)
