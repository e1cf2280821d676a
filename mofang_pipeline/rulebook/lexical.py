"""The first gate for a rule's text: only these characters and tokens get as far as the SQL parser.

Refused here, so that no parser has to be trusted with them: comments, `;`, quoted and non-ASCII names, casts,
exponents, other literals' prefixes, operators outside the language, and texts long or nested beyond reason.
"""

import re
from itertools import pairwise

MAX_LENGTH = 2000
MAX_TOKENS = 400
MAX_DEPTH = 30

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<word>'[A-Za-z0-9_ .\-]{0,64}'|:?[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<operator><=|>=|<>|!=|[=<>+\-*/])"
    r"|(?P<mark>[(),])"
)


class ExpressionError(ValueError):
    """Why an expression is refused and what to write instead, in English (`en`) and Chinese (`zh`)."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


def check_text(text: str) -> None:
    """Pass a text of the language's tokens alone, or raise ExpressionError naming the first that is not."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"longer than {MAX_LENGTH} characters; split it into nodes",
            f"超过 {MAX_LENGTH} 个字符，请拆成多个节点",
        )
    tokens = _tokens(text)
    if sum(kind != "space" for kind, _ in tokens) > MAX_TOKENS:
        raise ExpressionError(
            f"more than {MAX_TOKENS} words; split it into nodes", f"超过 {MAX_TOKENS} 个词，请拆成多个节点"
        )
    _check_neighbours(tokens)
    _check_parentheses(text)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            piece = text[at : at + 12]
            raise ExpressionError(
                f"{piece!r} is not part of the rule language; remove it", f"规则语言不支持 {piece!r}，请删除"
            )
        tokens.append((str(match.lastgroup), match.group()))
        at = match.end()
    return tokens


def _check_neighbours(tokens: list[tuple[str, str]]) -> None:
    """`1e309`, `e'x'`, `--`, `/*`, `<=>`: words or operators that touch are something else than they seem."""
    for (kind, piece), (next_kind, next_piece) in pairwise(tokens):
        signed = kind == "operator" and piece != "-" and next_piece == "-"
        if kind == next_kind and kind in ("word", "operator") and not signed:
            both = piece + next_piece
            raise ExpressionError(
                f"{both!r} is not part of the rule language; put a space between or remove it",
                f"规则语言不支持 {both!r}，请加空格或删除",
            )


def _check_parentheses(text: str) -> None:
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth > MAX_DEPTH:
            raise ExpressionError(
                f"nested deeper than {MAX_DEPTH}; split it into nodes",
                f"嵌套超过 {MAX_DEPTH} 层，请拆成多个节点",
            )
