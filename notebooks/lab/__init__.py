"""The lab: agents, conversations and experiments of an Agent Studio, in a notebook.

    from lab import open_lab

    lab = open_lab()  # or open_lab("https://studio.example.com", token="...")
    lab.agents()

Everything is asked of the HTTP API, with the rights of the token, wherever the studio runs.
"""

from .agents import Agent, Draft, Version
from .answers import Answer
from .datasets import Dataset
from .errors import Busy, Conflict, LabError, NotAllowed, NotFound, Refused, Unreachable
from .experiments import Comparison, Experiment, Judge
from .kept import KeptNotebook, Run
from .opening import open_lab
from .studio import Lab

__all__ = [
    "Agent",
    "Answer",
    "Busy",
    "Comparison",
    "Conflict",
    "Dataset",
    "Draft",
    "Experiment",
    "Judge",
    "KeptNotebook",
    "Lab",
    "LabError",
    "NotAllowed",
    "NotFound",
    "Refused",
    "Run",
    "Unreachable",
    "Version",
    "open_lab",
]
