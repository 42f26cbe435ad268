"""The server of the page: a handful of routes over a desk."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from aiohttp import web

from evals.arena.vote.desk import Desk, Refused, Said
from evals.arena.vote.guard import BODY, Bucket, guard, refusal
from evals.arena.vote.ledger import Person
from evals.arena.vote.live import LONGEST, Live
from evals.errors import EvalsError
from evals.types import Tag

WEB = Path(__file__).parent / "web"
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}


class Told(pydantic.BaseModel):
    """What the page sends of a deal."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, pydantic.Field(pattern=r"^[\w-]{16,64}$")]
    deal: Annotated[str, pydantic.Field(max_length=64)]
    turn: Annotated[int, pydantic.Field(ge=1, le=1_000)]
    kind: Literal["vote", "skip", "undo", "reveal"]
    winner: Literal["model_a", "model_b", "tie", "tie (bothbad)"] | None = None
    reason: Annotated[str, pydantic.Field(max_length=500)] = ""
    comment: Annotated[str, pydantic.Field(max_length=2_000)] = ""
    seconds: Annotated[float, pydantic.Field(ge=0, le=86_400, allow_inf_nan=False)] | None = None

    def said(self, *, timed: bool) -> Said:
        """As the desk takes it."""
        seconds = self.seconds if timed and self.kind == "vote" else None
        told = {"winner": self.winner, "reason": self.reason, "comment": self.comment, "seconds": seconds}
        body: dict[str, Tag] = {name: value for name, value in told.items() if value not in (None, "")}
        return Said(id=self.id, deal=self.deal, turn=self.turn, kind=self.kind, body=body)


class Joining(pydantic.BaseModel):
    """What someone sends who has the link for all."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    share: Annotated[str, pydantic.Field(max_length=200)]
    name: Annotated[
        str, pydantic.Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f(]*[^\s(][^\x00-\x1f]*$")
    ]


class Asked(pydantic.BaseModel):
    """What someone asks the models."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, pydantic.Field(pattern=r"^[\w-]{16,64}$")]
    text: Annotated[str, pydantic.Field(min_length=1, max_length=LONGEST, pattern=r"\S")]


@dataclass(frozen=True)
class Service:
    """What the routes work with.

    Attributes:
        hosts: `name:port` that it may be addressed by.
        share: the token with which people may enrol themselves; "" for nobody.
        rate: requests a second of one person.
        live: the models that people may ask, if there are any.
        numeric: whether any number for this machine will do as its name; see `guard`.
    """

    desk: Desk
    hosts: frozenset[str]
    share: str = ""
    rate: float = 20.0
    live: Live | None = None
    numeric: bool = False


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)


def application(service: Service) -> web.Application:
    """The page and what it asks for."""
    app = web.Application(
        middlewares=[guard(service.hosts, service.rate, numeric=service.numeric)], client_max_size=BODY
    )
    app[SERVICE] = service
    app.router.add_get("/", _page)
    app.router.add_get("/web/{name}", _file)
    app.router.add_post("/api/join", _joining(Bucket(rate=0.2, burst=20)))
    app.router.add_get("/api/look", _asked(lambda desk, person: desk.look(person)))
    app.router.add_post("/api/next", _asked(lambda desk, person: desk.next(person)))
    app.router.add_post("/api/say", _say)
    app.router.add_get("/api/board", _board)
    app.router.add_post("/api/ask", _asking(Bucket(rate=0.2, burst=6)))
    return app


async def _page(_: web.Request) -> web.StreamResponse:
    return web.Response(text=(WEB / "vote.html").read_text("utf-8"), content_type="text/html")


async def _file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    path = WEB / name
    if name not in {each.name for each in WEB.iterdir()}:
        return refusal(404, "there is no such file")
    return web.Response(text=path.read_text("utf-8"), content_type=KINDS[path.suffix])


def _joining(bucket: Bucket) -> Callable[[web.Request], Any]:
    async def join(request: web.Request) -> web.StreamResponse:
        service = request.app[SERVICE]
        if not bucket.lets(request.remote or ""):
            return refusal(429, "too many people at once: wait a moment")
        try:
            told = Joining.model_validate_json(await request.read())
        except pydantic.ValidationError:
            return refusal(400, "give a name of 1 to 60 characters")
        if not service.share or not secrets.compare_digest(told.share.encode(), service.share.encode()):
            return refusal(403, "this link does not let anyone in")
        name = " ".join(told.name.split())
        if name in (await asyncio.to_thread(lambda: service.desk.ledger.people)):
            return refusal(409, f"{name} is here already: go on with the link of then, or take another name")
        person = await asyncio.to_thread(service.desk.enrol, name)
        return web.json_response({"token": person.token})

    return join


def _asked(ask: Callable[[Desk, Person], Mapping[str, Any]]) -> Callable[[web.Request], Any]:
    """A route for those whom the desk knows."""

    async def answer(request: web.Request) -> web.StreamResponse:
        person = await entitled(request)
        return await _told(ask, request.app[SERVICE].desk, person)

    return answer


async def _told(ask: Callable[..., Mapping[str, Any]], *of: Any) -> web.StreamResponse:
    """What the desk answers, or why it does not."""
    try:
        return web.json_response(await asyncio.to_thread(ask, *of))
    except Refused as error:
        return refusal(409, str(error))
    except EvalsError as error:  # the store is full or gone: nothing was taken, and the page asks again
        return refusal(503, error.message)


async def entitled(request: web.Request) -> Person:
    """Whose token the request carries. Raises: HTTPUnauthorized: nobody's."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        ledger = await asyncio.to_thread(lambda: request.app[SERVICE].desk.ledger)
    except EvalsError as error:
        raise web.HTTPServiceUnavailable(reason=error.message) from None
    person = ledger.person(token) if token else None
    if person is None:
        raise web.HTTPUnauthorized(reason="this link is not valid: ask for a new one")
    return person


async def _say(request: web.Request) -> web.StreamResponse:
    person = await entitled(request)
    desk = request.app[SERVICE].desk
    try:
        said = Told.model_validate_json(await request.read()).said(timed=desk.rules.timed)
    except pydantic.ValidationError:
        return refusal(400, "this is no vote")
    return await _told(desk.say, person, said)


def _asking(bucket: Bucket) -> Callable[[web.Request], Any]:
    async def asking(request: web.Request) -> web.StreamResponse:
        person = await entitled(request)
        service = request.app[SERVICE]
        if service.live is None or person.host:
            return refusal(404, "no models can be asked here")
        try:
            told = Asked.model_validate_json(await request.read())
        except pydantic.ValidationError:
            return refusal(400, f"a question has 1 to {LONGEST:,} characters")
        if not bucket.lets(person.name):
            return refusal(409, "so many questions at once cost too much: wait half a minute")
        try:
            deal = await service.live.ask(service.desk, person, told.id, told.text)
        except Refused as error:
            return refusal(409, str(error))
        except EvalsError as error:
            return refusal(409, error.message)
        return web.json_response(await asyncio.to_thread(service.desk.show, person, deal))

    return asking


async def _board(request: web.Request) -> web.StreamResponse:
    """The board, for those who are done and whoever runs it: to others it would say what is expected of them."""
    from evals.arena.vote.standing import Wanted, standing

    person = await entitled(request)
    desk = request.app[SERVICE].desk
    if not (person.host or await asyncio.to_thread(desk.finished, person)):
        return refusal(403, "the board is shown once you are done, so that it does not sway your votes")
    asked = request.query
    wanted = Wanted(asked.get("category", ""), bool(asked.get("style")), bool(asked.get("everyone")))
    try:
        return web.json_response(await asyncio.to_thread(standing, desk, person, wanted))
    except EvalsError as error:
        return refusal(422, error.message)
