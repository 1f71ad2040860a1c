"""A server that takes a client once, and not when it comes back with its session."""

from mtlsctl.core import alerts
from mtlsctl.core.diagnose import Confidence, Diagnosis, RefusedBy, alert_words, answer
from mtlsctl.core.findings import Finding, Verdict, Whose
from mtlsctl.core.observation import Ended, Observation, Stage


def judge(seen: Observation, said: Diagnosis) -> Diagnosis:
    """The diagnosis of a refused connection to which an earlier, accepted session was brought along.

    A refusal before the server's hello, with an alert that fits no hello, or without any, is about the session.
    """
    number = seen.received()
    about_session = number in (alerts.INTERNAL_ERROR, alerts.HANDSHAKE_FAILURE)
    dropped = number is None and seen.ended in (Ended.CLOSED, Ended.RESET)
    if seen.stage is not Stage.HELLO or not (about_session or dropped):
        return said
    how = f"with {alert_words(number)}" if number is not None else "without an alert"
    found = Finding(
        "resumption-refused",
        Verdict.FAIL,
        f"{seen.peer} accepted this client, and refused it {how} when it came back with its session",
        "give the server a session id context (SSL_CTX_set_session_id_context; pyOpenSSL: Context.set_session_id),"
        " or turn its session tickets and cache off",
        Whose.PEER,
    )
    sure = Confidence.LIKELY if number == alerts.INTERNAL_ERROR else Confidence.UNKNOWN
    return answer(seen, [found], RefusedBy.SERVER, sure)
