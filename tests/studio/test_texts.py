"""Every text exists in both languages, and every text that is asked for exists."""

import ast
import re
import string
from pathlib import Path

from studio.agent_form import AgentForm
from studio.texts import TEXTS

ROOT = Path(__file__).resolve().parents[2]
ENGLISH_ONLY_WORDS = re.compile(
    r"\b(the|your|with|save|draft|upload|search|reply|message|customer|released|version)\b", re.I
)
# Errors of other rooms come with their English sentence, so only Spanish has these.
SPANISH_ONLY = ("error.knowledge.", "error.said.", "failure.")


def of_language(language: str) -> dict[str, str]:
    return {key: text for key, text in TEXTS[language].items() if not key.startswith(SPANISH_ONLY)}


def test_both_languages_have_the_same_texts() -> None:
    assert of_language("es").keys() == of_language("en").keys()
    assert TEXTS["en"].keys() <= TEXTS["es"].keys()


def test_both_languages_leave_the_same_blanks() -> None:
    for key, text in of_language("es").items():
        assert _blanks(text) == _blanks(TEXTS["en"][key]), key


def test_no_english_is_left_in_the_spanish_texts() -> None:
    left = {key: text for key, text in TEXTS["es"].items() if ENGLISH_ONLY_WORDS.search(text)}
    assert left == {}


def test_every_text_that_is_asked_for_exists() -> None:
    asked = {
        node.args[0].value
        for path in (ROOT / "studio").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _name(node) in ("say", "say_other", "NothingChosen")
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(asked) > 80
    assert {key for key in asked if isinstance(key, str) and "." in key} <= TEXTS["es"].keys()


def test_every_field_has_its_words() -> None:
    fields = {f"agent.{field}" for field in AgentForm.__dataclass_fields__}
    helps = {f"{field}.help" for field in fields}
    assert fields | helps <= TEXTS["es"].keys()


def test_everything_that_is_noted_in_the_audit_log_has_its_words() -> None:
    noted = re.compile(r'\bnote\(\s*(?:[^,()"]+,\s*)?"([a-z_ ]+)"')
    rooms = [ROOT / room for room in ("actions", "agent", "bot", "jobs", "studio")]
    files = [path for room in rooms for path in room.rglob("*.py")]
    found = {f"audit.{done}" for path in files for done in noted.findall(path.read_text("utf-8"))}
    assert len(found) > 30
    assert found <= TEXTS["es"].keys()


def test_every_error_of_the_knowledge_room_has_a_spanish_sentence() -> None:
    codes = {
        code
        for path in (ROOT / "knowledge").rglob("*.py")
        for code in _codes(path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 30
    assert {f"error.knowledge.{code}" for code in codes} <= TEXTS["es"].keys()


def _codes(source: str) -> set[str]:
    errors = re.findall(
        r"\b(Unreadable|FetchRefused|MixedEmbeddings|EmbeddingRefused|EmbeddingUnavailable"
        r"|IndexUnavailable|NotAccepted|UnknownSource)\b",
        source,
    )
    found = set(re.findall(r'^    code = "(\w+)"', source, re.M))
    found |= set(re.findall(r'"code": "(\w+)"', source))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node) in errors and len(node.args) > 1:
            code = node.args[1]
            found |= {code.value} if isinstance(code, ast.Constant) else set()
    return found


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
