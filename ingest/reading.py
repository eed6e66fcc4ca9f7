"""Stages the files of a folder; where there is much to parse, processes of their own do it, one a core."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
from multiprocessing.connection import Connection

from finder.errors import FinderError, SourceError
from ingest.files import InputFile, inspected
from ingest.processes import begin
from ingest.sources import SOURCES
from ingest.sources.base import Batch, Source
from ingest.staging import FileReport, Parse, Staging

# From here on two processes are done sooner although each takes a second to start (2026-11-28).
BYTES_FOR_PROCESSES = 32 << 20

File = tuple[InputFile, Source]


def staged_files(
    staging: Staging,
    files: Sequence[File],
    processes: int,
    on_rows: Callable[[int], None],
    tell: Callable[[FileReport | str], None],
) -> list[FileReport]:
    """Stage files, each whole or not at all, and get their reports in the order of the files.

    `tell` gets each report when it is there, and a sentence for each file that has the bytes of one before
    it, which is left out. Many bytes are parsed by as many `processes`, the largest file first.
    """
    whole, reports = _unlike(staging, files, processes, tell)
    fresh = [file for file, source in whole if not staging.is_staged(file, source)]
    many = processes > 1 and sum(file.size_bytes for file in fresh) >= BYTES_FOR_PROCESSES
    lock = threading.Lock()

    def counted(rows: int) -> None:
        with lock:
            on_rows(rows)

    def stage(own: Staging, each: File, parse: Parse | None = None) -> None:
        report = own.stage(*each, counted, parse)
        with lock:
            reports[report.name] = report
            tell(report)

    if many:
        _by_processes(staging, whole, processes, stage)
    else:
        for each in whole:
            stage(staging, each)
    return [reports[file.name] for file, _source in files if file.name in reports]


def _unlike(
    staging: Staging, files: Sequence[File], processes: int, tell: Callable[[FileReport | str], None]
) -> tuple[list[File], dict[str, FileReport]]:
    """The files with checksum and encoding, of those with the same bytes the first one; and by name the
    reports of those that cannot be opened."""
    whole: list[File] = []
    reports: dict[str, FileReport] = {}
    first_of: dict[tuple[str, str], str] = {}
    with ThreadPoolExecutor(processes) as threads:
        looked_at = threads.map(_inspected, (file for file, _source in files))
        for (file, source), found in zip(files, looked_at, strict=True):
            if isinstance(found, SourceError):
                reports[file.name] = _unreadable(file, source, found)
                tell(reports[file.name])
                continue
            twin = first_of.setdefault((source.name, found.sha256), file.name)
            if twin == file.name:
                whole.append((found, source))
            else:
                staging.forget([file.name])
                tell(f"{file.name}: the same bytes as {twin}, which is read once")
    return whole, reports


def _inspected(file: InputFile) -> InputFile | SourceError:
    try:
        return inspected(file)
    except SourceError as problem:
        return problem


def _unreadable(file: InputFile, source: Source, problem: SourceError) -> FileReport:
    return FileReport(file.name, source.name, "", 0, file.as_of, 0, 0, 0, 0, 0, problem.message, False)


def _by_processes(
    staging: Staging,
    files: Sequence[File],
    processes: int,
    stage: Callable[[Staging, File, Parse], None],
) -> None:
    """Several threads insert what a process of each parses; the first problem stops all."""
    waiting = iter(sorted(files, key=lambda each: -each[0].size_bytes))

    def work(parser: _Parser) -> None:
        own = staging.beside()
        for each in waiting:
            stage(own, each, parser.parsed)

    with ThreadPoolExecutor(processes) as threads, ExitStack() as parsers:
        running = [threads.submit(work, parsers.enter_context(_Parser())) for _ in range(processes)]
        for done in wait(running, return_when=FIRST_EXCEPTION).done:
            done.result()


class _Parser:
    """A process that parses one file after the other; the batches come through a pipe, which bounds them."""

    def __init__(self) -> None:
        # Spawned, since open databases don't survive a fork.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is seen here
        self._is_busy = False

    def __enter__(self) -> "_Parser":
        return self

    def __exit__(self, *_problem: object) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def parsed(self, file: InputFile, source: Source) -> Iterator[Batch]:
        """The batches of one file. Raises what its reader raises, FinderError where the process is gone."""
        # With a file that was given up: what else it says of it would be taken for this one.
        if self._is_busy:
            self.__exit__()
            self.__init__()  # type: ignore[misc]
        self._is_busy = True
        try:
            self._pipe.send((file, source.name))
            while isinstance(answer := self._pipe.recv(), Batch):
                yield answer
        except (EOFError, OSError) as problem:
            raise FinderError(f"the process that reads {file.name} has ended: {problem!r}") from problem
        self._is_busy = False
        if isinstance(answer, SourceError):
            raise answer


def _serve(pipe: Connection) -> None:
    begin()
    by_name = {source.name: source for source in SOURCES}
    while True:
        file, name = pipe.recv()
        try:
            for batch in by_name[name].read(file):
                pipe.send(batch)
        except SourceError as problem:
            pipe.send(problem)
        else:
            pipe.send(None)
