"""`python -m studio` starts the studio; with `reset-password EMAIL` it prints a new password."""

from agent.settings import Settings
from studio import environment

settings = Settings()
environment.prepare(settings.data_dir)

from studio.app import main  # noqa: E402  Gradio reads the environment at its import

if __name__ == "__main__":
    main(settings)
