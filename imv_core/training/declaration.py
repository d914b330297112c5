"""Declare a setting once: its default, its limits or choices, and how it is named and explained.

Checks, the shell's options, the form on the page Train, comparisons and the report are made from
these declarations.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from functools import cache
from numbers import Integral, Real
from types import UnionType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from imv_core.errors import SettingsError
from imv_core.named_choice import NamedChoice


class Section(StrEnum):
    """Groups of settings, in the shell's help and on the form."""

    DATA = "data"
    WINDOWS = "windows"
    MODEL = "model"
    TRAINING = "training"


class Limits(NamedTuple):
    """Smallest and largest value of a number."""

    least: float
    most: float
    on_form: tuple[float, float]  # the range that the form offers
    excludes_ends: bool = False


class About(NamedTuple):
    """How a setting is named and explained."""

    section: Section
    label: str  # on pages and in reports: "Batch size"
    text: str  # in the shell's help: "windows per batch"
    help: str = ""  # a sentence or two, on the form
    flag: str = ""  # the shell's name, if it is not the Python name
    none: str = ""  # the meaning of None: "by the number of windows"
    unit: str = ""  # follows the value: "of the rows"
    on_form: bool = True  # False: chosen on another page


@dataclass(frozen=True)
class Declaration:
    """One setting of a settings class."""

    name: str
    kind: Any  # type of its values: str, tuple, int, float, or a NamedChoice
    is_optional: bool  # it may be None
    default: Any  # MISSING: it must be given
    about: About
    limits: Limits | None
    words: Mapping[NamedChoice, str]  # choices that the form offers, in words

    @property
    def is_choice(self) -> bool:
        """Whether its values are a choice among names."""
        return issubclass(self.kind, NamedChoice)

    @property
    def default_in_words(self) -> str:
        """Return the default as the shell's help shows it."""
        return self.about.none if self.default is None else f"{self.default}"

    def checked(self, value: Any) -> Any:
        """Return a value of the declared type within the limits.

        Numbers of any library are numbers. "10" is none: it would fail far from here.

        Raises:
            SettingsError: the value is of another type, out of its limits, or an unknown choice.
        """
        if self.is_choice:
            return self.kind(value)
        if self.kind not in (int, float) or (value is None and self.is_optional):
            return value
        if not isinstance(value, Integral if self.kind is int else Real):
            what = "a whole number" if self.kind is int else "a number"
            raise SettingsError(f"'{self.name}' is {value!r}; it must be {what}.")
        number = self.kind(value)
        if self.limits is not None:
            _check_limits(self.name, number, self.limits)
        return number

    def written(self, value: Any) -> str:
        """Return a value in words."""
        if value is None:
            return self.about.none
        if self.kind is tuple:
            return ", ".join(value)
        if self.is_choice:
            return self.words.get(value, str(value))
        number = f"{value:.4g}" if self.kind is float else f"{value}"
        return f"{number} {self.about.unit}".rstrip()


def setting(
    default: Any, about: About, values: Limits | Mapping[NamedChoice, str] | None = None
) -> Any:
    """Declare a field of a settings class.

    Args:
        default: of the setting; MISSING: it must be given.
        about: its names and explanations.
        values: limits of a number, or words of the choices that the form offers.
    """
    return field(default=default, metadata={"about": about, "values": values})


def declared(settings: type) -> dict[str, Declaration]:
    """Return the declarations of a settings class by name, in their order."""
    return _declared(settings)


@cache
def _declared(settings: type) -> dict[str, Declaration]:
    hints = get_type_hints(settings)
    return {each.name: _declaration(each, hints[each.name]) for each in fields(settings)}


def _declaration(each: "Field[Any]", hint: Any) -> Declaration:
    is_optional = isinstance(hint, UnionType)  # X | None
    kind = get_args(hint)[0] if is_optional else hint
    values = each.metadata["values"]
    is_limits = isinstance(values, Limits)
    return Declaration(
        name=each.name,
        kind=get_origin(kind) or kind,
        is_optional=is_optional,
        default=each.default,
        about=each.metadata["about"],
        limits=values if is_limits else None,
        words={} if is_limits or values is None else values,
    )


def _check_limits(name: str, number: float, limits: Limits) -> None:
    least, most = limits.least, limits.most
    if limits.excludes_ends:
        if not least < number < most:  # also of NaN
            raise SettingsError(
                f"'{name}' is {number:g}; it must lie between {least:g} and {most:g}."
            )
    elif number < least:
        raise SettingsError(f"'{name}' is {number}; it must be {least:,} or more.")
    elif number > most:
        raise SettingsError(f"'{name}' is {number}; it must be {most:,} or less.")
