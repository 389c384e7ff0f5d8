"""One agent as one YAML file: its spec, curated answers and test cases; never a secret.

Knowledge bases belong to an installation, so a file names them and does not hold them: on
importing, bases of the same names are taken. Whatever looks like a key of a service is masked
when a file is written, for people do paste keys into instructions.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agent.cases import Case, plain
from agent.errors import Invalid
from agent.spec import Spec
from agent.text import storable

FORMAT: Final = "agent-studio/1"
LARGEST = 2_000_000  # characters
DEEPEST = 40  # lists and mappings within each other
MOST_TESTS = 1_000
# Keys as their makers print them: OpenAI and OpenRouter (sk-), Jina (jina_), Twilio (AC/SK + 32
# hexadecimal digits), Meta (EAA...), Google (AIza...), ours (as_), and bearer tokens in general.
SECRET = re.compile(
    r"\b(sk-[\w-]{16,}|jina_[\w-]{16,}|(?:AC|SK)[0-9a-f]{32}|EAA\w{30,}|AIza[\w-]{30,}"
    r"|as_[\w-]{40,}|Bearer\s+[\w.~+/-]{16,})"
)
MASK = "[…]"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Curated(_Part):
    """A question and the answer that staff wrote."""

    question: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    answer: Annotated[str, StringConstraints(min_length=1, max_length=4_000)]


class TestCase(_Part):
    """A question and what a good answer holds."""

    __test__ = False  # pytest: this is no test

    question: Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
    expected: Annotated[str, StringConstraints(max_length=2_000)] = ""
    source: Annotated[str, StringConstraints(max_length=300)] = ""


class Bundle(_Part):
    """What a file holds. `bases` are the names of the knowledge bases the agent looks into."""

    format: Literal["agent-studio/1"] = FORMAT
    agent: Spec
    bases: tuple[str, ...] = ()
    curated: Annotated[tuple[Curated, ...], Field(max_length=5_000)] = ()
    cases: Annotated[tuple[TestCase, ...], Field(max_length=500)] = ()  # of older files
    tests: Annotated[tuple[Case, ...], Field(max_length=MOST_TESTS)] = ()

    @property
    def every_case(self) -> list[Case]:
        """The cases, however the file holds them."""
        old = [plain(one.question, one.expected, one.source) for one in self.cases]
        return [*old, *self.tests]

    def to_yaml(self) -> str:
        """Return the file's text, secrets masked and bases by name."""
        data = _masked(self.model_dump(mode="json"))
        data["agent"]["knowledge"]["bases"] = []  # ids mean nothing elsewhere
        text: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
        return text

    def spec(self, known: Mapping[str, str]) -> Spec:
        """Return the spec with the bases that *known* (name -> id) has."""
        bases = tuple(known[name] for name in self.bases if name in known)
        knowledge = self.agent.knowledge.model_copy(update={"bases": bases})
        return self.agent.model_copy(update={"knowledge": knowledge})


def read(text: str) -> Bundle:
    """Read a file's text. Raises Invalid with a sentence."""
    if len(text) > LARGEST:
        raise Invalid("That file is too large to be an agent.")
    try:
        data = _loaded(text)
    except yaml.YAMLError:
        raise Invalid("That file is not readable as YAML.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise Invalid("That file does not hold an agent exported from this studio.")
    try:
        return Bundle.model_validate(data)
    except ValidationError as error:
        raise Unreadable(error) from None


class Unreadable(Invalid):
    """A field of the file cannot be used."""

    def __init__(self, error: ValidationError) -> None:
        found = error.errors()[0]
        self.field = ".".join(str(part) for part in found["loc"])
        super().__init__(f"The field {self.field} of that file cannot be used.")


def has_secret(text: str) -> bool:
    """True when *text* holds what looks like a key of a service."""
    return SECRET.search(text) is not None


def _loaded(text: str) -> Any:
    """Aliases could make a small file a huge one, and depth ends a reader that goes down by itself;
    no exported file has either."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            raise yaml.YAMLError("alias or depth")
    return storable(yaml.safe_load(text))


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return SECRET.sub(MASK, value)
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_masked(item) for item in value]
    return value
