"""Hypothesis without a clock: these tests also run on small and busy machines."""

from hypothesis import HealthCheck, settings

settings.register_profile("wire", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wire")
