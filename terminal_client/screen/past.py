"""The alerts of the past, for the page that lists them."""

from fastapi import APIRouter

from kokuchi.wire.fields import JsonObject
from terminal_client.household import Household


def past_routes(household: Household) -> APIRouter:
    """Return the route by which the page reads its cards."""
    router = APIRouter()

    @router.get("/alerts.json")
    async def alerts() -> list[JsonObject]:
        return [card.to_json() for card in household.past()]

    return router
