"""Text from strangers, made safe to show: names in certificates can hold anything."""


def printable(text: str) -> str:
    """The text with control and format characters spelled out, line ends too: one line stays one line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
