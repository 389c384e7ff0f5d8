"""Which spellings of a number are one phone, and which are two."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.phones import identity


def digits(count: int, first: str = "0123456789") -> st.SearchStrategy[str]:
    """So many digits, the first of them among *first*."""
    return st.from_regex(rf"[{first}][0-9]{{{count - 1}}}", fullmatch=True)


mexico = digits(10, "2-9").map(lambda number: (f"521{number}", f"52{number}"))
brazil = st.tuples(st.from_regex(r"[1-9]{2}", fullmatch=True), digits(8, "6-9")).map(
    lambda two: (f"55{two[0]}9{two[1]}", f"55{two[0]}{two[1]}")
)
areas = st.sampled_from(["11", "221", "223", "341", "351", "381", "2964", "2966", "3757"])
argentina = st.tuples(areas, digits(8, "2-9")).map(
    lambda two: (
        f"549{two[0]}{two[1][: 10 - len(two[0])]}",
        f"54{two[0]}{two[1][: 10 - len(two[0])]}",
        f"54{two[0]}15{two[1][: 10 - len(two[0])]}",
    )
)
spellings = st.one_of(mexico, brazil, argentina)
forms = st.sampled_from(["{}", "+{}", "whatsapp:+{}"])


@given(spellings, forms, forms)
def test_every_spelling_is_one_phone(numbers: tuple[str, ...], one: str, other: str) -> None:
    [found] = {identity(form.format(number)) for number in numbers for form in (one, other)}
    assert found.isdigit()


@given(spellings)
def test_what_stands_for_a_phone_stands_for_itself(numbers: tuple[str, ...]) -> None:
    assert identity(identity(numbers[0])) == identity(numbers[0])


@given(spellings, spellings)
def test_two_phones_stay_two(some: tuple[str, ...], others: tuple[str, ...]) -> None:
    national = {len(number) and number[-8:] for number in (some[0], others[0])}
    if some[0][:2] != others[0][:2] or len(national) == 2:
        assert identity(some[0]) != identity(others[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5215512345678", "525512345678"),
        ("5213331234567", "523331234567"),
        ("5511987654321", "551187654321"),
        ("5531987654321", "553187654321"),
        ("5491123456789", "541123456789"),
        ("5493815412345", "54381155412345"),
    ],
)
def test_phonenumbers_takes_the_one_spelling_for_a_number(one: str, other: str) -> None:
    """By itself it leaves WhatsApp's 521 invalid and takes the others for two numbers."""
    assert identity(one) == identity(other)
    assert phonenumbers.is_valid_number(phonenumbers.parse(f"+{identity(one)}"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("551134567890", "5511934567890"),  # a line in a house, and a mobile
        ("551234567", "551934567"),  # too short to have an area
        ("5210123456", "520123456"),
        ("34612345678", "346112345678"),
        ("15215512345", "152155123456"),
        ("550087654321", "5500987654321"),  # no such area
    ],
)
def test_what_is_no_spelling_of_it_is_another_phone(one: str, other: str) -> None:
    assert identity(one) != identity(other)


@pytest.mark.parametrize("address", ["whatsapp:BR.1502576394655843", "BR.15", "", "web-7", "+52"])
def test_an_address_that_is_no_phone_stays_as_it_is(address: str) -> None:
    assert identity(address) == address
