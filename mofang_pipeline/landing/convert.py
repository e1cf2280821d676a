"""From a file's own types to the contract's, as SQL text: one expression per column, whatever type it came
in.

An expression gives NULL for what cannot be converted; `given` tells that from an unknown value.
"""

from mofang_pipeline.landing.contract import SQL_TYPES, Column

WHOLE = r"[+-]?[0-9]{1,18}(\.0*)?"
SCIENTIFIC = r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+"
OFFSET = r":[0-9]{2}(\.[0-9]+)? ?([zZ]|[uU][tT][cC]|[+-][0-9]{2}(:?[0-9]{2})?)$"
DAY = r"[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}"
TRUE = ("true", "t", "yes", "y", "1", "1.0", "是")
FALSE = ("false", "f", "no", "n", "0", "0.0", "否")
FAMILIES = {
    "VARCHAR": "text", "UUID": "text", "JSON": "text",
    "TINYINT": "whole", "SMALLINT": "whole", "INTEGER": "whole", "BIGINT": "whole", "HUGEINT": "whole",
    "UTINYINT": "whole", "USMALLINT": "whole", "UINTEGER": "whole", "UBIGINT": "whole", "UHUGEINT": "whole",
    "FLOAT": "number", "DOUBLE": "number", "DECIMAL": "number", "BOOLEAN": "boolean", "DATE": "date",
    "TIMESTAMP": "local", "TIMESTAMP_S": "local", "TIMESTAMP_MS": "local", "TIMESTAMP_NS": "local",
    "TIMESTAMP WITH TIME ZONE": "instant", '"NULL"': "nothing",
}  # fmt: skip


def family(sql_type: str) -> str:
    """Which kind of value a DuckDB type holds; `other` for nested types and blobs."""
    if sql_type.startswith("ENUM"):
        return "text"
    if sql_type.endswith("]"):
        return "other"
    return FAMILIES.get(sql_type.split("(")[0], "other")


def is_convertible(column: Column, sql_type: str) -> bool:
    """Whether any value of this type could be the column's."""
    return family(sql_type) == "nothing" or family(sql_type) in CONVERSIONS[column.type]


def given(column: Column, sql_type: str | None) -> str:
    """SQL: is there a value at all? None for a column that the file does not have."""
    if sql_type is None:
        return "false"
    name = f'"{column.name}"'
    match family(sql_type):
        case "text":
            return f"coalesce(trim({name}), '') <> ''"
        case "number" if not sql_type.startswith("DECIMAL"):
            return f"({name} is not null and not isnan({name}))"
    return f"{name} is not null"


def converted(column: Column, sql_type: str | None) -> str:
    """SQL: the value in the contract's type, NULL where unknown or unconvertible; uses $timezone."""
    target = SQL_TYPES[column.type]
    template = CONVERSIONS[column.type].get(family(sql_type)) if sql_type else None
    if template is None:
        return f"cast(null as {target})"
    name = f'"{column.name}"'
    return template.replace("{x}", f"trim({name})" if family(sql_type or "") == "text" else name)


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


# The engine wants an offset in digits, behind seconds, with no blank between.
_OFFSET_IN_DIGITS = "regexp_replace({x}, ' ?([zZ]|[uU][tT][cC])$', '+00')"
_OFFSET_NEXT = f"regexp_replace({_OFFSET_IN_DIGITS}, ' ([+-][0-9:]+)$', '\\1')"
_INSTANT = f"regexp_replace({_OFFSET_NEXT}, '([ T][0-9]+:[0-9]+)([+-][0-9:]+)$', '\\1:00\\2')"
# Years 1000 to 9999; the engine by itself also takes words such as `infinity`, and dates with anything
# behind them.
_TEXT_TIMESTAMP = f"""case
    when not regexp_full_match({{x}}, '{DAY}([ T].*)?') then null
    when regexp_matches({{x}}, '{OFFSET}') then timezone($timezone, try_cast({_INSTANT} as timestamptz))
    else try_cast({{x}} as timestamp) end"""
_TEXT_DATE = f"""case
    when regexp_full_match({{x}}, '{DAY}') then try_cast({{x}} as date)
    else cast({_TEXT_TIMESTAMP} as date) end"""
_TEXT_INTEGER = f"""case
    when regexp_full_match({{x}}, '{WHOLE}') then try_cast(split_part({{x}}, '.', 1) as bigint)
    when regexp_full_match({{x}}, '{SCIENTIFIC}')
        and try_cast({{x}} as double) = trunc(try_cast({{x}} as double))
    then try_cast(try_cast({{x}} as double) as bigint) end"""
_TEXT_BOOLEAN = f"""case
    when lower({{x}}) in ({_quoted(TRUE)}) then true when lower({{x}}) in ({_quoted(FALSE)}) then false end"""
_NUMBER_INTEGER = "case when {x} = trunc({x}) then try_cast({x} as bigint) end"
_NUMBER_BOOLEAN = "case when {x} = 1 then true when {x} = 0 then false end"
_IN_YEARS = "case when year({x}) between 1 and 9999 then {x} end"

CONVERSIONS: dict[str, dict[str, str]] = {
    "string": {
        "text": "nullif({x}, '')",
        "whole": "cast({x} as varchar)",
        "number": """case when {x} = trunc({x})
            then coalesce(cast(try_cast({x} as bigint) as varchar), cast({x} as varchar))
            else cast({x} as varchar) end""",
        "boolean": "cast({x} as varchar)",
    },
    "integer": {"text": _TEXT_INTEGER, "whole": "try_cast({x} as bigint)", "number": _NUMBER_INTEGER},
    "date": {
        "text": _TEXT_DATE,
        "date": _IN_YEARS,
        "local": "cast({x} as date)",
        "instant": "cast(timezone($timezone, {x}) as date)",
    },
    "timestamp": {
        "text": _TEXT_TIMESTAMP,
        "date": "cast({x} as timestamp)",
        "local": "cast({x} as timestamp)",
        "instant": "timezone($timezone, {x})",
    },
    "boolean": {"text": _TEXT_BOOLEAN, "boolean": "{x}", "whole": _NUMBER_BOOLEAN, "number": _NUMBER_BOOLEAN},
}
