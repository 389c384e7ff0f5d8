"""The API's sources: one opened, corrected, replaced, read again, removed."""

from typing import Annotated, Any

from flask import Response, g, jsonify, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from actions import effects, names
from actions import sources as acts
from actions.services import Services
from agent.errors import NotFound
from bot.access import needs
from bot.bodies import Body, Out
from bot.etags import expect, tagged
from bot.lists import BY_NUMBER, List, Listed, Page
from bot.schemas import ProblemOut, SourceOut, TakenFrom, id_of
from bot.uploads import MOST_BYTES, sent_files

SOURCES = Tag(name="sources", description="Files, pages and texts")
Json = dict[str, Any]
plainly = acts.in_plain_errors()


class OneSourcePath(Body):
    """The source's id in the address."""

    source_id: Annotated[str, id_of("source")]


class SourceChangeIn(Body):
    """What is changed of a source; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=300, description="as citations say")
    refresh_hours: int | None = Field(None, ge=0, le=10_000, description="0: never by itself")
    effect: effects.Effect | None = Field(None, description="when customers are told of it")


class DecisionIn(Body):
    """What becomes of a reading that waits for a person."""

    accept: bool


class TextIn(Body):
    """What takes the place of a text or of pairs."""

    name: str = Field("", max_length=200, description="empty: as it was")
    text: str = Field(min_length=1)


class WholeSourceOut(SourceOut):
    """A source with what is known of it beside how far it is."""

    bytes: int
    version: int
    parent_id: str
    effect: effects.Effect
    refresh_hours: int
    checked_at: float
    gone_at: float
    tokens: int
    created_by: str
    created_at: float
    updated_at: float


class TextOut(Out):
    """What was pasted or written."""

    text: str


class PassageOut(Out):
    """A piece of a source as it is searched and quoted."""

    id: int
    source_id: str
    source_version: int
    position: int
    text: str
    page: int | None
    row: int | None
    heading: str
    fields: dict[str, str] | None
    fingerprint: str = Field(description="not empty: staff changed it")
    silenced: bool = Field(description="staff wish it not to be found")


class PassagesOut(Listed):
    """The passages of a source, in order."""

    passages: list[PassageOut]


class RereadOut(Out):
    """What a re-reading found changed: whole lines."""

    version: int
    found_at: float
    added: list[str]
    removed: list[str]
    more: int


class RereadsOut(Out):
    """What re-readings found changed, the newest first."""

    differences: list[RereadOut]


def add(blueprint: APIBlueprint, services: Services) -> None:
    """Add the routes to *blueprint*."""
    _reading(blueprint, services)
    _changing(blueprint, services)


def _reading(blueprint: APIBlueprint, services: Services) -> None:
    sources = services.sources

    @blueprint.get("/sources/<source_id>", tags=[SOURCES], responses={200: WholeSourceOut})
    @needs("viewer")
    @plainly
    def read_source(path: OneSourcePath) -> Response:
        """Read one source

        How far it is, and notices of what was not kept of it. `ETag` names what it holds.
        """
        return _shown(services, path.source_id)

    @blueprint.get("/sources/<source_id>/text", tags=[SOURCES], responses={200: TextOut})
    @needs("viewer")
    @plainly
    def read_text(path: OneSourcePath) -> Json:
        """Read what was pasted or written, to edit it"""
        return {"text": sources.text_of(_source(services, path.source_id).id)}

    @blueprint.get("/sources/<source_id>/passages", tags=[SOURCES], responses={200: PassagesOut})
    @needs("viewer")
    @plainly
    def list_passages(path: OneSourcePath, query: Page) -> Response:
        """List the passages that a source was divided into"""
        source = _source(services, path.source_id)

        def fetch(after: int | None, limit: int) -> Any:
            return sources.chunks(source.id, limit=limit, after=-1 if after is None else after)

        rows = List("passages", BY_NUMBER, fetch, lambda one: one.position, PassageOut.of)
        return rows.answer(query)

    @blueprint.get("/sources/<source_id>/differences", tags=[SOURCES], responses={200: RereadsOut})
    @needs("viewer")
    @plainly
    def list_differences(path: OneSourcePath) -> Json:
        """See what re-readings found changed"""
        found = sources.differences(_source(services, path.source_id).id)
        return {"differences": [RereadOut.of(one) for one in found]}


def _changing(blueprint: APIBlueprint, services: Services) -> None:
    @blueprint.put(
        "/sources/<source_id>", tags=[SOURCES], responses={202: WholeSourceOut, 412: ProblemOut}
    )
    @needs("editor")
    @plainly
    def replace_source(path: OneSourcePath) -> tuple[Response, int]:
        """Put something else in the place of a file, a text or pairs

        Send one file as `files` of a form, or `{"text": ...}`. What was read before stays findable
        until the new one is read. With `If-Match`, nobody's replacement is lost.
        """
        request.max_content_length = MOST_BYTES
        source = _source(services, path.source_id)
        over = expect(source.stored_name)
        given = (services, g.actor, source.id)
        if request.is_json:
            sent = TextIn.model_validate(request.get_json(silent=True))
            acts.replace_text(*given, sent.name or source.name, sent.text, over)
        else:
            [file] = sent_files(1)
            acts.replace_file(*given, str(file.filename), file.stream, over)
        return _shown(services, source.id), 202

    @blueprint.patch("/sources/<source_id>", tags=[SOURCES], responses={200: WholeSourceOut})
    @needs("editor")
    @plainly
    def change_source(path: OneSourcePath, body: SourceChangeIn) -> Response:
        """Rename a source, choose when it is read again and when customers are told

        A file keeps its ending. `refresh_hours`: a page or site is read again so often. `effect`:
        customers are told what it says with the next `release` of their agent, or `at_once`.
        """
        given = (services, g.actor, _source(services, path.source_id).id)
        if body.refresh_hours is not None:
            acts.set_refresh(*given, body.refresh_hours)
        if body.name is not None:
            names.rename(*given, body.name)
        if body.effect is not None:
            effects.set_effect(*given, body.effect)
        return _shown(services, path.source_id)

    @blueprint.post("/sources/<source_id>/held", tags=[SOURCES], responses={200: WholeSourceOut})
    @needs("editor")
    @plainly
    def decide_source(path: OneSourcePath, body: DecisionIn) -> Response:
        """Accept or refuse a reading that waits for a person

        A page that says much less than before is read and not searched until somebody decides.
        """
        decide = effects.let_through if body.accept else effects.turn_down
        decide(services, g.actor, _source(services, path.source_id).id)
        return _shown(services, path.source_id)

    @blueprint.post("/sources/<source_id>/read", tags=[SOURCES], responses={202: WholeSourceOut})
    @needs("editor")
    @plainly
    def reread_source(path: OneSourcePath) -> tuple[Response, int]:
        """Have a source read again"""
        acts.reread(services, g.actor, _source(services, path.source_id).id)
        return _shown(services, path.source_id), 202

    @blueprint.delete(
        "/sources/<source_id>", tags=[SOURCES], responses={204: None, 409: ProblemOut}
    )
    @needs("editor")
    @plainly
    def remove_source(path: OneSourcePath, query: TakenFrom) -> tuple[str, int]:
        """Remove a source

        It is found no more at once. Where agents look it up, the answer is a 409 that names them,
        until `taken_from` does.
        """
        source = _source(services, path.source_id)
        acts.remove(services, g.actor, source.id, query.taken_from.split(","))
        return "", 204


def _source(services: Services, source_id: str) -> Any:
    """Return a source. Raises NotFound for the one that the team's answers are kept in, too."""
    source = services.sources.get(source_id)
    if source.kind == "curated":
        raise NotFound("There is no source by that id.")
    return source


def _shown(services: Services, source_id: str) -> Response:
    source = _source(services, source_id)
    return tagged(jsonify(WholeSourceOut.of(source)), source.stored_name)
