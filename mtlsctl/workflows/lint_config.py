"""What lint is to pass over: the configuration file, and the words of --ignore."""

from collections.abc import Sequence
from pathlib import Path

from mtlsctl.core import codes
from mtlsctl.core.lint import rules, suppress
from mtlsctl.workflows import files

CONFIG = ".mtlsctl-lint.toml"


def known(code: str) -> bool:
    """Whether a rule can be passed over by this code: one of ours, of a damaged file, or, with dots, of pkilint."""
    if "." in code:
        from mtlsctl.core.lint import foreign  # only for those who name such a rule

        return bool(foreign.CODE.fullmatch(code))
    return code in rules.BY_CODE or code in codes.CODES


def configured(word: str | None, ignore: Sequence[str]) -> tuple[suppress.Config, str]:
    """The configuration that was named, or the one in this folder, with --ignore in front; and the file's name."""
    named = [suppress.from_option(text, known) for text in ignore]
    where = word if word is not None else CONFIG if Path(CONFIG).is_file() else ""
    config = suppress.read(files.read(where), files.label(where), known) if where else suppress.Config()
    return config._replace(suppressions=(*named, *config.suppressions)), where
