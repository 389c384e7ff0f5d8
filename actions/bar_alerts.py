"""Tells people that an experiment came out below the bar of its agent, without a release."""

from actions import notifier
from actions.bars import held
from actions.notifier import News
from actions.services import Services
from agent.actor import INSTALLATION
from agent.bar import Criterion, Result
from agent.spec import Spec, Wording
from store.evaluation.datasets import TESTS
from store.evaluation.experiments import Candidate, Experiment
from store.people.alerts import LONGEST_TEXT

PAGE = "/studio/es/evaluate"
MEASURED = ("missed", "fails_now")  # the reasons that an experiment gives by itself


def tell(services: Services, experiment: Experiment) -> None:
    """Tell whoever asked for *experiment*, else every editor, which criteria on its dataset its
    candidates miss. It is told once, however often it is compared.
    """
    agent, before = (
        services.store.agents.get(experiment.agent_id),
        _answers_now(services, experiment),
    )
    dataset = services.store.datasets.get(experiment.dataset_id).name
    lines = [
        f"{one.label}: {_said(result)}"
        for one in experiment.candidates
        for result in _missed(services, experiment, dataset, one, before)
    ]
    if not lines:
        return
    told = "\n".join(lines)[:LONGEST_TEXT]
    news = News(
        kind="bar",
        key=f"bar {experiment.id}",
        subject=Wording(
            es=f"{agent.name} no cumple sus exigencias", en=f"{agent.name} is below its bar"
        ),
        text=Wording(es=told, en=told),
        link=f"{PAGE}?agent={agent.id}",
    )
    person = services.store.people.find(experiment.created_by)
    notifier.alert(services, INSTALLATION, news, [person.email] if person else [])


def _missed(
    services: Services, experiment: Experiment, dataset: str, one: Candidate, before: Spec | None
) -> list[Result]:
    """The bar does not tell specs apart, so each is held against the criteria of both."""
    every: list[Criterion] = [*(before.bar if before else ()), *one.asked.bar]
    mine = tuple(each for each in every if (each.on or TESTS).casefold() == dataset.casefold())
    spec = one.asked.model_copy(update={"bar": mine})
    old = before.model_copy(update={"bar": ()}) if before else None
    results = held(services, experiment.agent_id, spec, old).missed
    return [result for result in results if result.why in MEASURED]


def _answers_now(services: Services, experiment: Experiment) -> Spec | None:
    agents = services.store.agents
    live = [one for one in agents.channels() if one.agent_id == experiment.agent_id]
    return agents.version(live[0].version_id).spec if live else None


def _said(result: Result) -> str:
    value = "" if result.value is None else f"{result.value:.4g}"
    return f"{result.line} ({value}{' · ' if result.detail else ''}{result.detail})"
