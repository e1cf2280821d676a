"""What an action says when it may not be done: one reason, in English and Chinese, and nothing is changed."""


class Refused(Exception):
    """The action was not done. `en` and `zh` each say why and what to do; `str()` is one line with both."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.en, self.zh = en, zh

    def __str__(self) -> str:
        return " ".join(f"{self.en} / {self.zh}".split())
