"""Serving: the page on a port until it is interrupted, with a link for everyone who takes part."""

import asyncio
import getpass
import ipaddress
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click
from aiohttp import web

from evals import safe
from evals.arena import folder
from evals.arena.vote import shown, store
from evals.arena.vote.dealer import Rules
from evals.arena.vote.desk import HOST, Desk
from evals.arena.vote.gold import gold
from evals.arena.vote.live import Live, live
from evals.arena.vote.server import Service, application
from evals.errors import BadInput
from evals.words import items

SHORTEST = 16
"""Characters of a token that lets people in."""


@dataclass(frozen=True)
class Address:
    """Where the page is served.

    Attributes: share: the token with which people enrol themselves, or ""; allowed: further names of this machine.
    """

    host: str
    port: int
    share: str = ""
    allowed: tuple[str, ...] = ()

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def check(self) -> None:
        """Raises: BadInput: others could reach it without a token, or guess it."""
        if not self.local and not self.share:
            raise BadInput(
                f"others reach {self.host} too", f"add --share-token TOKEN, of {SHORTEST} characters or more"
            )
        if self.share and len(self.share) < SHORTEST:
            raise BadInput(
                f"--share-token has {len(self.share)} characters, and could be guessed",
                f"give {SHORTEST} or more",
            )

    def names(self, port: int) -> frozenset[str]:
        """`name:port` by which it may be asked for."""
        own = ("localhost", "127.0.0.1", "[::1]", *(() if self.local else (socket.gethostname(),)))
        names = {bracketed(self.host), *self.allowed, *own}
        bare = {name.lower() for name in self.allowed}  # behind a proxy the port is not in the name
        return frozenset({f"{name.lower()}:{port}" for name in names} | bare)


@dataclass(frozen=True)
class Offered:
    """What is voted on, and by whom.

    Attributes: place: the arena; store: a database's URL, or ""; people: names; models: those that can be asked.
    """

    place: Path
    store: str = ""
    people: Sequence[str] = ()
    models: Sequence[str] = ()


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def serve(offered: Offered, rules: Rules, address: Address) -> None:
    """Serve an arena's page until interrupted.

    Raises: EvalsError: there is no arena, no store, no such model, or the port is taken.
    """
    address.check()
    shown.check()
    models = (
        live(offered.models, lambda text: click.echo(safe.line(text), err=True)) if offered.models else None
    )
    arena = folder.add(offered.place, (), ()) if models else folder.read(offered.place)
    votes = store.opened(offered.place, offered.store)
    try:
        desk = Desk(arena, votes, rules, gold(arena), tuple(models.lines) if models else ())
        if not (models or desk.dealer):
            raise BadInput(
                f"{offered.place} holds no two answers to one question that differ, so there is nothing to vote on",
                "let another model play, or collect more runs",
            )
        with suppress(KeyboardInterrupt):
            asyncio.run(_serve(desk, offered.people or (_me(),), address, models))
    finally:
        votes.close()


async def _serve(desk: Desk, people: Sequence[str], address: Address, models: Live | None) -> None:
    listening = _listening(address)
    port = listening.getsockname()[1]
    service = Service(desk, address.names(port), address.share, live=models, numeric=not address.local)
    runner = web.AppRunner(application(service), access_log=None)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        for line in _said(desk, people, address, port):
            click.echo(line)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
        if models:
            await models.close()


def _listening(address: Address) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        raise BadInput(
            f"{address.host} port {address.port} cannot be listened on: {os.strerror(error.errno or 0).lower()}",
            "give another --port, or 0 for any that is free",
        ) from None


def _said(desk: Desk, people: Sequence[str], address: Address, port: int) -> list[str]:
    """What is printed: the pairs there are, and everyone's link."""
    anywhere = address.host in ("0.0.0.0", "::")  # noqa: S104  compared, not bound
    name = (*address.allowed, socket.gethostname() if anywhere else bracketed(address.host))[0]
    home = f"http://{name}:{port}/"
    equal = (
        f"; {desk.dealer.equal:,} more are not asked, for their answers are the same"
        if desk.dealer.equal
        else ""
    )
    lines = [
        f"{desk.arena.folder}: {items(len(desk.arena.models), 'model')}, {items(len(desk.dealer), 'pair')} to vote on{equal}"
    ]
    if desk.live:
        lines.append(f"answering whatever is asked: {', '.join(map(safe.line, desk.live))}")
    width = max(map(len, people))
    lines += [f"  {safe.line(each):{width}}  {home}#token={desk.enrol(each).token}" for each in people]
    lines.append(f"the board, for you who run this: {home}#token={desk.enrol(HOST, host=True).token}")
    if address.share:
        lines.append(f"  for anyone who is to enrol: {home}#join={address.share}")
    return [*lines, "Ctrl-C ends it; every vote is kept."]


def _me() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "me"
