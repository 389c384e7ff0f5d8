"""Why an agent said what it said: the trace of one turn, for people."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from agent.pricing import has_price
from studio.markup import Html, join, tag
from studio.request_checks import HOME
from studio.state import Studio
from studio.texts import has
from studio.widgets import badge, note


def panel(
    studio: Studio,
    trace: Sequence[Mapping[str, Any]],
    facts: Mapping[str, object],
    error: str = "",
    prompt: str = "",
) -> Html:
    """Return numbers, then each step in order, then the prompt as it was sent."""
    return tag(
        "div",
        _facts(studio, _beside_the_model(studio, facts, trace)),
        note(studio.say("why.error"), tag("p", error)) if error else None,
        [_step(studio, step) for step in trace],
        _folded(studio.say("why.prompt"), tag("pre", prompt)) if prompt else None,
        class_="as-why",
    )


def usage(
    studio: Studio,
    version: str,
    model: str,
    tokens: tuple[int, int],
    cost: float,
    seconds: float,
    outcome: str,
) -> dict[str, object]:
    """Return the numbers of a turn in words."""
    return {
        "why.outcome": studio.say(f"outcome.{outcome}"),
        "why.version": version,
        "why.model": studio.say("strip.offline") if model == "offline" else model,
        "why.tokens": f"{tokens[0]} + {tokens[1]}",
        "why.cost": _cost(studio, model, sum(tokens), cost),
        "why.seconds": f"{seconds:.2f} s",
    }


def _cost(studio: Studio, model: str, tokens: int, cost: float) -> str:
    if cost or not tokens or has_price(model):
        return f"US$ {cost:.5f}" if cost else "US$ 0"
    return studio.say("why.no_price")


def citations(cited: Sequence[Mapping[str, Any]]) -> Html | None:
    """Return where the reply was taken from, one pill a place."""
    if not cited:
        return None
    return tag("span", [_citation(one) for one in cited], class_="as-citations")


def _citation(one: Mapping[str, Any]) -> Html:
    return tag(
        "span",
        f"{one['n']} · {place(one)}",
        class_="as-badge none",
        title=str(one.get("quote", "")),
    )


def place(one: Mapping[str, Any]) -> str:
    """Return a citation's file with its page or row."""
    if one.get("page") is not None:
        return f"{one['source']}, p. {one['page']}"
    return f"{one['source']}, #{one['row']}" if one.get("row") is not None else str(one["source"])


def passage(title: str, score: float, text: str, heading: str = "", link: str = "") -> Html:
    """Return a passage with its place, how well it fits, and a *link* to where it stands."""
    named = tag("a", title, class_="as-link", href=link) if link else tag("b", title)
    return tag(
        "div",
        tag("div", named, _score(score), class_="as-passage-head"),
        tag("div", heading, class_="as-quiet") if heading else None,
        tag("div", text, class_="as-passage-text"),
        class_="as-passage",
    )


def _score(score: float) -> Html:
    width = f"width:{round(100 * max(0.0, min(1.0, score)))}%"
    return tag("span", tag("i", "", style=width), tag("em", f"{score:.2f}"), class_="as-score")


def _beside_the_model(
    studio: Studio, facts: Mapping[str, object], trace: Sequence[Mapping[str, Any]]
) -> dict[str, object]:
    """*facts*, with what the model's server did not take right after the model."""
    steps = [step.get("detail") or {} for step in trace if step["kind"] == "server"]
    names = dict.fromkeys(name for detail in steps for name in detail.get("refused", ()))
    told: dict[str, object] = {}
    for key, value in facts.items():
        told[key] = value
        if key == "why.model" and names:
            told["why.left_out"] = ", ".join(_refused(studio, name) for name in names)
    return told


def _server(studio: Studio, detail: Mapping[str, Any]) -> Html:
    """How a question had to be changed for the model's server."""
    refused = [_refused(studio, name) for name in detail.get("refused", ())]
    cut = [
        studio.say(f"server.missing.{kind}", count=count)
        for kind, count in detail.get("missing", {}).items()
    ]
    rows = {"why.left_out": ", ".join(refused), "why.cut": ", ".join(cut)}
    return _facts(studio, rows)


def _refused(studio: Studio, name: str) -> str:
    key = f"server.refused.{name}"
    return studio.say(key) if has(studio.language, key) else name


def _facts(studio: Studio, facts: Mapping[str, object]) -> Html:
    rows = [
        tag("div", tag("dt", studio.say(key)), tag("dd", str(value)))
        for key, value in facts.items()
        if value != ""
    ]
    return tag("dl", rows, class_="as-facts")


def _step(studio: Studio, step: Mapping[str, Any]) -> Html:
    kind, detail = str(step["kind"]), step.get("detail") or {}
    seconds = tag("em", f"{float(step.get('seconds') or 0):.2f} s")
    title = join([badge(studio.say(f"step.{kind}"), kind), _title(studio, step), seconds])
    body = BODIES.get(kind, _details)(studio, detail)
    return _folded(title, body, opened=kind in ("passages", "error"))


def _title(studio: Studio, step: Mapping[str, Any]) -> str:
    title = str(step["title"])
    key = f"tool.{title}" if step["kind"] == "tool" else f"step.title.{title}"
    return studio.say(key) if has(studio.language, key) else title.removeprefix("passages")


def _passages(studio: Studio, detail: Mapping[str, Any]) -> Html:
    found = detail.get("passages") or []
    if not found:
        return note(studio.say("why.nothing_found"))
    return join(
        passage(
            f"[{one['n']}] {one['place']}",
            float(one["score"]),
            one["text"],
            one["heading"],
            f"{HOME}/{studio.language}/knowledge?base=chunk-{one['chunk_id']}",
        )
        for one in found
    )


def _tool(studio: Studio, detail: Mapping[str, Any]) -> Html:
    """What went into a tool and what came out of it."""
    given = detail.get("arguments") or {}
    rows = [
        tag("div", tag("dt", str(name)), tag("dd", _plain(value))) for name, value in given.items()
    ]
    return join(
        [
            tag("div", studio.say("why.given"), class_="as-field"),
            tag("dl", rows, class_="as-facts") if rows else tag("p", "—"),
            tag("div", studio.say("why.returned"), class_="as-field"),
            tag("pre", str(detail.get("result", ""))),
        ]
    )


def _details(studio: Studio, detail: Mapping[str, Any]) -> Html:
    found = detail.get("unsupported") or []
    rest = {name: value for name, value in detail.items() if name != "unsupported"}
    return join(
        [
            note(studio.say("why.unsupported"), _unsupported(studio, found)) if found else "",
            tag("pre", _plain(rest).replace("\\n", "\n")) if rest or not found else "",
        ]
    )


def _unsupported(studio: Studio, found: Sequence[Mapping[str, Any]]) -> Html:
    """The sentences that stood in nothing found, and what of each."""
    rows = [
        tag(
            "div",
            tag("dt", f"«{one['sentence']}»"),
            tag("dd", studio.say(f"unsupported.{one['kind']}", missing=one["missing"])),
        )
        for one in found
    ]
    return tag("dl", rows, class_="as-facts")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


BODIES = {"passages": _passages, "server": _server, "tool": _tool}


def _folded(title: Html | str, body: Html, opened: bool = False) -> Html:
    return tag("details", tag("summary", title), body, open=opened, class_="as-step")
