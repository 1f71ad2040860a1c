"""What a command takes, as plain data: its options and arguments, with what a person must know of each."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Argument:
    """A word by its place; in an Annotated type."""

    def __init__(self, *, metavar: str = "", help: str = "") -> None:  # noqa: A002 - the field's word
        self.metavar = metavar
        self.help = help


class Option:
    """A word that begins with dashes, with its value; in an Annotated type."""

    def __init__(
        self,
        *names: str,
        metavar: str = "",
        help: str = "",  # noqa: A002
        panel: str = "",
        envvar: str = "",
        min: float | None = None,  # noqa: A002
        max: float | None = None,  # noqa: A002
        hidden: bool = False,
    ) -> None:
        self.names = names
        """All its spellings, with their dashes."""
        self.metavar = metavar
        self.help = help
        self.panel = panel
        """The heading in the help; empty for the common one."""
        self.envvar = envvar
        """The variable that stands for it where it is not given."""
        self.min, self.max = min, max
        """Of a number: the least and the greatest."""
        self.hidden = hidden


class Parameter(NamedTuple):
    """One parameter of a command's function."""

    name: str
    annotation: Any
    """The type, Annotated with an Option or an Argument."""
    default: Any
    """REQUIRED where it must be given."""

    @property
    def said(self) -> Any:
        """Its Option or Argument."""
        return self.annotation.__metadata__[0]

    @property
    def type(self) -> Any:
        """Its type alone."""
        return self.annotation.__origin__


REQUIRED: Any = object()


def parameters(command: Callable[..., Any]) -> list[Parameter]:
    """What a command takes, in order: as its function says, or as bundled() made it. `inspect` costs a start 4 ms."""
    if made := getattr(command, "parameters_", None):
        return list(made)
    code: Any = command.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames[:count]
    given = command.__defaults__ or ()
    defaults = dict(zip(names[code.co_argcount - len(given) : code.co_argcount], given, strict=True))
    defaults |= command.__kwdefaults__ or {}
    return [Parameter(name, command.__annotations__[name], defaults.get(name, REQUIRED)) for name in names]


def bundled(
    command: Callable[..., Any], parameter: str, made_of: dict[str, tuple[Any, Any]], make: Callable[..., Any]
) -> Callable[..., Any]:
    """Give a command several options in place of one parameter.

    made_of: the options' names with annotation and default; make: their values, by name, to the parameter's.
    """

    def wrapped(**arguments: Any) -> Any:
        arguments[parameter] = make(**{name: arguments.pop(name) for name in made_of})
        return command(**arguments)

    options = [Parameter(name, annotation, default) for name, (annotation, default) in made_of.items()]
    takes: list[Parameter] = []
    for one in parameters(command):
        takes += options if one.name == parameter else [one]
    return stands_for(wrapped, command, takes)


def stands_for(wrapped: Any, command: Callable[..., Any], takes: list[Parameter]) -> Callable[..., Any]:
    """Give a function the name, the help and the given parameters of the command that it wraps."""
    wrapped.__name__, wrapped.__doc__, wrapped.__module__ = command.__name__, command.__doc__, command.__module__
    wrapped.parameters_ = tuple(takes)
    made: Callable[..., Any] = wrapped
    return made
