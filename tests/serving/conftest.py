"""What the bot's app is made of."""

from tests.bot.conftest import services as services
from tests.bot.conftest import wake_up as wake_up
