"""The text of `members`: names of nodes and sets joined by `or`, `and`, `not` and parentheses, and no more.

A text becomes a tree of frozen values; what the names mean is check.py's business, SQL is compile.py's.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from mofang_pipeline.refusals import Refused

MAX_LENGTH, MAX_WORDS, MAX_DEPTH = 2000, 400, 30
_WORD = re.compile(r"[ \t\r\n]*(?P<word>[()]|[A-Za-z][A-Za-z0-9_.\-]{0,39}(?![A-Za-z0-9_.\-]))")
_KEYWORDS = frozenset({"or", "and", "not"})


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Not:
    part: "Term"


@dataclass(frozen=True)
class Joined:
    """`operation` is `and` or `or`; a long list is one of these, not a deep tree."""

    operation: str
    parts: "tuple[Term, ...]"


Term = Name | Not | Joined


@lru_cache(maxsize=1024)
def parse_members(text: str) -> Term:
    """The tree of a members text. Refused naming what does not belong."""
    words = _words(text)
    term, rest = _any(words, 0, 0)
    if rest < len(words):
        raise _unexpected(words[rest])
    return term


def names_in(term: Term) -> tuple[str, ...]:
    """Every name, once, in the order of writing."""
    match term:
        case Name(name=name):
            return (name,)
        case Not(part=part):
            return names_in(part)
        case Joined(parts=parts):
            return tuple(dict.fromkeys(name for part in parts for name in names_in(part)))


def _words(text: str) -> list[str]:
    if len(text) > MAX_LENGTH:
        raise Refused(
            f"members is longer than {MAX_LENGTH} characters; make sets of its parts",
            f"members 超过 {MAX_LENGTH} 个字符，请拆成多个客群集",
        )
    words, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _WORD.match(text, at)
        if match is None:
            raise _unexpected(text[at:].strip()[:12])
        words.append(match["word"])
        at = match.end()
    if len(words) > MAX_WORDS:
        raise Refused(f"members has more than {MAX_WORDS} words", f"members 超过 {MAX_WORDS} 个词，请拆分")
    return words


def _any(words: list[str], at: int, depth: int) -> tuple[Term, int]:
    return _joined("or", words, at, depth)


def _joined(operation: str, words: list[str], at: int, depth: int) -> tuple[Term, int]:
    """One or more parts joined by the operation; `and` binds closer than `or`."""
    parts = []
    while True:
        part, at = _joined("and", words, at, depth) if operation == "or" else _single(words, at, depth)
        parts.append(part)
        if at >= len(words) or words[at].lower() != operation:
            return (parts[0] if len(parts) == 1 else Joined(operation, tuple(parts))), at
        at += 1


def _single(words: list[str], at: int, depth: int) -> tuple[Term, int]:
    if depth > MAX_DEPTH:
        raise Refused(
            f"members is nested deeper than {MAX_DEPTH}", f"members 嵌套超过 {MAX_DEPTH} 层，请拆分"
        )
    if at >= len(words):
        raise Refused("members ends too early; a name is missing", "members 不完整，缺少名称")
    word = words[at]
    if word.lower() == "not":
        part, at = _single(words, at + 1, depth + 1)
        return Not(part), at
    if word == "(":
        inner, at = _any(words, at + 1, depth + 1)
        if at >= len(words) or words[at] != ")":
            raise Refused("members: a `(` is not closed; add `)`", "members 括号未闭合，请补上 )")
        return inner, at + 1
    if word == ")" or word.lower() in _KEYWORDS:
        raise _unexpected(word)
    return Name(word), at + 1


def _unexpected(piece: str) -> Refused:
    return Refused(
        f"members: {piece!r} does not belong here; write names joined by or, and, not and parentheses",
        f"members 中 {piece!r} 无法识别，只能用名称、or、and、not 与括号",
    )
