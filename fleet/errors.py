"""Why a fleet does not go on."""


class FleetError(Exception):
    """What was waited for has not come, or the broker has refused something; the message says how far or what."""
