"""An example of each body, by the name of its shape; each is valid, which a test holds.

A shape may bring its own (`json_schema_extra={"example": ...}`).
"""

from collections.abc import Mapping
from typing import Any

AGENT = "0f8fad5bd9cb469fa16570867728950e"
NOTEBOOK: Mapping[str, Any] = {
    "cells": [{"cell_type": "markdown", "metadata": {}, "source": "# Informe semanal"}],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 4,
}
EXAMPLES: Mapping[str, Any] = {
    "Spec": {
        "name": "Vera",
        "brand": "Panadería Sol",
        "description": "Atiende a los clientes de una panadería",
        "tone": "Cercano y breve",
        "instructions": "Responde solo con lo que dicen los documentos.",
    },
    "AgentChange": {"tone": "Formal", "revision": 3},
    "DuplicateIn": {"name": "Vera (copia)"},
    "RestoreIn": {"revision": 3},
    "ReleaseIn": {"channel": "twilio", "note": "con documentos", "revision": 3},
    "PromoteIn": {"note": "les fue mejor"},
    "SourceIn": {"url": "https://example.com/horario"},
    "BaseIn": {"name": "Panadería Sol"},
    "TuningIn": {"threshold": 0.2},
    "QuestionIn": {"question": "¿Abren el domingo?", "source": "horario.pdf", "expect": "9 a 14"},
    "SourceChangeIn": {"refresh_hours": 24, "effect": "at_once"},
    "DecisionIn": {"accept": True},
    "Days": {"days": 7},
    "AnswerIn": {"question": "¿Aceptan efectivo?", "answer": "Sí, hasta mil pesos."},
    "PassageIn": {"text": "Los domingos abrimos de 9 a 14."},
    "SearchIn": {"question": "¿Abren el domingo?"},
    "TakenFromIn": {"taken_from": "eva@example.com"},
    "PauseIn": {"seconds": 3600},
    "AssignIn": {"email": "ana@example.com"},
    "WordsIn": {"text": "Le llamo en cinco minutos."},
    "InviteIn": {"email": "ana@example.com", "role": "agent", "name": "Ana"},
    "NotebookIn": {"name": "Informe semanal", "body": NOTEBOOK},
    "NotebookBodyIn": {"body": NOTEBOOK},
    "AboutIn": {"kind": "conversation", "subject": "7"},
    "RunIn": {"parameters": {"agent_name": "Vera", "days": 7}},
    "PlanIn": {"schedule": {"every": "week", "weekday": 0, "hour": 8, "zone": "America/Bogota"}},
    "PersonChange": {"role": "editor"},
    "FirstWordsIn": {
        "address": "whatsapp:+14155238886",
        "number": "+52 55 1234 5678",
        "text": "Hola, esta es una prueba.",
    },
    "PauseSwitchIn": {"paused": True},
    "ClientScores": {"counted": True},
    "RetentionIn": {"media": 30},
    "ReadIn": {"up_to": 12},
    "AlertWishes": {"ways": ["studio", "email"], "opens": 9, "closes": 18},
    "DatasetIn": {"name": "garantía"},
    "Case": {"turns": [{"say": ["¿Abren el domingo?"], "expect": {"contains": ["9"]}}]},
    "CaseIds": {"case_ids": [AGENT]},
    "MoreMoney": {"cost_limit": 5},
    "ScoresIn": {"scores": [{"row": 1, "name": "brief", "value": 1, "passed": True}]},
    "PreferenceIn": {"first": 1, "second": 2, "better": 2},
    "ChatIn": {"agent_id": AGENT, "message": "¿Abren el domingo?", "conversation_id": "ana"},
}


def add_examples(schemas: dict[str, Any]) -> None:
    """Put the examples into the *schemas* of an OpenAPI document."""
    for name, example in EXAMPLES.items():
        if name in schemas:
            schemas[name].setdefault("example", example)
