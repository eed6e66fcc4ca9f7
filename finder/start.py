"""Starts the `finder` command: a module of its own, since each process that a run starts imports it again.

The commands with the engine's client take 60 MB, which processes that only parse or merge do not need.
"""


def main() -> None:
    """Run the command that stands on the command line."""
    from finder.cli import main as run

    run()
