"""What a check before a release found, as sentences: what it is, and what to do."""

from collections.abc import Sequence

from actions.checks import Finding
from agent.pricing import has_price
from agent.spec import Spec
from studio.markup import Html, tag
from studio.state import Studio
from studio.widgets import badge


def unpriced(studio: Studio, spec: Spec) -> Html | None:
    """Return that nobody knows the price of the model of *spec*, when that is so."""
    settings = studio.services.settings
    model = spec.model.name or settings.model_in_force
    if has_price(model):
        return None
    told = studio.say("check.no_price", model=model, dollars=f"{settings.unpriced_dollars:g}")
    return tag("p", badge("!", "wait"), " ", told, class_="as-quiet")


def findings(studio: Studio, found: Sequence[Finding]) -> Html:
    """Return one row a finding, errors first; or that nothing was found."""
    if not found:
        return tag(
            "div",
            tag("p", badge("✓", "good"), " ", studio.say("check.clean")),
            class_="as-findings",
        )
    return tag("div", [_finding(studio, one) for one in found], class_="as-findings")


def sentence_of(studio: Studio, finding: Finding) -> str:
    """Return the sentence of one finding."""
    values = dict(finding.values)
    if "language" in values:
        values["language"] = studio.say(f"language.{values['language']}").lower()
    return studio.say(f"check.{finding.code}", **values)


def _finding(studio: Studio, finding: Finding) -> Html:
    kind = "bad" if finding.level == "error" else "wait"
    label = badge(studio.say(f"check.{finding.level}"), kind)
    return tag("p", label, " ", sentence_of(studio, finding))
