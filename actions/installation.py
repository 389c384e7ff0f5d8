"""What happens once: the schema, the first person, and two sample agents in an empty house.

`python -m actions.installation` does it, any number of times: what is there stays as it is.
"""

import logging
from pathlib import Path

import yaml

from actions import agents, notebooks, people, releases, sources
from actions.channels import hold_back_samples
from actions.queues import SilentWakeUp
from actions.releases import Wish
from actions.services import Services, open_services
from agent import running
from agent.actor import INSTALLATION
from agent.invented import SAMPLES
from agent.log import configure
from agent.private import keep_private, tighten
from agent.settings import Settings
from agent.spec import Spec
from knowledge.quality.pairs import Pair
from store.db.migrate import migrate
from store.people.people import ONE_TIME_HOURS

log = logging.getLogger(__name__)

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
READABLE = {".pdf", ".docx", ".xlsx", ".csv", ".html", ".md", ".txt"}


def install(services: Services) -> str | None:
    """Migrate, make the first person, install the samples.

    Returns the one-time password of the first person when one was made just now.
    """
    tighten(services.settings.data_dir)
    migrate(services.database)
    password = people.make_first(services)
    if services.store.agents.count() == 0:
        install_samples(services)
    hold_back_samples(services, INSTALLATION)
    notebooks.ship(services, shipped_notebooks())
    return password


def shipped_notebooks() -> dict[str, str]:
    """The notebooks that come with the product: names, and files as text."""
    return {one.stem: one.read_text("utf-8") for one in sorted(NOTEBOOKS.glob("*.ipynb"))}


def install_samples(services: Services) -> None:
    """Install every sample agent; the first is released on the simulator's number, no real one."""
    settings, usual = services.settings, services.usual_channel
    for number, folder in enumerate(sorted(SAMPLES.glob("*/spec.yaml"))):
        agent_id = _install_sample(services, folder.parent)
        if number == 0 and not usual.is_real(settings):
            wish = Wish(agent_id, usual.name, "", note="Agente de ejemplo", despite_warnings=True)
            releases.release(services, INSTALLATION, wish)
        log.info("sample agent installed folder=%s", folder.parent.name)


def _install_sample(services: Services, folder: Path) -> str:
    spec = Spec.from_yaml((folder / "spec.yaml").read_text(encoding="utf-8"))
    base_id = sources.new_base(services, INSTALLATION, spec.brand)
    for path in sorted(folder.iterdir()):
        if path.suffix in READABLE:
            sources.add_file(services, INSTALLATION, base_id, path.name, path.read_bytes())
    services.pairs.add_all(base_id, sample_pairs(folder), INSTALLATION.name)
    knowledge = spec.knowledge.model_copy(update={"bases": (base_id,)})
    return agents.create_answering(
        services, INSTALLATION, spec.model_copy(update={"knowledge": knowledge})
    )


def sample_pairs(folder: Path) -> list[Pair]:
    """The questions of a sample: those its files answer, and those that nothing answers."""
    known = yaml.safe_load((folder / "questions.yaml").read_text(encoding="utf-8"))
    unknown = yaml.safe_load((folder / "unanswerable.yaml").read_text(encoding="utf-8"))
    answered = [
        Pair(one["question"], one["source"], one["expect"], one.get("page"), one.get("row"))
        for one in known
    ]
    return [*answered, *map(Pair, unknown)]


def main() -> None:
    """Install into the configured stores and print the first password, once."""
    settings = Settings()
    configure(settings.log_level)
    keep_private()
    running.hold(settings.data_dir)
    services = open_services(settings, SilentWakeUp())
    password = install(services)
    first = services.store.people.find(settings.admin_email)
    if password:
        print(f"First sign-in: {settings.admin_email}  password: {password}")
        print(f"The password is shown once and works for {ONE_TIME_HOURS} hours.")
    elif first is not None and first.password_expired:
        print(f"The one-time password of {first.email} has expired. For another one:")
        print(f"python -m studio reset-password {first.email}")


if __name__ == "__main__":
    main()
