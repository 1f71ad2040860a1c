"""`mtlsctl demo`: the whole story in seconds."""

from mtlsctl.cli import output
from mtlsctl.cli.options import Json
from mtlsctl.cli.text import demo as text
from mtlsctl.workflows import demo as workflow


def demo(as_json: Json = False) -> int:
    """Play the whole story, from nothing to a proven handshake, on loopback.

    A CA, a server and a client; then a handshake that succeeds, one without a
    certificate and one with a stranger's, both refused and explained. It happens
    in a temporary folder; nothing is left behind. Every step shows the commands
    that it stands for.

    Exit status: 0 all went as it should, 1 not.
    """
    steps: list[workflow.Step] = []
    for step in workflow.play():
        if not as_json:
            output.print_lines(text.step(len(steps) + 1, step))
        steps.append(step)
    story = workflow.Story(tuple(steps), all(step.as_expected for step in steps))
    return output.show("demo", story, text.ending(story), as_json=as_json, status=int(not story.as_expected))
