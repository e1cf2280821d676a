"""2,000 hostile texts, the same every time: pieces in templates, valid conditions with a character put in, deep nests,
and values and identifiers that are no such things.
"""

from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

PIECES = (
    "'", "''", "'''", '"', '""', "`", "\\'", "\\", "$$", "$$x$$", "--", "-- x", "/*", "*/", "/* x */", "#", ";",
    ";;", "; drop table mart.customer_wide", "'; drop table t; --", "' or '1' = '1", "1 or 1 = 1", "or true",
    "\x00", "\x1b[2J", "\r\n", "\u2028", "\u00a0", "\u200b", "\u202e", "\ufeff", "\u2019", "\uff07", "\uff1b",
    "\uff1d", "年龄", "аge", "😀", "é", "e\u0301", "nan", "NaN", "'NaN'", "inf", "-Infinity", "1e309", "1e-400",
    "1e5", "0x10", "0b1", "1_000", "1.", ".5", "1.2.3", "9" * 17, "9" * 18, "9" * 400, "+1", "++1", "--1",
    "- -1", "1-", "::int", "1::text", "e'x'", "x'41'", "b'1'", "U&'x'", "N'x'", "@@version", "@x", "?", "?1",
    "$1", "$n", "{{ x }}", "{days}", "{segment_case}", "%s", "${HOME}", "version()", "read_csv('x')",
    "pg_sleep(9)", "getenv('HOME')", "nextval('s')", "random()", "now()", "current_user", "current_date",
    "(select 1)", "select 1", "exists (select 1)", "1 union select 2", "case when true then 1 end",
    "interval 1 day", "[1]", "{'a': 1}", "x -> x", "like '%'", "ilike 'x'", "similar to 'x'", "~ 'x'", "|| 'x'",
    "^ 2", "% 2", "// 2", "<=> 1", "== 1", "is true", "is distinct from 1", "collate nocase",
    "try_cast(age as int)", "over ()", "sum(age) over ()", "*", "columns('x')", "w.age",
    "lake.mart.customer_wide.age", '"age"', "customer_key", "rowid", "token", "p.n", ":n:m", ":", ": n", ":1",
    "null", "default", "age age", "age as x", "age,", "(age", "age)", "()", "", "-", "and", "not", "between 1",
    "in", "in ()", "is", "is null null", "if(true, 1, 2)", "struct_pack(a := 1)",
)  # fmt: skip
TEMPLATES = (
    "{}", "age = {}", "age > {} or is_rural", "gender = '{}'", "gender = '{}", "{} = 1", "age in (1, {})", "age = 1 {}",
    "{} age = 1", "age {} 1", "coalesce(age, {}) = 1", "days(day, {}) > 1", "not ({})", "age = :{}", "pay_cnt_{}d > 1",
)  # fmt: skip
VALID = (
    "age >= :n and aum_fen < :rich",
    "top_institution_30d in ('wechat', 'alipay') or gender = 'F'",
    "not has_mobile or coalesce(bindable_cards, 0) = 0",
    "days(day, first_paid_on) between 3 and 30",
    "pay_amt_30d / pay_cnt_30d > 100 * :rate",
    "first_paid_on < '2026-03-02' and city is not null",
)
ALPHABET = "'\"`;-/*\\()[]{}<>=!?:$@#%^&|~,.eE0 \t\n\x00\u200b\u2019\uff1b年"
DEPTHS = (5, 28, 31, 100, 1000, 5000)
WRITTEN: tuple[Any, ...] = (
    "", " ", "1", "'1'", "1e309", "-1e309", "nan", ".nan", "inf", "-.inf", "1; drop table x", "1 -- x", "0x10",
    "1_000", "１２", "٣", "½", "1,000", "30 days", "null", "true", "\x00", "年", "=1+1", "{{ n }}", ":n",
    "(select 1)", "1" * 5000, True, False, 10**13 + 1, -(10**400), 10**5000, Decimal("1e400"),
    Decimal("1e-400"), Decimal("0.001"), Decimal("-0"), Decimal("NaN"), Decimal("Infinity"),
    Decimal("-Infinity"), Decimal("sNaN"),
)  # fmt: skip


def expressions(count: int) -> list[str]:
    """Conditions and what is made to look like one."""
    random = Random(2026)
    found = [template.replace("{}", piece) for template in TEMPLATES for piece in PIECES]
    for depth in DEPTHS:
        found += [
            "(" * depth + "age" + ")" * depth + " = 1",
            "(" * depth + "age = 1",
            "not " * depth + "is_rural",
            "- " * depth + "age = 1",
            "coalesce(age, " * depth + "1" + ")" * depth + " = 1",
            " and ".join(["is_rural"] * depth),
            " + ".join(["age"] * depth) + " = 1",
            "age in (" + ", ".join(["1"] * depth) + ")",
            "gender = '" + "x" * depth + "'",
        ]
    return list(islice(_endless(found, random), count))


def _endless(found: list[str], random: Random) -> Any:
    yield from found
    while True:
        text = random.choice(VALID)
        at, length = random.randrange(len(text) + 1), random.choice([0, 0, 1, 3])
        yield text[:at] + "".join(random.choices(ALPHABET, k=random.choice([1, 1, 2]))) + text[at + length :]


def identifiers() -> list[str]:
    return [*PIECES, *(f"A{piece}" for piece in PIECES), *(f"{piece}A" for piece in PIECES)]
