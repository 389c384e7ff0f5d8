"""Anyone can have a folder of files read and see text, notices and seconds for each."""

from pathlib import Path

import pytest

from knowledge.parsing.read import main
from tests.knowledge import documents


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.csv").write_text("Producto;Precio\nMesa;9,50\n", encoding="utf-8")
    (tmp_path / "b" / "escaneo.pdf").write_bytes(documents.scan("El taller abre.", ""))
    (tmp_path / "roto.pdf").write_bytes(b"no")
    (tmp_path / "foto.png").write_bytes(b"x")
    return tmp_path


def test_each_file_of_a_folder_has_its_line_its_notices_and_its_seconds(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(folder)])
    first, scan, notice, broken, why, total = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == ["29", "letters", "1", "sections"]
    assert first.endswith(" s  a.csv")
    assert scan.endswith("b/escaneo.pdf")
    assert "! Pages without text, only pictures: 1 (p. 2)." in notice
    assert broken.endswith("roto.pdf")
    assert "! Not read (file_kind): This is not a PDF" in why
    assert total.startswith("3 files in ")
    assert total.endswith("1 with notices, 1 not read, 44 letters")


def test_the_text_is_printed_on_request(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(folder), "--text"])
    assert "    | Producto: Mesa. Precio: 9,50." in capsys.readouterr().out


def test_a_folder_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path / "none")])
    assert "There is no folder" in capsys.readouterr().err
