"""A few seconds of fuzzing for each parser of strangers' bytes; longer runs by hand, see tests/fuzz/fuzz.py."""

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parent / "fuzz" / "fuzz.py"
SECONDS = 3


@pytest.mark.slow
@pytest.mark.parametrize("target", ["wire", "inspect", "starttls", "endpoint", "proxyheader", "sniff"])
def test_nothing_undeclared_is_raised(target: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is for Linux: pip install atheris")
    words = [sys.executable, FUZZ, target, f"-max_total_time={SECONDS}", "-max_len=4096", "-timeout=10"]
    done = subprocess.run(list(map(str, words)), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Done " in done.stderr
