"""Who would refuse a chain, as text: a few lines, one where all agree."""

from collections.abc import Iterator, Sequence

from mtlsctl.cli.output import Line
from mtlsctl.core.stacks import StackVerdict
from mtlsctl.core.stacks.words import WORDS

WIDTH = 80
_LABEL = 13


def lines(verdicts: Sequence[StackVerdict]) -> Iterator[Line]:
    """Each reason with those who refuse for it, and the words of one of them; those not known; those who accept."""
    for names, said in _groups(verdicts, "refuses"):
        yield from _listed("refused by", names, "red")
        yield from ([" " * _LABEL, words] for words in said)
    for names, said in _groups(verdicts, "unknown"):
        yield from _listed("it depends" if _by_setting(said) else "not known", names, "dim")
        yield from ([(" " * _LABEL + words, "dim")] for words in said)
    accepting = [_some(v.title, v.versions) for v in verdicts if v.verdict == "accepts"]
    if len(accepting) == len(verdicts):
        accepting = [f"all {len(accepting)} stacks that are known, from {accepting[0]} to {accepting[-1]}"]
    if accepting:
        yield from _listed("accepted by", accepting, "green")


def _by_setting(said: Sequence[str]) -> bool:
    """Whether all that is said is what whoever runs a stack decides: whether it asks for revocation."""
    return all(words.endswith(_BY_SETTING) for words in said)


_BY_SETTING = tuple(WORDS[rule] for rule in ("revoked", "revocation-unknown"))


def _groups(verdicts: Sequence[StackVerdict], kind: str) -> Iterator[tuple[list[str], list[str]]]:
    """Stacks of a verdict, and what they have in common: their reasons, and the words of one of them."""
    who: dict[tuple[str, str], list[StackVerdict]] = {}
    heard: dict[tuple[str, str], str] = {}
    for verdict in verdicts:
        for reason in verdict.reasons if verdict.verdict == kind else ():
            key = reason.about, reason.words
            who.setdefault(key, []).append(verdict)
            if reason.says:
                heard.setdefault(key, f"{verdict.title} says: {reason.says}")
    together: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for key, stacks in who.items():
        together.setdefault(_names(stacks, verdicts, key), []).append(key)
    for names, keys in together.items():
        said = [f"{about}: {words}" if about else words for about, words in keys]
        yield list(names), [*said, *list(dict.fromkeys(heard[key] for key in keys if key in heard))[:1]]


def _some(title: str, versions: str) -> str:
    """With the versions, where they are a bound."""
    return f"{title} {versions}" if versions.startswith(("from ", "before ", "with ")) else title


def _names(stacks: Sequence[StackVerdict], among: Sequence[StackVerdict], key: tuple[str, str]) -> tuple[str, ...]:
    """Their titles, with versions where the reason holds for some only; those measured in a word where all agree."""
    measured = [v for v in among if v.versions]
    if len(measured) > 1 and all(v in stacks for v in measured):
        return ("every stack that was measured", *(_title(v, key) for v in stacks if not v.versions))
    return tuple(_title(v, key) for v in stacks)


def _title(verdict: StackVerdict, key: tuple[str, str]) -> str:
    return _some(verdict.title, next(r.versions for r in verdict.reasons if (r.about, r.words) == key))


def _listed(label: str, names: Sequence[str], style: str) -> Iterator[Line]:
    """Names with commas, folded."""
    start, text = f"{label:<{_LABEL}}", ""
    for number, name in enumerate(names):
        word = name + ("," if number < len(names) - 1 else "")
        if text and _LABEL + len(text) + 1 + len(word) > WIDTH:
            yield [start, (text, style)]
            start, text = " " * _LABEL, word
        else:
            text = f"{text} {word}" if text else word
    yield [start, (text, style)]
