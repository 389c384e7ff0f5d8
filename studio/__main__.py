"""`python -m studio` starts the studio; with `reset-password EMAIL` it prints a new password."""

import sys

from actions import people
from actions.services import open_services
from agent.actor import INSTALLATION
from agent.errors import NotFound
from agent.settings import Settings
from studio import environment

settings = Settings()
environment.prepare(settings.data_dir)

from studio.app import main  # noqa: E402  Gradio reads the environment at its import

if __name__ == "__main__":
    if sys.argv[1:2] == ["reset-password"] and len(sys.argv) == 3:
        try:
            print(people.renew_password(open_services(settings), INSTALLATION, sys.argv[2]))
        except NotFound as error:
            sys.exit(str(error))
    else:
        main(settings)
