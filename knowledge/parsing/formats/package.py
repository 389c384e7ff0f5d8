"""Office Open XML: a ZIP of XML parts that name one another by relationships (ECMA-376, part 2).

Elements and attributes are found by their local names: the Strict variant has the same ones in
other namespaces.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Element = Any  # lxml has no types of its own


class Package:
    """The parts of an Office file, by their names in the ZIP."""

    def __init__(self, path: Path) -> None:
        self._packed = zipfile.ZipFile(path)
        self._names = set(self._packed.namelist())

    def tree(self, part: str) -> Element:
        """The part's root element. Raises KeyError when there is no such part."""
        from lxml import etree  # type: ignore[import-untyped]

        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        return etree.fromstring(self._packed.read(part), parser)

    def main(self) -> str:
        """The part that the others hang on; empty when there is none."""
        found = (target for kind, target in self.links("").values() if kind == "officeDocument")
        return next(found, "")

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """What the part names: by its id there, the kind and the part's name."""
        folder, name = posixpath.split(part)
        relationships = posixpath.join(folder, "_rels", f"{name}.rels")
        if relationships not in self._names:
            return {}
        return {
            one.get("Id", ""): (one.get("Type", "").rpartition("/")[2], _absolute(folder, one))
            for one in self.tree(relationships)
            if one.get("TargetMode") != "External"
        }

    def linked(self, part: str, kind: str) -> Iterator[Element]:
        """The trees of this kind that the part names."""
        for found, target in self.links(part).values():
            if found == kind and target in self._names:
                yield self.tree(target)

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part in self._names


def _absolute(folder: str, relationship: Element) -> str:
    joined = posixpath.join("/", folder, relationship.get("Target", ""))
    return posixpath.normpath(joined).lstrip("/")


def name(element: Element) -> str:
    """The element's local name; empty for an entity."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value(element: Element | None, attribute: str = "val") -> str | None:
    """The attribute by its local name."""
    if element is None:
        return None
    found = (v for k, v in element.attrib.items() if k.rpartition("}")[2] == attribute)
    return next(found, None)


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along *path*."""
    for step in path:
        if element is None:
            return None
        element = next((one for one in element if name(one) == step), None)
    return element


def number(text: str | None, otherwise: int = 0) -> int:
    """A whole number as the file writes it."""
    try:
        return int(float(text)) if text else otherwise
    except (ValueError, OverflowError):
        return otherwise
