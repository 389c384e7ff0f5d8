"""The Insights page, its plots and its CSV, as plain functions and over HTTP."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest

from store.insights.insights import Counted
from studio import plot
from studio.errors import BadFields
from studio.pages import insights, insights_view
from studio.plot import Series
from studio.state import Studio
from tests.studio.conftest import Caller, House, Site
from tests.studio.hostile import HOSTILE
from tests.studio.test_inbox_page import answer

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date.today().isoformat()


@on_one_database
def test_the_figures_of_a_day_are_shown(studio: Studio, house: House, viewer: Caller) -> None:
    answer(house, house.customer_writes("Hola"))
    figures = insights.look(studio, viewer, "7", "", "", "")
    assert (figures.totals.conversations, figures.days[-1].customers) == (1, 1)
    shown = "".join(map(str, insights_view.shown(studio, figures)))
    assert "Mensajes por día" in shown
    assert figures.days[-1].day.isoformat() in shown  # not TODAY: midnight may pass meanwhile


@on_one_database
def test_before_the_first_answer_no_share_is_claimed(
    studio: Studio, house: House, viewer: Caller
) -> None:
    house.customer_writes("Hola")
    shown = str(insights_view.shown(studio, insights.first(studio, viewer))[3])
    assert "—" in shown
    assert "% de las conversaciones" not in shown


@on_one_database
def test_without_customers_it_says_what_to_do(studio: Studio, viewer: Caller) -> None:
    shown = insights_view.shown(studio, insights.first(studio, viewer))
    assert "espere al primer cliente" in shown[3]


@on_one_database
def test_dates_that_make_no_sense_are_refused_in_words(studio: Studio, viewer: Caller) -> None:
    for since, until in (
        ("", ""),
        ("2026-02-30", TODAY),
        (TODAY, "2020-01-01"),
        ("x", "y"),
        ("1900-01-01", TODAY),
    ):
        with pytest.raises(BadFields):
            insights.between(studio, viewer, since, until, "")


@on_one_database
def test_no_cell_of_the_csv_is_a_formula(studio: Studio, viewer: Caller) -> None:
    figures = insights.first(studio, viewer)
    evil = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|x", "%x"]
    counted = [Counted(text, 1) for text in [*evil, *HOSTILE]]
    text = insights.exported(replace(figures, missed=counted, used=counted))
    cells = [cell for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))) for cell in row]
    assert len(cells) > 200
    assert [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@|%")] == []


@on_one_database
def test_hostile_words_stay_words(studio: Studio, viewer: Caller) -> None:
    counted = [Counted(text, 1) for text in HOSTILE]
    figures = replace(
        insights.first(studio, viewer),
        reasons=counted,
        missed=counted,
        used=counted,
        unused=HOSTILE,
    )
    shown = insights_view.shown(studio, figures)[-1]
    for element in ("<script", "<img", "<iframe", "<form", "<input", "<body", "<object"):
        assert element not in shown.lower()


def test_the_csv_is_downloaded_by_those_who_are_signed_in(site: Site) -> None:
    query = f"/insights.csv?since={TODAY}&until={TODAY}"
    answer = site.client("viewer").get(query)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("\ufeffday,customers,agents")
    assert site.client().get(query).status_code == 401
    assert site.client("viewer").get("/insights.csv?since=x").status_code == 400


def test_a_plot_draws_each_day_and_names_each_series() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(3)]
    drawn = plot.bars("Uno", days, [Series("<b>a", [1, 2, 3]), Series("b", [0, None, 1])])
    assert drawn.count("<rect") == 6
    assert "&lt;b&gt;a" in drawn
    assert plot.lines("Dos", days, [Series("a", [1.0, None, 3.0])]).count("<circle") == 2
    assert "<svg" in plot.bars("Nada", [], [])


@pytest.mark.parametrize(
    ("value", "round_one"), [(0, 1), (0.31, 0.4), (1, 1), (7, 8), (2600, 3000), (99, 100)]
)
def test_an_axis_ends_at_a_round_number(value: float, round_one: float) -> None:
    assert plot.nice(value) == pytest.approx(round_one)
