"""What surrounds every page: the header says which parts are real, and what is missing."""

import pytest

from knowledge.parsing import landlock
from studio.shell import header
from tests.studio.conftest import Caller, House


@pytest.mark.parametrize(
    ("language", "said"), [("es", "Archivos: <b>sin aislar</b>"), ("en", "Files: <b>no sandbox")]
)
def test_a_kernel_without_landlock_is_shown_in_the_header(
    house: House, viewer: Caller, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    studio = house.studio(language)
    monkeypatch.setattr(landlock, "abi", lambda: 7)
    assert said not in str(header(studio, viewer))
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    shown = str(header(studio, viewer))
    assert said in shown
    assert "Linux 5.13" in shown
