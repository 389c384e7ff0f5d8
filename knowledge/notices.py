"""What a reader could not keep of a document, told to staff: how much of it, and where.

A notice is a code with figures, so that it can be said in any language. `where` names places as
the document does (a page, a sheet, a column), never what stands there.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MOST_PLACES = 8  # that are named
LONGEST_PLACE = 60  # letters
MORE = "..."
SENTENCES = {
    "pdf_pages": (
        "Pages without text, only pictures: {count}{where}. Run text recognition (OCR) on the PDF "
        "and replace it, or they will not be found."
    ),
    "hidden_text": (
        "Stretches of text that nobody sees (hidden, white on white, tiny, off the page) and that "
        "were left out: {count}{where}. Make them visible and replace the file if customers may "
        "know what they say."
    ),
    "hidden_slides": (
        "Hidden slides that were left out: {count}{where}. Show them in the file and replace it if "
        "customers may know what they say."
    ),
    "unknown_shapes": (
        "Drawings and objects that cannot be read: {count}{where}. Write what they say into the "
        "document as text and replace it if customers should know."
    ),
    "garbled_pages": (
        "Pages whose font does not say which letters it shows, so that their text may be garbled: "
        "{count}{where}. Look at their passages; if they are wrong, save the PDF again from the "
        "program it comes from, or run text recognition (OCR) on it, and replace it."
    ),
    "hidden_sheets": (
        "Hidden sheets that were left out: {count}{where}. Unhide them in the file and replace it "
        "if customers may know what they say."
    ),
    "hidden_columns": (
        "Hidden columns that were left out: {count}{where}. Unhide them in the file and replace it "
        "if customers may know what they say."
    ),
    "hidden_rows": (
        "Hidden rows that were left out: {count}{where}. Unhide them, or take away the filter, and "
        "replace the file if customers may know what they say."
    ),
    "hidden_cells": (
        "Cells whose text cannot be seen (white on white, tiny, or of a format that shows nothing) "
        "were left out: {count}{where}. Make them visible and replace the file if customers may "
        "know what they say."
    ),
    "cells_under_a_rule": (
        "Cells that a conditional format may hide, and that were read all the same: "
        "{count}{where}. Take out of the file what customers may not know, and replace it."
    ),
    "empty_columns": (
        "Columns that have a name and no value: {count}{where}. If there should be values, write "
        "them into the file and replace it."
    ),
    "pictures": (
        "Pictures that do not say in words what they show: {count}{where}. If there is text in "
        "them that customers should know, write it into the document and replace it."
    ),
    "form_without_values": (
        "Forms that only Adobe's programs show (XFA), whose values could not be read: "
        "{count}{where}. Print the PDF to a new PDF there, and replace it."
    ),
    "formulas_without_value": (
        "Formulas whose results are not in the file: {count}{where}. Open it in Excel or "
        "LibreOffice, save it there, and replace it."
    ),
    "error_values": (
        "Cells that show an error such as #N/A and were left out: {count}{where}. Correct the "
        "formulas and replace the file."
    ),
    "columns_beyond": (
        "Cells to the right of the 200th column that were left out: {count}{where}. Divide the "
        "table."
    ),
    "encoding_unsure": (
        "The file does not say how its letters are encoded, and it is not certain{where}. Look at "
        "its accents in the passages; if they are wrong, save it as UTF-8 and replace it."
    ),
    "delimiter_unsure": (
        "It is not certain which sign divides the columns{where}. Look at the passages; if they "
        "are wrong, save the file as XLSX and replace it."
    ),
    "uneven_rows": (
        "Rows with more cells than there are columns: {count}{where}. Look whether a sign that "
        "divides columns stands inside a value without quotes."
    ),
}


@dataclass(frozen=True)
class Notice:
    """A loss in a document that was read all the same; `code` names its sentence."""

    code: str
    count: int = 1
    where: tuple[str, ...] = ()

    @property
    def places(self) -> str:
        """Where, as it stands in a sentence: ` (p. 2, p. 4)`; empty when nothing is named."""
        return f" ({', '.join(self.where)})" if self.where else ""

    @property
    def sentence(self) -> str:
        """What staff read, in English."""
        known = SENTENCES.get(self.code, "Something was not kept: {count}{where}.")
        return known.format(count=self.count, where=self.places)


def joined(notices: Iterable[Notice]) -> list[Notice]:
    """One notice a code, in the order they came: counts added, a few of the places named."""
    counts: dict[str, int] = {}
    places: dict[str, dict[str, None]] = {}
    for notice in notices:
        counts[notice.code] = counts.get(notice.code, 0) + notice.count
        named = places.setdefault(notice.code, {})
        for place in notice.where:
            if len(named) <= MOST_PLACES:
                named[_short(place)] = None
    return [Notice(code, counts[code], _few(list(places[code]))) for code in counts]


def stored(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """The *notices* as they are kept in a database and sent through a pipe."""
    return [dataclasses.asdict(notice) for notice in notices]


def from_stored(rows: Iterable[Mapping[str, Any]]) -> tuple[Notice, ...]:
    """The notices that `stored` wrote."""
    return tuple(Notice(row["code"], row["count"], tuple(row["where"])) for row in rows)


def _few(names: list[str]) -> tuple[str, ...]:
    return (*names[:MOST_PLACES], MORE) if len(names) > MOST_PLACES else tuple(names)


def _short(place: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in place).split())
    return words if len(words) <= LONGEST_PLACE else words[: LONGEST_PLACE - 3] + MORE
