"""Numbers as the format of their cell shows them: `15.0%`, `US$1,250.50`, `06700`, `09:30`.

The codes are those of ECMA-376, part 1, 18.8.31 (numFmts): up to four sections divided by `;`, for
positive, negative, zero and text. Dates are written as ISO 8601 has them, whatever the order of
their parts in the file: only so `03/05/2026` means the same day to every reader.
"""

import datetime
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

MOST_DECIMALS = 30
# A piece of a code: text in quotes, an escaped letter, a colour, locale or condition, blanks.
_TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<letter>.)|\[\$(?P<money>[^\]-]*)(?:-[^\]]*)?\]|\[(?P<mark>[^\]]*)\]'
    r"|_.|\*.|(?P<scientific>E[+-]0+)|(?P<digits>[0#?][0#?,./]*|\.[0#?]+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_TESTS = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<>": lambda a, b: a != b,
    "=": lambda a, b: a == b,
}
_FRACTION = re.compile(r"(?P<whole>[#0?]+\s+)?[#0?]+\s*/\s*(?P<below>[#0?]+|\d+)")
_UNFORMATTED = ("", "General", "@")
Number = int | float


def shows_nothing(code: str) -> bool:
    """Whether the format hides every value: `;;;`."""
    return bool(code) and set(code.strip()) == {";"} and code.count(";") >= 2


def shown(value: Number, code: str) -> str:
    """The number as a reader of the file sees it; as it is where the code is not understood."""
    if code in _UNFORMATTED:
        return plain(value)
    section, within = _section(value, code)
    if section is None or section.strip().lower() in ("", "general", "@"):
        return plain(value) if section != "" else ""
    try:
        return _written(abs(value) if within else value, section).strip()
    except (ArithmeticError, ValueError):
        return plain(value)


def plain(value: Number) -> str:
    """The number without a format."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    return str(value)


def text_shown(value: str, code: str) -> str:
    """Text under the fourth section of a format, such as `"Talla "@`."""
    if code in _UNFORMATTED:
        return value
    sections = sections_of(code)
    last = sections[-1] if len(sections) == 4 or (len(sections) == 1 and "@" in code) else "@"
    parts = [_literal(token, value) for token in _TOKEN.finditer(last)]
    return "".join(parts) if "@" in last else value


def moment_shown(
    value: datetime.datetime | datetime.date | datetime.time | datetime.timedelta, code: str
) -> str:
    """A date, a time, both or a duration, with the parts that the format shows."""
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, datetime.time):
        return _clock(value)
    if not isinstance(value, datetime.datetime):
        return value.isoformat()
    day, has_time = _parts(code)
    if has_time and not day:
        return _clock(value.time())
    if has_time and value.time() != datetime.time():
        return f"{value.date().isoformat()} {_clock(value.time())}"
    return value.date().isoformat() if not day else value.strftime(day)


@lru_cache(maxsize=1_000)
def _parts(code: str) -> tuple[str, bool]:
    """How a day is written with the parts that the format shows, and whether it shows a time."""
    letters = re.sub(r'"[^"]*"|\\.|\[\$[^\]]*\]', "", code.lower())
    has_time = bool(re.search(r"[hs]", letters))
    if "d" in letters or has_time:
        return ("%Y-%m-%d" if re.search(r"[yd]|mmm", letters) else ""), has_time
    return ("%Y-%m" if "m" in letters else "%Y" if "y" in letters else ""), has_time


@lru_cache(maxsize=1_000)
def sections_of(code: str) -> tuple[str, ...]:
    """The sections of a code; a semicolon in quotes or escaped divides nothing."""
    sections = [""]
    for token in re.finditer(r'"[^"]*"|\\.|\[[^\]]*\]|.', code, re.DOTALL):
        if token[0] == ";":
            sections.append("")
        else:
            sections[-1] += token[0]
    return tuple(sections[:4])


def _section(value: Number, code: str) -> tuple[str | None, bool]:
    """The section for *value*, and whether its sign is the section's own business."""
    sections = sections_of(code)
    conditions = [_CONDITION.search(one) if "[" in one else None for one in sections]
    if any(conditions):
        return _by_condition(value, sections, conditions), False
    numeric = sections[:3] if len(sections) == 4 else sections
    if value < 0 and len(numeric) > 1:
        return numeric[1], True
    if value == 0 and len(numeric) > 2:
        return numeric[2], True
    return (numeric[0] if numeric else None), False


def _by_condition(
    value: Number, sections: Sequence[str], conditions: Sequence["re.Match[str] | None"]
) -> str | None:
    for section, condition in zip(sections, conditions, strict=True):
        if condition is None or _TESTS[condition[1]](value, float(condition[2])):
            return section
    return None


def _written(value: Number, section: str) -> str:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", section)
    if fraction := _FRACTION.search(bare):
        return _fraction(value, section, fraction)
    tokens = list(_TOKEN.finditer(section))
    digits = [token for token in tokens if token["digits"]]
    if not digits:
        return ("-" if value < 0 else "") + "".join(_literal(token, "") for token in tokens)
    exact = Decimal(repr(value)) * 100 ** bare.count("%")
    if any(token["scientific"] for token in tokens):
        return _scientific(exact, digits[0]["digits"])
    if len(digits) > 1 and not digits[1]["digits"].startswith("."):
        return _masked(exact, tokens)
    sign = "-" if exact < 0 else ""
    number = _digits(abs(exact), "".join(token["digits"] for token in digits))
    if not number.strip("0.,"):  # -0.001 under 0.00 is 0.00
        sign = ""
    parts = [
        number if token is digits[0] else "" if token["digits"] else _literal(token, "")
        for token in tokens
    ]
    return sign + "".join(parts)


def _literal(token: "re.Match[str]", text: str) -> str:
    if token["other"] is not None:
        return text if token["other"] == "@" else token["other"]
    return next((token[name] for name in ("text", "letter", "money") if token[name]), "")


def _digits(value: Decimal, mask: str) -> str:
    """The digits of a positive number under a mask such as `#,##0.00`; a comma after the last
    digit divides by a thousand."""
    value /= Decimal(1000) ** (len(mask) - len(mask.rstrip(",")))
    whole, _, decimals = mask.rstrip(",").partition(".")
    decimals = re.sub(r"[^0#?]", "", decimals)[:MOST_DECIMALS]
    rounded = value.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    before, _, after = f"{rounded:f}".partition(".")
    least = len(re.sub(r"[^0]", "", whole))
    before = before.lstrip("0").rjust(least, "0")
    while after and decimals[len(after) - 1] != "0" and after[-1] == "0":
        after = after[:-1]
    if "," in whole:
        before = f"{int(before or 0):,}".rjust(least, "0") if before else ""
    return f"{before}.{after}" if after else before


def _masked(value: Decimal, tokens: Sequence["re.Match[str]"]) -> str:
    """Digits with signs between them, as in a phone number: `(00) 0000-0000`."""
    width = sum(len(re.sub(r"[^0#?]", "", token["digits"] or "")) for token in tokens)
    figures = str(int(abs(value).quantize(Decimal(1), ROUND_HALF_UP))).rjust(width, "0")
    extra, figures = figures[: len(figures) - width], figures[len(figures) - width :]
    written, at = "", 0
    for token in tokens:
        if not token["digits"]:
            written += _literal(token, "")
            continue
        count = len(re.sub(r"[^0#?]", "", token["digits"]))
        written += ("" if at else extra) + figures[at : at + count]
        at += count
    return ("-" if value < 0 else "") + written


def _scientific(value: Decimal, mask: str) -> str:
    decimals = len(re.sub(r"[^0#?]", "", mask.partition(".")[2]))
    figures, _, power = f"{value:.{min(decimals, MOST_DECIMALS)}E}".partition("E")
    return f"{figures}E{power[0]}{power[1:].rjust(2, '0')}"


def _fraction(value: Number, section: str, form: "re.Match[str]") -> str:
    """`1 1/2` for 1.5 under `# ?/?`."""
    below = form["below"]
    if below.strip("#?0"):  # a number of its own: quarters, eighths
        over, under = round(abs(value) * int(below)), int(below)
    else:
        exact = Fraction(abs(value)).limit_denominator(10 ** min(len(below), 4) - 1)
        over, under = exact.numerator, exact.denominator
    sign = "-" if value < 0 else ""
    if not form["whole"]:
        return f"{sign}{over}/{under}"
    whole, rest = divmod(over, under)
    parts = [str(whole)] if whole or not rest else []
    return sign + " ".join([*parts, *([f"{rest}/{under}"] if rest else [])])


def _clock(value: datetime.time) -> str:
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


def _duration(value: datetime.timedelta) -> str:
    seconds = round(abs(value.total_seconds()))
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    sign = "-" if value < datetime.timedelta() else ""
    return f"{sign}{hours}:{minutes:02}" + (f":{rest:02}" if rest else "")
