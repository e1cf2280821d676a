"""A condition as a line for people, with an organisation's values filled in: `days_since_last_paid < 60`.

Reads like the rule itself; money is shown in fen, as compared. It is shown, never run.
"""

from collections.abc import Mapping

from mofang_pipeline.rulebook.terms import Call, Column, Expr, Literal, Parameter, needs_parentheses


def worded(term: Expr, values: Mapping[str, int | float] | Mapping[str, str]) -> str:
    """`values`: parameter -> value in the engine's units."""
    match term:
        case Column(name=name):
            return name
        case Parameter(name=name):
            return str(values[name])
        case Literal(value=bool() as value):
            return "true" if value else "false"
        case Literal(value=value, type="text" | "date"):
            return f"'{value}'"
        case Literal(value=value):
            return str(value)
        case Call():
            return _call(term, values)


def _call(term: Call, values: Mapping[str, int | float] | Mapping[str, str]) -> str:
    operation = term.operation
    words = [_operand(argument, term, place, values) for place, argument in enumerate(term.arguments)]
    if operation in ("coalesce", "days"):
        return f"{operation}({', '.join(words)})"
    if operation == "not":
        return f"not {words[0]}"
    if operation == "neg":
        return f"-{words[0]}"
    if operation == "is_null":
        return f"{words[0]} is null"
    if operation == "between":
        return f"{words[0]} between {words[1]} and {words[2]}"
    if operation == "in":
        return f"{words[0]} in ({', '.join(words[1:])})"
    return f" {operation} ".join(words)


def _operand(
    argument: Expr, term: Call, place: int, values: Mapping[str, int | float] | Mapping[str, str]
) -> str:
    text = worded(argument, values)
    return f"({text})" if needs_parentheses(argument, term, place) else text
