"""``voicebot model``: list and install models."""

from __future__ import annotations

import asyncio
import enum
import sys
import time
from dataclasses import replace
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

from voicebot.cli import output
from voicebot.errors import Problem, UnavailableError
from voicebot.speech.models import catalogue as models
from voicebot.speech.models.archives import Progress as Report
from voicebot.speech.models.catalogue import CATALOGUE, DEFAULT_ORDER, Installed

app = typer.Typer(rich_markup_mode=None)


class Kind(enum.StrEnum):
    """Engines that can run a user's own model."""

    VOSK = "vosk"
    COQUI = "coqui"


_ENGINES: Final[dict[Kind, models.Engine]] = {Kind.VOSK: "vosk", Kind.COQUI: "coqui"}
_TRYING: Final = {"embedding": "trying it", "coqui": "checking whether it is understood"}


@app.command("list")
def list_models(
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Show the models in the catalogue, and which of them are installed."""
    found = {model.name: model for model in models.all_installed()}
    rows = [
        {
            "name": model.name,
            "language": model.language,
            "engine": model.engine,
            "megabytes": model.megabytes,
            "licence": model.licence,
            "source": model.source,
            "installed": str(found[model.name].folder) if model.name in found else None,
            "checked": found[model.name].checked if model.name in found else None,
        }
        for model in CATALOGUE.values()
    ] + [
        {
            "name": model.name,
            "language": model.language,
            "engine": model.engine,
            "megabytes": None,
            "licence": None,
            "source": model.source,
            "installed": str(model.folder),
            "checked": model.checked,
        }
        for name, model in found.items()
        if name not in CATALOGUE
    ]
    if json:
        output.print_json(rows)
        return
    output.print_table(
        "",
        ("name", "language", "engine", "MB", "installed"),
        (
            (
                row["name"],
                row["language"],
                row["engine"],
                row["megabytes"],
                ("yes, tried" if row["checked"] else "yes") if row["installed"] else "",
            )
            for row in rows
        ),
    )


@app.command("install")
def install(  # noqa: PLR0917 - typer gives them by name
    name: Annotated[str | None, typer.Argument(help="A model; by default the best recogniser available.")] = None,
    source: Annotated[str | None, typer.Option("--from", help="A folder, an archive or a URL of the model.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of your own model, such as en-US.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Checksum of the archive, if none is pinned.")] = None,
    engine: Annotated[Kind, typer.Option(help="Engine that runs your own model.")] = Kind.VOSK,
    json: Annotated[bool, typer.Option("--json", help="Print what was installed as one JSON object.")] = False,
) -> None:
    """Install a model and test it with a spoken sentence."""
    if name is None:
        if source is not None or sha256 is not None:
            output.fail([Problem("--from and --sha256 need a model's name", "voicebot model install NAME --from …")])
        model, why = _best(language or "en-US")
    else:
        model, why = _one(name, source, language, sha256, engine), "it was asked for"
    if name is None:
        output.err.print(f"  recogniser: {model.name}, because {why}")
    if json:
        output.print_json(
            {
                "name": model.name,
                "engine": model.engine,
                "folder": str(model.folder),
                "heard": model.checked,
                "why": why,
            }
        )


def _best(language: str) -> tuple[Installed, str]:
    """Install the best recogniser available for a language, and say why it is this one."""
    order = DEFAULT_ORDER.get(language, ())
    missing: list[str] = []
    for name in order:
        try:
            model = _one(name, None, None, None)
        except UnavailableError as error:
            output.err.print(f"  {name} is not available: {error.problems[0].what}")
            missing.append(name)
            continue
        return (
            model,
            f"{' and '.join(missing)} could not be installed" if missing else f"it is the first choice for {language}",
        )
    raise UnavailableError(
        f"no recogniser for {language} could be installed",
        cure="get a Vosk model from elsewhere and name it: voicebot model install NAME --from FOLDER|ARCHIVE|URL",
    )


def _one(
    name: str, source: str | None, language: str | None, sha256: str | None, engine: Kind = Kind.VOSK
) -> Installed:
    """Install one model and test it; a model that recognises nothing, or is not understood, is removed."""
    from voicebot.speech import model_check, model_install  # noqa: PLC0415 (load engines, which listing does not need)

    start = time.monotonic()
    before = models.describe(models.folder_name(name))
    with _Show() as report:
        model = model_install.install(name, source, report, language=language, sha256=sha256, engine=_ENGINES[engine])
        name = model.name
        if model.checked is None:
            report(_TRYING.get(model.engine, "testing it with a spoken sentence"), 0, 0)
            try:
                heard = asyncio.run(model_check.check(model))
            except Exception:
                if before is None:  # one that was there may be in use, and the fault may lie elsewhere
                    models.remove(name)
                raise
            models.remember_check(name, heard)
            model = replace(model, checked=heard)
    told = {"embedding": f"holds {model.checked}", "coqui": f"was heard to say “{model.checked}”"}
    tried = told.get(model.engine, f"heard “{model.checked}”")
    seconds = time.monotonic() - start
    output.err.print(f"  {name} is installed and {tried} ({seconds:.1f} s): {model.folder}")
    catalogued = CATALOGUE.get(name)
    if catalogued and not (catalogued.archive_sha256 or catalogued.files_sha256 or sha256 or source):
        output.err.print(
            f"  no checksum is known for {name}: compare what its marker {model.folder / models.MARKER} says "
            "with another source before you rely on it",
        )
    return model


class _Show:
    """A progress bar on a terminal; elsewhere a line for every new step."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._said = ""

    def __enter__(self) -> Report:
        if sys.stderr.isatty():
            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
            self._bar = Progress(*columns, console=output.err.console, transient=True)
            self._task = self._bar.add_task("starting", total=None)
            self._bar.start()
        return self._report

    def _report(self, what: str, done: int, total: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=what, completed=done, total=total or None)
        elif what != self._said:
            self._said = what
            output.err.print(f"  {what}")

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
