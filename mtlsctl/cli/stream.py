"""The JSON of inspect, written while files are read: of ten thousand certificates the first is there at once."""

import dataclasses
import sys
from collections.abc import Sequence

from mtlsctl.cli import jsonform, jsonrow, output
from mtlsctl.core.documents import Kind
from mtlsctl.core.findings import Finding, Verdict, worst
from mtlsctl.workflows.examine import FileShown, Inspection, Item

AT_ONCE = 32  # objects that are written together: some 64 KiB


class Stream:
    """One JSON object in pieces; nothing of it is written before the first file was read."""

    def __init__(self, command: str) -> None:
        self.encode = jsonform.encoder()
        self.opening = f'{{"schema": {output.SCHEMA}, "command": {self.encode(command)}, "result": {{"files": ['
        self.certificate = jsonrow.writer(jsonform.quoter(), self.encode)
        self.waiting: list[str] = []
        self.separator = ""

    def begin(self, file: str) -> None:
        """A file was opened."""
        self._write(f'{self.opening}{{"file": {self.encode(file)}, "objects": [')
        self.opening = ", "
        self.separator = ""

    def item(self, item: Item) -> None:
        """The next object of the file."""
        self.waiting.append(self.certificate(item) if item.kind is Kind.CERTIFICATE else self._other(item))
        if len(self.waiting) == AT_ONCE:
            self._tell()

    def end(self, shown: FileShown) -> None:
        """The file has no more."""
        self._tell()
        self._write(f"]{self._rest(shown, 'file', 'objects')}}}")

    def finish(self, result: Inspection, findings: Sequence[Finding]) -> None:
        """All that is known when all files are read."""
        ok = not findings or worst(findings).rank < Verdict.FAIL.rank
        last = self.encode(jsonform.objects(list(findings)))
        self._write(f']{self._rest(result, "files")}}}, "findings": {last}, "ok": {self.encode(ok)}}}\n')
        sys.stdout.flush()

    def _other(self, item: Item) -> str:
        told = jsonform.flat(item)
        if item.facts is not None:
            told["facts"] = jsonform.flat(item.facts)
        return self.encode(told)

    def _tell(self) -> None:
        if self.waiting:
            self._write(self.separator + ", ".join(self.waiting))
            self.waiting.clear()
            self.separator = ", "

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(jsonform.visible(text))
        except BrokenPipeError:  # the exit status is for whoever does not read
            output.close_pipe()

    def _rest(self, value: FileShown | Inspection, *written: str) -> str:
        """The fields that are not written yet."""
        names = [field.name for field in dataclasses.fields(value) if field.name not in written]
        return "".join(f', "{name}": {self.encode(jsonform.objects(getattr(value, name)))}' for name in names)
