"""What to look at before a release: what would fail, and what contradicts itself.

Pure: what is known of the installation comes in as a `World`. Errors keep a release back,
warnings ask. Every finding has a code, by which the studio finds its sentence.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from actions.bundle import has_secret
from agent.capabilities import Known
from agent.invented import is_invented
from agent.language import primary
from agent.settings import Settings
from agent.spec import Spec
from agent.toolkit.calculation import failures
from agent.wording import WRITTEN

Level = Literal["error", "warning"]
MODEL = re.compile(r"(offline|(openai|openrouter):\S+)$")
# What instructions say when they promise a person, in the three languages agents speak.
PROMISES = re.compile(
    r"\b(?:p[aá]s[ae]\w*|transfi[eé]r\w+|deriv\w+|comun[ií]c\w+|canaliz\w+|con[eé]ct\w+)\b[^.\n]{0,40}"
    r"\b(?:persona|humano|asesora?|compa[ñn]er[oa]|ejecutiv[oa]|especialista)\b"
    r"|\b(?:pass|transfer|hand|connect|escalate)\b[^.\n]{0,40}"
    r"\b(?:person|human|colleague|specialist|agent)\b"
    r"|\b(?:transfir\w+|encaminh\w+|passe)\b[^.\n]{0,40}\b(?:pessoa|humano|atendente)\b",
    re.IGNORECASE,
)
MOST_NAMED = 5  # sources, in one finding
FORMAL = re.compile(r"\b(?:de usted|tratar? de usted|trata de usted|hable de usted)\b", re.I)
FAMILIAR = re.compile(r"\b(?:tut[eé]\w*|de t[uú])\b", re.I)
NO_EMOJI = re.compile(
    r"\b(?:sin|ning[uú]n|no us[ea]s?|nunca us[ea]s?|no|never use)\s+emojis?\b", re.I
)
EMOJI = re.compile(
    r"(?<!sin )(?<!no )(?<!nunca )\b(?:us[ea]s?|pon|a[ñn]ad[ea]|alg[uú]n|con|use|add)"
    r"\s+(?:\w+\s+)?emojis?\b",
    re.I,
)


@dataclass(frozen=True)
class Finding:
    """Something to mend, or to think about. `values` fill the blanks of its sentence."""

    level: Level
    code: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class BaseState:
    """A knowledge base as a release cares about it."""

    id: str
    name: str
    passages: int = 0
    unfinished: int = 0  # sources waiting or being read
    failed: int = 0
    noticed: Sequence[str] = ()  # names of sources that were not kept whole
    tables: int = 0  # rows of tables in it


@dataclass(frozen=True)
class World:
    """What is known of the installation."""

    settings: Settings
    channels: Known
    bases: Sequence[BaseState] = ()

    def is_real(self, channel: str) -> bool:
        """Whether an answer on *channel* would reach a person; "": on no channel yet."""
        return bool(channel) and self.channels[channel].is_real(self.settings)


Rule = Callable[[Spec, World, str], Iterator[Finding]]


def check(spec: Spec, world: World, channel: str = "") -> list[Finding]:
    """Return what to mend in *spec* before it answers on *channel*; errors first."""
    found = [finding for rule in RULES for finding in rule(spec, world, channel)]
    return sorted(found, key=lambda finding: finding.level)


def _model(spec: Spec, world: World, channel: str) -> Iterator[Finding]:
    name = spec.model.name or world.settings.model_in_force
    if not MODEL.match(name):
        yield Finding("error", "model_unknown", {"model": name})
        return
    yield from _key(name.partition(":")[0], world.settings)
    is_kept_off = not world.settings.offline_on_live_numbers
    if name == "offline" and is_kept_off and world.is_real(channel):
        yield Finding("error", "offline_live")


def _company(spec: Spec, world: World, channel: str) -> Iterator[Finding]:
    if world.is_real(channel) and is_invented(spec):
        yield Finding("error", "sample_live", {"brand": spec.brand})


def _key(provider: str, settings: Settings) -> Iterator[Finding]:
    if provider == "openai" and not (settings.openai_api_key or settings.openai_base_url):
        yield Finding("error", "key_missing", {"name": "OPENAI_API_KEY"})
    if provider == "openrouter" and not settings.openrouter_api_key:
        yield Finding("error", "key_missing", {"name": "OPENROUTER_API_KEY"})


def _knowledge(spec: Spec, world: World, _channel: str) -> Iterator[Finding]:
    bases = {base.id: base for base in world.bases}
    known = [bases[one] for one in spec.knowledge.bases if one in bases]
    if len(known) < len(spec.knowledge.bases):
        yield Finding("error", "base_gone")
    if not spec.knowledge.bases and spec.knowledge.grounded_only:
        yield Finding("warning", "knowledge_none")
    for base in known:
        yield from _base(base)
    tables = [tool.name for tool in spec.tools if tool.kind == "table"]
    if tables and not any(base.tables for base in known):
        yield Finding("warning", "table_empty", {"tool": _few(tables)})


def _tools(spec: Spec, _world: World, _channel: str) -> Iterator[Finding]:
    """The examples of a calculator are its tests, and run before each release."""
    for tool in spec.tools:
        if tool.kind == "calculator":
            for example, got in itertools.islice(failures(tool), MOST_NAMED):
                given = ", ".join(f"{name} = {value}" for name, value in example.given)
                values = {"tool": tool.name, "given": given, "got": got}
                yield Finding("error", "tool_example", values)


def _base(base: BaseState) -> Iterator[Finding]:
    if base.unfinished:
        yield Finding("warning", "base_unfinished", {"base": base.name, "n": str(base.unfinished)})
    elif not base.passages:
        yield Finding("error", "base_empty", {"base": base.name})
    if base.failed:
        yield Finding("warning", "base_failed", {"base": base.name, "n": str(base.failed)})
    if base.noticed:
        yield Finding("warning", "base_noticed", {"base": base.name, "sources": _few(base.noticed)})


def _few(names: Sequence[str]) -> str:
    return ", ".join([*names[:MOST_NAMED], *(["..."] if len(names) > MOST_NAMED else [])])


def _people(spec: Spec, _world: World, _channel: str) -> Iterator[Finding]:
    promised = PROMISES.search(f"{spec.instructions}\n{spec.description}")
    if "handoff" not in spec.tool_names and promised:
        yield Finding("warning", "handoff_promised", {"words": promised[0].strip()})
    if "handoff" not in spec.tool_names and not spec.handoff.words:
        yield Finding("warning", "handoff_none")


def _languages(spec: Spec, _world: World, _channel: str) -> Iterator[Finding]:
    spoken = {primary(language) for language in spec.languages}
    for language in WRITTEN:
        if spec.greeting.own(language) and language not in spoken:
            yield Finding("warning", "greeting_language", {"language": language})
        if language in spoken and not spec.fallback.own(language):
            yield Finding("warning", "fallback_missing", {"language": language})


def _words(spec: Spec, _world: World, _channel: str) -> Iterator[Finding]:
    if not spec.instructions:
        yield Finding("warning", "instructions_none")
    if not spec.tone:
        yield Finding("warning", "tone_none")
    said = f"{spec.tone}\n{spec.instructions}"
    if FORMAL.search(said) and FAMILIAR.search(said):
        yield Finding("warning", "tone_contradicts")
    if NO_EMOJI.search(spec.tone) and EMOJI.search(spec.instructions):
        yield Finding("warning", "emoji_contradicts")
    if NO_EMOJI.search(spec.instructions) and EMOJI.search(spec.tone):
        yield Finding("warning", "emoji_contradicts")
    if has_secret(spec.to_yaml()):
        yield Finding("error", "secret")


def _pace(spec: Spec, _world: World, _channel: str) -> Iterator[Finding]:
    rules = spec.conversation
    if rules.quiet_seconds > rules.longest_wait_seconds:
        yield Finding("warning", "wait_contradicts")
    for topic in spec.guard.forbidden_topics:
        if topic and topic.casefold() in spec.instructions.casefold():
            yield Finding("warning", "topic_contradicts", {"topic": topic})


def _hours(spec: Spec, _world: World, _channel: str) -> Iterator[Finding]:
    hours = spec.handoff.office_hours
    if hours is None:
        return
    if hours.opens == hours.closes:
        yield Finding("warning", "hours_all_day", {"hour": hours.opens})
    for language in filter(WRITTEN.__contains__, map(primary, spec.languages)):
        away = hours.away.own(language)
        if not away:
            yield Finding("warning", "away_missing", {"language": language})
        elif "{when}" not in away:
            yield Finding("warning", "away_when", {"language": language})


def _topics(spec: Spec, _world: World, _channel: str) -> Iterator[Finding]:
    forbidden = {topic.casefold() for topic in spec.guard.forbidden_topics if topic}
    for topic in spec.handoff.topics:
        if topic.casefold() in forbidden:
            yield Finding("warning", "topic_twice", {"topic": topic})


RULES: tuple[Rule, ...] = (
    _company,
    _model,
    _knowledge,
    _tools,
    _people,
    _languages,
    _words,
    _pace,
    _hours,
    _topics,
)
