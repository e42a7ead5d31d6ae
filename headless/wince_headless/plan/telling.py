"""How far planning is: a bar at a terminal, a line for every tenth in a log."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

LONG = 5000                            # people; fewer are planned before anybody wonders


class PlanProgress:
    """Call it with (people planned, people in all), as `write.plan` does."""

    def __init__(self, console=None):
        self.console = console or Console(stderr=True)
        self._bar = Progress(SpinnerColumn(), TextColumn("planning people"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                             console=self.console, disable=not self.console.is_terminal, transient=True)
        self._task, self._tenths = self._bar.add_task("", total=None), 0

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *_):
        self._bar.stop()

    def __call__(self, done, total):
        """Show how far it is."""
        self._bar.update(self._task, completed=done, total=total)
        if 10 * done // total > self._tenths:
            self._tenths = 10 * done // total
            if total >= LONG and not self.console.is_terminal:
                self.console.print(f"planned {done:,} of {total:,} people", markup=False, highlight=False)
