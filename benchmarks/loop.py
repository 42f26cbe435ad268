"""Bare loops: the least that a client can do for the same work, as measures of what ours costs.

    python -m benchmarks.loop aiohttp|httpx2|openai URL N CONCURRENCY

Asks N sums over the chat wire, so many at a time, and counts the right answers. No retries, no log, no limits.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

Ask = Callable[[list[dict[str, str]]], Awaitable[str]]


def work(n: int) -> Iterator[tuple[str, str]]:
    """Questions and answers, as the benchmark's suite has them."""
    rng = Random(0)
    for i in range(n):
        b = rng.randint(100, 999)
        yield f"What is {i} + {b}? Reply with the number only.", str(i + b)


@asynccontextmanager
async def _aiohttp(url: str, most: int) -> AsyncIterator[Ask]:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=most)) as session:

        async def ask(messages: list[dict[str, str]]) -> str:
            body = {"model": "mock", "messages": messages, "max_tokens": 16, "temperature": 0}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                return str((await response.json())["choices"][0]["message"]["content"])

        yield ask


@asynccontextmanager
async def _httpx2(url: str, most: int) -> AsyncIterator[Ask]:
    import httpx2

    limits = httpx2.Limits(max_connections=most, max_keepalive_connections=most)
    async with httpx2.AsyncClient(limits=limits, timeout=60) as client:

        async def ask(messages: list[dict[str, str]]) -> str:
            body = {"model": "mock", "messages": messages, "max_tokens": 16, "temperature": 0}
            response = await client.post(f"{url}/chat/completions", json=body)
            return str(response.json()["choices"][0]["message"]["content"])

        yield ask


@asynccontextmanager
async def _openai(url: str, _most: int) -> AsyncIterator[Ask]:
    import openai

    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

        async def ask(messages: list[dict[str, str]]) -> str:
            said: Any = messages
            reply = await client.chat.completions.create(
                model="mock", messages=said, max_tokens=16, temperature=0
            )
            return str(reply.choices[0].message.content)

        yield ask


CLIENTS = {"aiohttp": _aiohttp, "httpx2": _httpx2, "openai": _openai}


async def loop(client: str, url: str, n: int, concurrency: int) -> int:
    """How many answers were right."""
    right = 0
    jobs = work(n)
    async with CLIENTS[client](url, concurrency) as ask:

        async def worker() -> None:
            nonlocal right
            for question, answer in jobs:
                right += await ask([{"role": "user", "content": question}]) == answer

        await asyncio.gather(*(worker() for _ in range(concurrency)))
    return right


if __name__ == "__main__":
    _, named, address, count, at_once = sys.argv
    print(asyncio.run(loop(named, address, int(count), int(at_once))))
