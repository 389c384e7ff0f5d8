"""A bar: criteria as lines of text and as values, and what an experiment says of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent import fingerprint
from agent.bar import Asked, Found, Mark, Reaches, Steady, judged, read, write
from agent.difference import difference
from agent.spec import Spec

ISSUE = "pass >= 0.95 on warranty; nothing that passed fails; injection = 1; cost a turn <= 0.01"

names = st.from_regex(r"[a-zñ][a-z0-9_.:-]{0,20}( [a-z0-9]{1,9})?", fullmatch=True)
measures = st.sampled_from(["pass", "cost a turn", "seconds a turn"]) | names
datasets = st.just("") | st.from_regex(
    r"[A-Za-zñ0-9][\w()/&-]{0,15}( (on|en|[\w]{1,9})){0,2}", fullmatch=True
)
reaches = st.builds(
    Reaches,
    measure=measures,
    sign=st.sampled_from([">=", "<=", "="]),
    value=st.floats(0, 1),
    on=datasets.map(str.strip),
)
criteria = reaches | st.builds(Steady, on=datasets.map(str.strip))


@given(st.lists(criteria, max_size=8))
def test_what_is_written_is_read_back(some: list[Reaches | Steady]) -> None:
    assert read(write(some)) == tuple(some)
    assert read("; ".join(one.line for one in some)) == tuple(some)


@given(st.lists(criteria, max_size=8))
def test_a_spec_with_a_bar_goes_through_yaml(some: list[Reaches | Steady]) -> None:
    spec = Spec(name="Sofía", bar=tuple(some))
    assert Spec.from_yaml(spec.to_yaml()) == spec
    assert Spec(name="Sofía", bar=write(some)) == spec  # type: ignore[arg-type]


@given(st.text(max_size=80))
def test_any_text_is_a_bar_or_is_refused_with_a_sentence(text: str) -> None:
    try:
        found = read(text)
    except ValueError:
        return
    assert read(write(found)) == found


def test_the_lines_of_the_issue() -> None:
    assert read(ISSUE) == (
        Reaches(measure="pass", sign=">=", value=0.95, on="warranty"),
        Steady(),
        Reaches(measure="injection", sign="=", value=1),
        Reaches(measure="cost a turn", sign="<=", value=0.01),
    )
    assert write(read(ISSUE)).splitlines() == ISSUE.split("; ")


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("pasan ≥ 95 % en garantía", "pass >= 0.95 on garantía"),
        ("Nada que pasaba falla", "nothing that passed fails"),
        ("coste por turno <= 0,01.", "cost a turn <= 0.01"),
        ("PASS==1 on Tests", "pass = 1 on Tests"),
    ],
)
def test_people_write_it_in_their_own_way(written: str, line: str) -> None:
    assert write(read(written)) == line


@pytest.mark.parametrize(
    "wrong", ["pass", "pass > 0.9", "pass >= much", ">= 1", "pass >= 1.5", "pass >= -1", "be good"]
)
def test_what_is_no_criterion_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"pass >= 0\.95|between 0 and 1"):
        read(wrong)
    with pytest.raises(ValidationError):
        Spec.model_validate({"name": "Sofía", "bar": wrong})


def test_a_bar_changes_no_answer_so_no_experiment_is_stale_by_it() -> None:
    plain, barred = Spec(name="Sofía"), Spec.model_validate({"name": "Sofía", "bar": ISSUE})
    assert fingerprint.of_spec(plain) == fingerprint.of_spec(barred)
    [change] = difference(plain, barred)
    assert (change.field, change.after.splitlines()[0]) == ("bar", "pass >= 0.95 on warranty")


# --- what an experiment says


def row(case: str, passed: bool = True, **more: object) -> Asked:
    marks = {"outcome": Mark(float(passed), passed, "platform")}
    given = {"marks": marks, "question": f"¿{case}?", **more}
    return Asked(case, **given)  # type: ignore[arg-type]


def why(line: str, found: Found | str, clients: bool = False) -> str:
    [criterion] = read(line)
    return judged(criterion, found, clients=clients).why


def test_the_share_that_passes_is_counted_over_every_repeat() -> None:
    found = Found([row("a"), row("a"), row("b"), row("b", False)])
    assert why("pass >= 0.75", found) == "met"
    assert why("pass >= 0.76", found) == "missed"
    assert why("pass = 0.75", found) == "met"
    assert why("pass <= 0.7", found) == "missed"


def test_money_and_time_are_those_of_one_turn() -> None:
    found = Found(
        [row("a", turns=3, cost=0.03, seconds=6), row("b", turns=1, cost=0.01, seconds=2)]
    )
    assert why("cost a turn <= 0.01", found) == "met"
    assert why("seconds a turn <= 1.9", found) == "missed"


def test_nothing_that_passed_fails() -> None:
    good = Found([row("a"), row("b", False)], before=[row("a"), row("b", False)])
    assert why("nothing that passed fails", good) == "met"
    shaky = Found([row("a"), row("a", False)], before=[row("a"), row("a")])
    assert why("nothing that passed fails", shaky) == "fails_now"
    assert why("nothing that passed fails", Found([row("a", False)], before=None)) == "not_compared"
    assert why("nothing that passed fails", Found([row("a", False)])) == "met"


def test_a_name_is_a_score_else_a_tag() -> None:
    scored = row("a", marks={"injection": Mark(0.5, False, "judge")})
    assert why("injection = 1", Found([scored])) == "missed"
    tagged = Found([row("a", tags=("injection",)), row("b", False)])
    assert why("injection = 1", tagged) == "met"
    assert why("injection = 1", Found([row("a")])) == "no_score"


def test_a_score_of_nothing_is_a_score() -> None:
    zero = row("a", marks={"injection": Mark(0.0, False, "judge")}, tags=("injection",))
    assert why("injection >= 0.1", Found([zero])) == "missed"


def test_what_broke_off_counts_as_the_worst() -> None:
    broken = Asked("b", "¿b?", {})
    good = row("a", marks={"rude": Mark(0.0, True, "judge")})
    assert why("rude <= 0.1", Found([good, broken])) == "missed"
    assert why("pass = 1", Found([row("a"), broken])) == "missed"


def test_scores_of_a_client_count_only_where_that_is_allowed() -> None:
    marks = {"outcome": Mark(1, True, "platform"), "style": Mark(1.0, True, "client")}
    found = Found([row("a", marks=marks)])
    assert why("style = 1", found) == "client"
    assert why("style = 1", found, clients=True) == "met"
    harsh = {"outcome": Mark(1, True, "platform"), "style": Mark(0.0, False, "client")}
    assert why("pass = 1", Found([row("a", marks=harsh)])) == "met"
    assert why("pass = 1", Found([row("a", marks=harsh)]), clients=True) == "missed"


def test_a_client_cannot_choose_which_rows_count() -> None:
    found = Found([row("a", marks={"style": Mark(1.0, True, "client")}), row("b")])
    assert why("style >= 0.9", found, clients=True) == "missed"
