"""What every shape that comes in, and every shape that goes out, has in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from agent.text import storable


class Body(BaseModel):
    """What a caller sends: in a body, in the address, or behind the question mark.

    An unknown field is refused, so that a typing mistake shows. What no database keeps (NUL, halves
    of characters) is mended, as it is in every JSON body.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _mended(cls, sent: Any) -> Any:
        return storable(sent)


class Out(BaseModel):
    """What a caller gets: the fields of a row that bear the same names."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, row: object) -> dict[str, Any]:
        """Return *row*, or a dictionary of its fields, as JSON."""
        return cls.model_validate(row).model_dump(mode="json")
