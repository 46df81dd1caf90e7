"""Whether an MQTT broker, whoever made it, has what kokuchi needs: tried, not asked."""

from broadcaster.brokercheck.check import check
from broadcaster.brokercheck.findings import Finding, Verdict, verdict_of
from broadcaster.brokercheck.target import Login, NotTried, Target

__all__ = ["Finding", "Login", "NotTried", "Target", "Verdict", "check", "verdict_of"]
