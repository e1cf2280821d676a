"""Fields of one entry of a document: asked for by name and type, and refused by name when wrong."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from mofang_pipeline.rulebook.documents import refuse
from mofang_pipeline.rulebook.model import Scalar


class Entry:
    """A mapping of a document with the file and the subject to name when something in it is wrong."""

    def __init__(self, value: Any, file: str, subject: str, allowed: Iterable[str]) -> None:
        self.file, self.subject = file, subject
        if not isinstance(value, dict):
            refuse(file, subject, "must be a list of `key: value`", "应为“键: 值”形式")
        known = tuple(allowed)
        for key in value:
            if key not in known:
                names = ", ".join(known)
                refuse(
                    file,
                    subject,
                    f"unknown key {key!r}; known are {names}",
                    f"未知的键 {key!r}，可用的有 {names}",
                )
        self.values: dict[str, Any] = value

    def refuse(self, key: str, en: str, zh: str) -> NoReturn:
        refuse(self.file, self.subject, f"{key} {en}", f"{key} {zh}")

    def text(self, key: str, default: str | None = None) -> str:
        """Required unless there is a default. Whole numbers count, for codes written without quotes."""
        value = self.values.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            self.refuse(key, "is missing or is not text; write it", "缺失或不是文字，请填写")
        return str(value)

    def optional_text(self, key: str) -> str | None:
        return None if self.values.get(key) is None else self.text(key)

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in choices:
            names = ", ".join(choices)
            self.refuse(key, f"is {value!r}; choose one of {names}", f"为 {value!r}，应为 {names} 之一")
        return value

    def scalar(self, key: str) -> Scalar:
        value = self.values.get(key)
        if not isinstance(value, (int, Decimal, str, bool)):
            self.refuse(key, "is missing or is not a number; write one", "缺失或不是数字，请填写")
        return value

    def optional_scalar(self, key: str) -> Scalar | None:
        return None if self.values.get(key) is None else self.scalar(key)

    def flag(self, key: str) -> bool:
        """true or false; false when left out."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, f"is {value!r}; write true or false", f"为 {value!r}，应为 true 或 false")
        return value

    def items(self, key: str) -> list[Any]:
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(key, "must be a list; begin each item with `-`", "应为列表，每项以“-”开头")
        return list(value)

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.values.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse(key, "must be a list of `name: value`", "应为“名称: 值”形式")
        return {str(name): item for name, item in value.items()}

    def day(self, key: str) -> date | None:
        """An optional day, YYYY-MM-DD."""
        value = self.optional_text(key)
        return None if value is None else iso_day(value, self.file, f"{self.subject} {key}")


def iso_day(value: str, file: str, subject: str) -> date:
    """The day, or RulebookError."""
    try:
        if len(value) != 10:
            raise ValueError(value)
        return date.fromisoformat(value)
    except ValueError:
        refuse(
            file,
            subject,
            f"{value!r} is not a day; write YYYY-MM-DD",
            f"{value!r} 不是日期，请写成 YYYY-MM-DD",
        )
