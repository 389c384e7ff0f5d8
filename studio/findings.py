"""What a check before a release found, as sentences: what it is, and what to do."""

from collections.abc import Sequence

from agent.checks import Finding
from studio.markup import Html, tag
from studio.state import Studio
from studio.widgets import badge


def findings(studio: Studio, found: Sequence[Finding]) -> Html:
    """Return one row a finding, errors first; or that nothing was found."""
    if not found:
        return tag("div", tag("p", badge("✓", "good"), " ", studio.say("check.clean")),
                   class_="as-findings")  # fmt: skip
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
