"""Somebody at a real broker, with all that happens to them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from kokuchi.link import BrokerAddress, Event, MqttLink


@asynccontextmanager
async def at_broker(
    address: BrokerAddress, *topics: str, clock_is_known: Callable[[], bool] = lambda: True
) -> AsyncIterator[tuple[MqttLink, list[Event]]]:
    """Connect for the length of a block; yield the link, and its events as they come."""
    link = MqttLink(address, client_id=address.username, subscriptions=list(topics), clock_is_known=clock_is_known)
    events: list[Event] = []

    async def listen() -> None:
        async for event in link.events():
            events.append(event)

    listening = asyncio.create_task(listen())
    await link.start()
    try:
        yield link, events
    finally:
        await link.close()
        await listening
