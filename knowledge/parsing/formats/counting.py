"""Numbers of lists as documents write them: 3, c, C, iii, III."""

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
MOST = 5_000  # of which a Roman number or a row of letters is written


def spelled(number: int, kind: str) -> str:
    """The *number* in a kind of ECMA-376, 17.18.59; those not known here as digits."""
    if kind.endswith("Letter"):
        text = _letters(number)
    elif kind.endswith("Roman"):
        text = _roman(number)
    else:
        return f"{number:02d}" if kind == "decimalZero" else str(number)
    return text.upper() if kind.startswith("upper") else text


def _letters(number: int) -> str:
    """a to z, then aa to zz: the letter again for every round."""
    if not 0 < number <= MOST:
        return str(number)
    rounds, at = divmod(number - 1, 26)
    return chr(ord("a") + at) * (rounds + 1)


def _roman(number: int) -> str:
    if not 0 < number <= MOST:
        return str(number)
    text = ""
    for size, sign in _ROMAN:
        times, number = divmod(number, size)
        text += sign * times
    return text
