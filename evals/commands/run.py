"""`evals run`: ask models a suite's questions, judge the replies, say what was found."""

from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from evals.commands.asking import terms_options
from evals.commands.options import runs_option, terminal
from evals.commands.selection import Selection, selection_options
from evals.errors import BadInput
from evals.terms import Terms

if TYPE_CHECKING:
    from evals.session import Opened, Session
    from evals.work import End


@click.command(short_help="ask models a suite's questions and judge the replies")
@click.argument("suites", nargs=-1, metavar="SUITE...")
@selection_options
@terms_options
@runs_option
@click.option(
    "--resume", "resumed", type=Path, metavar="RUN", help="go on with this run folder; takes no SUITE"
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="what would be asked, what that costs and how sure it would be; nothing is sent or written",
)
@click.option("--quiet", is_flag=True, help="no progress and no tables, only where the run lies")
@click.option("--json", "as_json", is_flag=True, help="the results as one JSON object on standard output")
def run(
    suites: tuple[str, ...],
    selection: Selection,
    terms: Terms,
    out: Path,
    resumed: Path | None,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> int:
    """Ask models every question of the suites, judge the replies and print what was found.

    SUITE is one of ours (hallucination, suites/hallucination), the path of your own folder, or a task of lm-eval
    (lm-eval:gsm8k). The same command again
    goes on with a run that was cut short and asks only what is missing; a finished one is begun anew.

    \b
    evals run suites/hallucination
    evals run hallucination -m pocket/bluff -m pocket/honest --size standard
    evals run hallucination -m ollama/llama3.2 --seed fresh --arm neutral
    evals run hallucination -m openai/gpt-5.6 --size standard --dry-run
    evals run hallucination -m pocket/honest --until ±4pp
    """
    from evals import session

    if quiet and as_json:
        raise BadInput(
            "--quiet prints only where the run lies, --json all that was found", "give one of them"
        )
    if quiet and dry_run:
        raise BadInput("--quiet prints only where the run lies, and --dry-run makes none", "give one of them")
    if resumed is not None:
        if suites or selection != Selection():
            raise BadInput(
                "--resume goes on with a run as it was planned", "leave out SUITE and what selects its items"
            )
        found = session.resume(resumed, terms)
        return forecast(found, as_json=as_json) if dry_run else _finish(found, quiet, as_json)
    found = session.preview(selection.request(suites), out, terms)
    if selection.until:
        from evals.verdict import sequence  # brings pandas, for which no other run need wait

        sequence.check(found.plan)
    return (
        forecast(found, as_json=as_json) if dry_run else _finish(session.housed(found, out), quiet, as_json)
    )


def forecast(session: "Session", *, as_json: bool) -> int:
    """Say what the session would ask, and what of it is answered already."""
    from evals import forecast as forecasts
    from evals.estimate import estimate, took
    from evals.plan import sentences
    from evals.precision import precision
    from evals.show import render
    from evals.spending import allowances

    before = session.before
    done = frozenset(reply.key for reply in before if reply.answered)
    about = [f"goes on with {session.folder}: {len(done):,} replies are there"] if done else []
    about += sentences(session.plan.left_out)
    if session.plan.request.until:
        about.append("asked in rounds: this is what is planned so far, and more may follow")
    adaptive = [part.suite.name for part in session.plan.parts if part.tracks]
    about += [
        f"{name} chooses its items from the answers: how sure it will be is not known yet"
        for name in adaptive
    ]
    asked = estimate(session.plan, session.providers, done, took(before), batch=session.terms.batch)
    about += [allowed.sentence for allowed in allowances(session.purse(before), asked.bills)]
    found = forecasts.forecast(asked, precision(session.plan), about)
    click.echo(render(found, "json" if as_json else "table", **terminal()).rstrip("\n"))
    return 0


def _finish(session: "Session", quiet: bool, as_json: bool) -> int:
    """As `_finished`, with the events that are wished for; where these are JSON, an error is one of them too."""
    from evals import events
    from evals.errors import EvalsError

    watching = session.terms.watching
    with events.told(watching):
        try:
            return _finished(session, quiet, as_json)
        except EvalsError as error:
            if watching.form == "text":
                raise
            events.event(events.ERROR, "run failed", message=error.message, fix=error.fix or None)
            return 2


def _finished(session: "Session", quiet: bool, as_json: bool) -> int:
    """Work through the session, then say what was found, where it lies and what to do next."""
    from evals.errors import ProviderError
    from evals.log import read_run

    summary: list[str] = []
    try:
        end = _rounds(session, summary, quiet=quiet or as_json)
    except ProviderError:  # a model or scorer has no chance; what the others found is not lost for that
        if any(reply.score for reply in read_run(session.folder).replies):
            _say_what_was_found(session.folder, quiet=quiet, as_json=as_json)
        raise
    if end.idle and not (quiet or as_json or summary):
        click.echo(f"nothing to do: {session.folder} holds all {len(session.plan):,} replies")
        click.echo(f"what they say: evals report {quote(str(session.folder))}")
        return end.status
    _say_what_was_found(session.folder, quiet=quiet, as_json=as_json)
    for line in () if quiet else summary:
        click.echo(line, err=as_json)
    if end.missing and session.terms.watching.form == "text":
        click.echo(_what_is_missing(end, session.folder), err=True)
    return end.status


def _rounds(session: "Session", summary: list[str], *, quiet: bool) -> "End":
    """Work through a session and the rounds that follow it; what came of them is put into `summary`."""
    end = work(session, quiet=quiet)
    if not session.plan.request.until:
        return end
    from evals.verdict import sequence

    while not end.missing:
        step = sequence.step(session)
        if step.following is None:
            summary += step.summary()
            break
        for found in () if quiet else step.findings:
            click.echo(found, err=True)
        session = step.following
        end = work(session, quiet=quiet, again=True)
    return end


def work(session: "Session", *, quiet: bool, again: bool = False) -> "End":
    """Work through a session, with its progress on standard error, and what must be said of it unless it was `again`."""
    from evals import session as sessions
    from evals import work as working
    from evals.progress import progress

    told = session.terms.watching.form == "json"

    with (
        sessions.opened(session) as opened,
        progress(len(session.plan), len(opened.done), quiet=quiet, told=told) as shown,
    ):
        for sentence in () if again else _notes(session):
            shown.say(sentence)
        for sentence in _costs(opened, quiet=quiet):
            shown.say(sentence)
        return working.work(opened, shown)


def _notes(session: "Session") -> Iterator[str]:
    from evals.plan import sentences

    yield from (f"{model}: {notice}" for model, notice in session.notices.items())
    yield from (sentence for part in session.plan.parts for sentence in part.suite.notes)
    yield from sentences(session.plan.left_out)


def _costs(opened: "Opened", *, quiet: bool) -> Iterator[str]:
    """A line for each model that costs money, or may: what is still asked of it; and one where a budget is too small."""
    from evals.provider import may_cost

    session = opened.session
    charging = {model: one for model, one in session.providers.items() if may_cost(one)}
    spent = opened.purse
    asked = session.providers if spent.meters else charging
    if quiet or not asked or session.terms.keeping.replay:
        return
    from evals.estimate import estimate, took
    from evals.forecast import sentence
    from evals.spending import allowances

    found = estimate(session.plan, asked, opened.done, took(opened.before), batch=session.terms.batch)
    bills = found.bills
    yield from (sentence(bill) for bill in bills if bill.replies and bill.model in charging)
    yield from (allowed.sentence for allowed in allowances(spent, bills) if allowed.is_short)


def _say_what_was_found(folder: Path, *, quiet: bool, as_json: bool) -> None:
    if quiet:
        click.echo(folder)
        return

    from evals.frame import read
    from evals.reporting import end, publish

    if as_json:
        click.echo(publish([read(folder)], "json"))
    else:
        click.echo(end(read(folder), **terminal()))
        named = quote(str(folder))
        click.echo(
            f"run: {folder}\nmore tables: evals report {named}\n"
            f"pictures and every reply, as a page: evals report {named} --format html --out report.html"
        )


def _what_is_missing(end: "End", folder: Path) -> str:
    why = "interrupted" if end.interrupted else "incomplete"
    again = f"evals run --resume {quote(str(folder))}"
    kinds = sorted(end.failed.items(), key=lambda each: -each[1])
    failed = f" (failed: {', '.join(f'{kind} {count}' for kind, count in kinds)})" if kinds else ""
    ended = "".join(f"\n  {sentence}" for sentence in end.why)
    if end.waiting:
        batches = "".join(f"\n  {sentence}; it goes on there" for sentence in end.waiting)
        return f"evals: {why}: {end.missing} replies are missing{ended}{batches}\n  to collect them: {again}"
    return f"evals: {why}: {end.missing} replies are missing or failed{failed}{ended}\n  to ask only those: {again}"
