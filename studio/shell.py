"""What surrounds every page: the header, the navigation, and which services are real."""

from collections.abc import Callable

import gradio as gr
from gradio.components import Navbar

from actions.services import Services
from agent.reachable import vectors_answer
from knowledge.base import WORDS
from knowledge.parsing import landlock
from knowledge.vectors.e5 import E5Embedder
from store.people.people import Person
from studio import panic
from studio.markup import Html, tag
from studio.pages import (
    agents,
    alerts,
    channels,
    evaluate,
    guide,
    inbox,
    insights,
    knowledge,
    notebooks,
    playground,
    replays,
    review,
    simulator,
    team,
    tools,
    tour,
    undelivered,
)
from studio.request_checks import HOME
from studio.roles import allow
from studio.state import Studio
from studio.widgets import place
from studio.wiring import Load, event

Build = Callable[[Studio, Load], None]
PAGES: tuple[tuple[str, str, Build], ...] = (  # (path, key of the name, what builds it)
    ("", "agents.title", agents.build),
    ("new", "guide.title", guide.build),
    ("playground", "playground.title", playground.build),
    ("evaluate", "evaluate.title", evaluate.build),
    ("replays", "replays.title", replays.build),
    ("review", "review.title", review.build),
    ("knowledge", "knowledge.title", knowledge.build),
    ("tools", "tools.title", tools.build),
    ("inbox", "inbox.title", inbox.build),
    ("undelivered", "undelivered.title", undelivered.build),
    ("insights", "insights.title", insights.build),
    ("channels", "channels.title", channels.build),
    ("notebooks", "notebooks.title", notebooks.build),
    ("team", "team.title", team.build),
    ("alerts", "alerts.title", alerts.build),
    ("simulator", "simulator.title", simulator.build),
)
HINTS = {  # said where "real or stand-in" says nothing
    "strip.unsealed": "strip.unsealed_why",
    "strip.away": "strip.away_why",
}
KEYLESS = {E5Embedder.provider: "strip.meaning", WORDS: "strip.words"}  # search without a key
HIDDEN = ("new", "undelivered")  # pages that are come to from another page


def parts_in_force(services: Services) -> list[tuple[str, str, bool]]:
    """Return (what, which, is it the real service) for the strip in the header."""
    settings, usual = services.settings, services.usual_channel
    model, (provider, embeddings, _) = settings.model_in_force, services.embedders.default()
    away = not vectors_answer(settings.chroma_in_force)
    index = [("strip.index", "strip.away", False)] if away else []
    sealed = [] if landlock.abi() else [("strip.reading", "strip.unsealed", False)]
    return [
        ("strip.model", "strip.offline" if model == "offline" else model, model != "offline"),
        ("strip.embeddings", KEYLESS.get(provider, embeddings), provider != WORDS),
        (
            "strip.whatsapp",
            usual.name.title() if usual.is_real(settings) else "strip.simulator",
            usual.is_real(settings),
        ),
        (
            "strip.database",
            "PostgreSQL" if settings.sql_url.startswith("postgresql") else "SQLite",
            True,
        ),
        *index,
        *sealed,
    ]


@allow("viewer")
def header(studio: Studio, person: Person) -> Html:
    """Return the header: product, services in force, language, who is signed in."""
    other = "en" if studio.language == "es" else "es"
    return tag(
        "header",
        tag(
            "a",
            tag("span", "", class_="as-mark"),
            studio.say("product"),
            href=HOME,
            class_="as-brand",
        ),
        tag(
            "div",
            [_part(studio, *part) for part in parts_in_force(studio.services)],
            class_="as-strip",
        ),
        tag(
            "div",
            tag("span", person.name or person.email, class_="as-who", title=person.email),
            tag("span", studio.say(f"role.{person.role}"), class_="as-who"),
            _post("/language", studio.say_other("language.name"), language=other),
            _post("/logout", studio.say("sign_out")),
            class_="as-me",
        ),
        class_=f"as-header {person.role}",
    )


def _part(studio: Studio, what: str, which: str, real: bool) -> Html:
    name = studio.say(which) if which.startswith("strip.") else which
    state = studio.say(HINTS.get(which, "strip.real" if real else "strip.stand_in"))
    return tag(
        "span",
        tag("i", "", class_="on" if real else "off"),
        f"{studio.say(what)}: ",
        tag("b", name),
        class_="as-part",
        title=state,
    )


def _post(action: str, label: str, **hidden: str) -> Html:
    fields = [tag("input", type="hidden", name=key, value=hidden[key]) for key in hidden]
    return tag("form", fields, tag("button", label, type="submit"), method="post", action=action)


def build(studio: Studio) -> gr.Blocks:
    """Return the whole studio in one language, one route a page."""
    first, *others = PAGES
    demo = gr.Blocks(
        title=studio.say("product"),
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(3600, 3600),
    )
    with demo:
        _page(studio, demo, first[2])
    for path, name, page in others:
        with demo.route(studio.say(name), path, show_in_navbar=path not in HIDDEN):
            _page(studio, demo, page)
    demo.queue(default_concurrency_limit=20, max_size=400, api_open=True)
    return demo


def _page(studio: Studio, demo: gr.Blocks, page: Build) -> None:
    top = place(elem_id="as-top")
    Navbar(main_page_name=studio.say(PAGES[0][1]))
    panic.build(studio, demo.load)
    tour.build(studio, demo.load)
    page(studio, demo.load)
    demo.load(event(studio, header), None, top, show_progress="hidden")
