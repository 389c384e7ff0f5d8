"""A stand-in of Chatwoot, an address at which nobody listens, and what a webhook is given to."""

from tests.bot.conftest import nobody as nobody
from tests.bot.conftest import services as services
from tests.bot.conftest import wake_up as wake_up
from tests.standins.chatwoot_fixtures import address as address
from tests.standins.chatwoot_fixtures import standin as standin
from tests.standins.chatwoot_fixtures import wishes as wishes
