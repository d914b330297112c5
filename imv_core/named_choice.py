"""Base class of the choices among names, such as which cell or which device."""

from enum import StrEnum
from typing import NoReturn

from imv_core.errors import SettingsError


class UnknownChoiceError(SettingsError, ValueError):
    """A name is not among those of a choice."""


class NamedChoice(StrEnum):
    """Names to choose from; each equals its text, so files, links and callers may use the text.

    Raises:
        UnknownChoiceError: it is made from a name that is not among them.
    """

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise UnknownChoiceError(cls.refusal(value))

    @classmethod
    def refusal(cls, value: object) -> str:
        """Return the sentence that names an unknown value and lists the known ones."""
        return f"There is no {cls.__name__.lower()} '{value}'; choose one of {', '.join(cls)}."
