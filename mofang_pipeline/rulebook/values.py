"""From a number as the business writes it to the one that the engine compares: exact, yuan to fen."""

from decimal import Decimal

from mofang_pipeline.rulebook.model import Scalar

PARAMETER_TYPES = ("int", "money", "number")
LARGEST = 10**13


class ValueProblem(ValueError):
    """Why a value does not fit its type, in English (`en`) and Chinese (`zh`)."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en, self.zh = en, zh


def engine_value(parameter_type: str, written: Scalar) -> int | float:
    """`int` -> int, `money` in yuan -> integer fen, `number` -> float. Raises ValueProblem."""
    if isinstance(written, (bool, str)):
        raise ValueProblem(f"{written!r} is not a number; write one", f"{written!r} 不是数字，请填写数字")
    number = Decimal(written)
    if not number.is_finite():
        raise ValueProblem(f"{number} is not a number; write one", f"{number} 不是数字，请填写数字")
    if abs(number) > LARGEST:
        shown = f"{number:.3E}" if number.adjusted() > 20 else str(number)
        raise ValueProblem(f"{shown} is beyond {LARGEST}", f"{shown} 超出上限 {LARGEST}")
    if parameter_type == "number":
        return float(number)
    exact = number * 100 if parameter_type == "money" else number
    if exact != exact.to_integral_value():
        of = (" of fens", "分") if parameter_type == "money" else ("", "")
        raise ValueProblem(f"{written} is not a whole number{of[0]}", f"{written} 不是整数{of[1]}")
    return int(exact)
