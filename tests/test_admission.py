"""Who got in, and what follows: observations and answers as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtlsctl.core import postgres
from mtlsctl.core.admission import Outcome, admission
from mtlsctl.core.impostors import Kind
from mtlsctl.core.observation import Alert, Ended, Observation, Role, Stage
from mtlsctl.core.proof import Conclusion, Expected, Trial, as_wished, conclude, expected

ACCEPTED, REFUSED, BY_APP = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.REFUSED_BY_APP
TLS_ONLY, UNCLEAR = Outcome.TLS_ONLY, Outcome.UNCLEAR
DONE = Observation(Role.CLIENT, "s:1", Stage.DONE, Ended.OPEN, version="TLSv1.3", asked=True, sent=True)
PG_ERROR = b"E\0\0\0\x20SFATAL\0VFATAL\0C%s\0Mno\0\0"


def http(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\n\r\n".encode()


def alert(number: int) -> tuple[Alert, ...]:
    return (Alert.of("received", number, ""),)


@pytest.mark.parametrize(
    ("seen", "good", "outcome", "why"),
    [
        (DONE, None, TLS_ONLY, "TLS only"),
        (DONE._replace(asked=False), None, ACCEPTED, "never asked"),
        (DONE._replace(asked=False, resumed=True), None, TLS_ONLY, "TLS only"),
        (DONE._replace(sent=False), None, UNCLEAR, "key type not taken"),
        (DONE._replace(sent=False, alerts=alert(116), ended=Ended.CLOSED), None, UNCLEAR, "key type not taken"),
        (DONE._replace(alerts=alert(48), ended=Ended.CLOSED), None, REFUSED, "alert 48"),
        (DONE._replace(alerts=alert(112)), None, TLS_ONLY, "TLS only"),
        (DONE._replace(ended=Ended.RESET), None, REFUSED, "reset"),
        (DONE._replace(ended=Ended.HELD), None, UNCLEAR, "server untrusted"),
        (DONE._replace(stage=Stage.HANDSHAKE, ended=Ended.TIMEOUT), None, UNCLEAR, "no answer in time"),
        (DONE._replace(stage=Stage.HANDSHAKE, alerts=alert(112)), None, REFUSED, "alert 112"),
        (DONE._replace(stage=Stage.HELLO, alerts=alert(70)), None, UNCLEAR, "alert 70 protocol_version"),
        (DONE._replace(stage=Stage.HELLO, ended=Ended.CLOSED), None, UNCLEAR, "closed"),
        (DONE._replace(stage=Stage.CONNECT, ended=Ended.REFUSED), None, UNCLEAR, "refused"),
        (DONE._replace(answer=http("200 OK")), None, ACCEPTED, "HTTP 200"),
        (DONE._replace(answer=http("200 OK")), "404 Not Found", ACCEPTED, "HTTP 200"),
        (DONE._replace(answer=http("404 Not Found")), "404 Not Found", ACCEPTED, "HTTP 404"),
        (DONE._replace(answer=http("404 Not Found")), None, UNCLEAR, "HTTP 404"),
        (DONE._replace(answer=http("404 Not Found")), "200 OK", BY_APP, "HTTP 404"),
        (DONE._replace(answer=http("302 Found")), "200 OK", BY_APP, "HTTP 302"),
        (DONE._replace(answer=http("302 Found")), "302 Found", ACCEPTED, "HTTP 302"),
        (DONE._replace(answer=http("400 Bad Request")), "400 Bad Request", BY_APP, "HTTP 400"),
        (DONE._replace(answer=http("403 Forbidden")), None, BY_APP, "HTTP 403"),
        (DONE._replace(answer=http("502 Bad Gateway")), "200 OK", UNCLEAR, "HTTP 502"),
        (DONE._replace(answer=http("502 Bad Gateway")), "502 Bad Gateway", ACCEPTED, "HTTP 502"),
        (DONE._replace(answer=http("429 Too Many Requests")), "200 OK", UNCLEAR, "HTTP 429"),
        (DONE._replace(answer=b""), "200 OK", BY_APP, "no answer"),
        (DONE._replace(answer=b"", unanswered=True), "200 OK", UNCLEAR, "no answer in time"),
        (DONE._replace(answer=b""), "", TLS_ONLY, "TLS only"),
        (DONE._replace(answer=b"\x00\x00\x06\x04"), "", TLS_ONLY, "TLS only"),
        (DONE._replace(answer=b"R\0\0\0\x08\0\0\0\0"), "R", ACCEPTED, "login goes on"),
        (DONE._replace(answer=PG_ERROR % b"28000"), "R", BY_APP, "SQLSTATE 28000"),
        (DONE._replace(answer=PG_ERROR % b"28000"), "28000", BY_APP, "SQLSTATE 28000"),
        (DONE._replace(answer=PG_ERROR % b"3D000"), "3D000", ACCEPTED, "SQLSTATE 3D000"),
        (DONE._replace(answer=PG_ERROR % b"53300"), "R", UNCLEAR, "SQLSTATE 53300"),
    ],
)
def test_admission(seen: Observation, good: str | None, outcome: Outcome, why: str) -> None:
    assert admission(seen, shown=True, good=good) == (outcome, why)


def test_a_session_is_refused_before_the_hello() -> None:
    seen = DONE._replace(stage=Stage.HELLO, ended=Ended.CLOSED, alerts=alert(80))
    assert admission(seen, shown=True, resuming=True) == (REFUSED, "alert 80")
    assert admission(seen, shown=True).outcome is UNCLEAR
    assert admission(seen._replace(alerts=()), shown=True, resuming=True).outcome is UNCLEAR


@given(st.binary(max_size=2000))
def test_no_answer_of_a_database_is_too_strange(data: bytes) -> None:
    found = postgres.answered(data)
    assert found in ("", "R") or len(found) == 5


def test_a_startup_message_is_counted_and_holds_no_second_name() -> None:
    message = postgres.startup("al\0ice")
    assert int.from_bytes(message[:4]) == len(message)
    assert message[8:] == b"user\0alice\0\0"


def trial(kind: Kind, outcome: Outcome, version: str = "1.3", *, asked: bool = True) -> Trial:
    wish = expected(kind)
    return Trial(kind, kind.value, version, wish, outcome, as_wished(wish, outcome), "why", asked=asked)


GOOD = (trial(Kind.GOOD, ACCEPTED), trial(Kind.GOOD_AGAIN, ACCEPTED))


@pytest.mark.parametrize(
    ("trials", "conclusion", "codes"),
    [
        ((*GOOD, trial(Kind.NONE, REFUSED)), Conclusion.ENFORCED, ["probe-enforced"]),
        ((*GOOD, trial(Kind.NONE, ACCEPTED)), Conclusion.LET_IN, ["probe-no-cert-accepted"]),
        ((*GOOD, trial(Kind.NONE, TLS_ONLY)), Conclusion.UNKNOWN, ["probe-application-not-asked"]),
        ((*GOOD, trial(Kind.NONE, UNCLEAR)), Conclusion.UNKNOWN, ["probe-no-answer"]),
        ((trial(Kind.NONE, REFUSED),), Conclusion.UNKNOWN, ["probe-no-good"]),
        ((trial(Kind.GOOD, REFUSED), trial(Kind.NONE, REFUSED)), Conclusion.UNKNOWN, ["probe-good-refused"]),
        (
            (GOOD[0], trial(Kind.NONE, REFUSED), trial(Kind.GOOD_AGAIN, UNCLEAR)),
            Conclusion.UNKNOWN,
            ["probe-good-refused"],
        ),
        (
            (*GOOD, trial(Kind.NONE, UNCLEAR), trial(Kind.EXPIRED, ACCEPTED)),
            Conclusion.LET_IN,
            ["probe-expired-accepted", "probe-no-answer"],
        ),
        (GOOD, Conclusion.UNKNOWN, ["probe-no-answer"]),
        (
            (*GOOD, trial(Kind.NONE, REFUSED), trial(Kind.RESUMED, REFUSED)),
            Conclusion.ENFORCED,
            ["probe-enforced", "resumption-refused"],
        ),
    ],
)
def test_the_conclusion(trials: tuple[Trial, ...], conclusion: Conclusion, codes: list[str]) -> None:
    made, findings = conclude("s:1", trials)
    assert (made, [f.code for f in findings]) == (conclusion, codes)


def test_only_who_must_get_in_is_in_as_far_as_tls() -> None:
    assert as_wished(Expected.ACCEPTED, TLS_ONLY) is True
    assert as_wished(Expected.REFUSED, TLS_ONLY) is None
    assert as_wished(Expected.EITHER, ACCEPTED) is None
