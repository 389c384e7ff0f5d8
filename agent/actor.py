"""Who does something: a person, a program with a key, or the installation itself."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["viewer", "agent", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do what those before it may


@dataclass(frozen=True)
class Actor:
    """Whoever acts. `name` is what the audit log says: an e-mail address, or a plain word."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """True when the actor has *role* or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)


INSTALLATION = Actor("installation", "admin")
