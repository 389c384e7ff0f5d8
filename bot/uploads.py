"""What a base is given by the API: files as a form, or a page, a site, a text or pairs as JSON."""

from typing import Annotated, Any, Self

from flask import g, request
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from actions import sources
from actions.services import Services
from actions.sources import Into, OnSame
from agent.errors import Invalid
from bot.bodies import Body

MOST_BYTES = 25 * 1024 * 1024
MOST_FILES = 20
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Json = dict[str, Any]


class SourceIn(Body):
    """One of: a page (`url`), a site (`url` and `pages`), a `text`, or questions (`pairs`)."""

    url: Address | None = Field(None, description="of a page, or where a site begins")
    pages: int | None = Field(None, ge=1, le=200, description="of a site, at most so many")
    name: str = Field("", max_length=200, description="of a text or of pairs")
    text: str | None = Field(None, min_length=1)
    pairs: str | None = Field(
        None, min_length=1, description="questions with their answers, as the studio takes them"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.url, self.text, self.pairs].count(None) != 2 or (self.pages and not self.url):
            raise PydanticCustomError(
                "one_of", "Send one of url, text and pairs; a site has pages beside its url"
            )
        return self


BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "on_same": {"type": "string", "enum": [one.value for one in OnSame]},
                    },
                }
            },
            "application/json": {"schema": SourceIn.model_json_schema()},
        },
    }
}


def taken(services: Services, into: Into) -> list[Json]:
    """Add what the request holds to a base; return id and name of each source.

    Raises Invalid for what cannot be taken, NotFound for no such base.
    """
    request.max_content_length = MOST_BYTES
    with sources.in_plain_errors():
        if request.is_json:
            return [_told(services, into, SourceIn.model_validate(request.get_json(silent=True)))]
        return [_file(services, into, file) for file in sent_files(MOST_FILES)]


def sent_files(most: int) -> list[Any]:
    """Return the files of a form. Raises Invalid for none or too many."""
    files = [file for file in request.files.getlist("files") if file.filename]
    if not 1 <= len(files) <= most:
        raise Invalid(f'Send 1 to {most} files in the form field "files", or JSON: see /docs.')
    return files


def _told(services: Services, into: Into, sent: SourceIn) -> Json:
    given = (services, g.actor, into)
    if sent.url is not None:
        if sent.pages:
            return {"id": sources.add_site(*given, sent.url, sent.pages), "name": sent.url}
        return {"id": sources.add_url(*given, sent.url), "name": sent.url}
    name = sent.name.strip() or "API"
    if sent.text is not None:
        return {"id": sources.add_text(*given, name, sent.text), "name": name}
    return {"id": sources.add_pairs(*given, name, sent.pairs or ""), "name": name}


def _file(services: Services, into: Into, file: Any) -> Json:
    name, on_same = str(file.filename), _on_same()
    source_id = sources.add_file(services, g.actor, into, name, file.stream, on_same)
    return {"id": source_id, "name": name}


def _on_same() -> OnSame:
    """Return what the form says of files whose names are there already. Raises Invalid."""
    given = request.form.get("on_same", OnSame.ASK)
    if given not in tuple(OnSame):
        raise Invalid(f"on_same is one of {', '.join(OnSame)}.")
    return OnSame(given)
