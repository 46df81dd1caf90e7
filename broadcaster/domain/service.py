"""Whether a terminal takes part."""

from enum import StrEnum


class Service(StrEnum):
    """What a terminal of the roster is to the town.

    Only one that is in service is addressed, logs in at the broker and counts anywhere. A suspended one may come back
    with the credentials that it has; a retired one never does, and stays in the roster for what the log says of it.
    """

    IN_SERVICE = "in_service"
    SUSPENDED = "suspended"
    RETIRED = "retired"


class Step(StrEnum):
    """What the town does with a terminal."""

    SUSPEND = "suspend"
    RESUME = "resume"
    RETIRE = "retire"


STEPS = {Step.SUSPEND: Service.SUSPENDED, Step.RESUME: Service.IN_SERVICE, Step.RETIRE: Service.RETIRED}
"""Where each step leads. From retired none leads away."""
