"""Numbers look as their format has them, whatever the format."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.parsing.formats.numbers import shown, shows_nothing

ACCOUNTING = '_-"$"* #,##0.00_-;-"$"* #,##0.00_-;_-"$"* "-"??_-;_-@_-'


@pytest.mark.parametrize(
    ("value", "code", "looks"),
    [
        (0.15, "0.0%", "15.0%"),
        (0.075, "0.0%", "7.5%"),
        (1250.5, '"US$"#,##0.00', "US$1,250.50"),
        (6700, "00000", "06700"),
        (1250.5, "[$€-2] #,##0.00", "€ 1,250.50"),
        (1250.5, "#,##0.00 [$€-C0A]", "1,250.50 €"),
        (1500, "[$MXN] #,##0", "MXN 1,500"),
        (1250.5, ACCOUNTING, "$1,250.50"),
        (-1250.5, ACCOUNTING, "-$1,250.50"),
        (-5.5, "#,##0.00;(#,##0.00)", "(5.50)"),
        (-1200, '"$"#,##0_);[Red]\\("$"#,##0\\)', "($1,200)"),
        (1234567, "#,##0,", "1,235"),
        (1234567, '#,##0.0,,"M"', "1.2M"),
        (1.5, "# ?/?", "1 1/2"),
        (0.25, "# ??/??", "1/4"),
        (0.75, "# ?/8", "6/8"),
        (5512345678, "(00) 0000-0000", "(55) 1234-5678"),
        (123456789, "000-00-0000", "123-45-6789"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (3, '0 "piezas"', "3 piezas"),
        (4, "0°", "4°"),
        (7, "\\F0", "F7"),
        (1, '"Sí";"No";"No"', "Sí"),
        (0, '"Sí";;"No"', "No"),
        (99, "[<100]0.0;0", "99.0"),
        (150, "[<100]0.0;0", "150"),
        (2, "0.##", "2"),
        (2.5, "0", "3"),
        (-0.001, "0.00", "0.00"),
        (5, "", "5"),
        (0.1 + 0.2, "General", "0.3"),
        (249000.0, "General", "249000"),
        (100, "@", "100"),
        (5, ";;;", ""),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: float, code: str, looks: str) -> None:
    assert shown(value, code) == looks


@pytest.mark.parametrize(
    ("code", "nothing"), [(";;;", True), (";;", True), ("0;;", False), ("", False)]
)
def test_a_format_that_shows_nothing_is_known(code: str, nothing: bool) -> None:
    assert shows_nothing(code) is nothing


NUMBERS = st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12, allow_nan=False)


@given(NUMBERS, st.text('0#?,.;%@[]<>$€"\\_*E+-/ ()ah-', max_size=14))
def test_no_format_of_a_file_breaks_the_reading(value: float, code: str) -> None:
    assert isinstance(shown(value, code), str)


@given(st.integers(0, 10**12), st.integers(0, 4))
def test_no_digit_is_lost(value: int, decimals: int) -> None:
    code = "#,##0" + ("." + "0" * decimals if decimals else "")
    assert float(shown(value, code).replace(",", "")) == value


@given(st.decimals(-9999, 9999, places=4))
def test_a_percentage_is_a_hundred_times_its_number(value: object) -> None:
    number = float(str(value))
    assert float(shown(number, "0.00%").rstrip("%")) == pytest.approx(number * 100, abs=0.006)
