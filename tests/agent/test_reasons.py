"""A reason is one English sentence in the stores, and everybody's language where it is read."""

import pytest

from agent.reasons import told


@pytest.mark.parametrize(
    ("reason", "language", "said"),
    [
        ("The customer wrote: asesor.", "es", "El cliente escribió: asesor."),
        ("The customer wrote: asesor.", "pt", "O cliente escreveu: asesor."),
        ("The customer wrote: asesor.", "en", "The customer wrote: asesor."),
        ("The agent failed 3 times in a row: x: y", "es", "El agente falló 3 veces seguidas: x: y"),
        (
            "5 attempts to answer ended without an answer",
            "es",
            "5 intentos de responder acabaron sin respuesta",
        ),
        ("quiere un reembolso", "es", "quiere un reembolso"),  # the model's own words
        ("", "es", ""),
    ],
)
def test_a_reason_is_told_in_the_readers_language(reason: str, language: str, said: str) -> None:
    assert told(reason, language) == said
