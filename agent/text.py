"""Text as it may be kept, for the rooms that do not look into knowledge themselves."""

from knowledge.text import storable as storable
