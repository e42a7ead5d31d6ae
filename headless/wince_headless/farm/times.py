"""Times as Slurm has them: what to ask for, and how long before its end an element has to be told.  Pure."""

import math
import re

from wince.core.errors import WinceError

from .. import estimate

SPARE = 3                       # how many times the estimate is asked for: it is good to a factor of two, nodes differ
HALF_HOUR, DAY = 1800, 86400    # seconds; time is asked for in half hours, a day at most: elements go on where they stopped
NOTICE = 120                    # seconds before its time is up an element is told to stop; more where a picture takes longer
EARLY = 60                      # Slurm may tell it so many seconds sooner
ENDLESS = ("UNLIMITED", "INFINITE")


def hours(seconds):
    """Return a time to ask for, as Slurm writes it: with spare, in half hours, a day at most."""
    asked = min(DAY, HALF_HOUR * max(1, math.ceil(seconds * SPARE / HALF_HOUR)))
    return f"{asked // 3600}:{asked % 3600 // 60:02d}:00"


def seconds(time):
    """Return the seconds of a time as Slurm writes it: 90 (minutes), 90:00, 1:30:00, 1-12, 1-12:30, 1-12:30:00.

    returns  number, infinity where there is no limit
    raises   WinceError when it is none
    """
    if time.upper() in ENDLESS:
        return math.inf
    if not re.fullmatch(r"\d+(:\d+){0,2}|\d+-\d+(:\d+){0,2}", time):
        raise WinceError(f"--time {time} is no time as Slurm writes it: give hours:minutes:seconds, such as 4:00:00")
    days, _, rest = time.rpartition("-")
    found = [int(digits) for digits in rest.split(":")]
    hour, minute, second = ([*found, 0, 0] if days else [0, *found, 0] if len(found) < 3 else found)[:3]
    return (int(days or 0) * 24 + hour) * 3600 + minute * 60 + second or math.inf          # sbatch: a time of 0 is no limit


def notice(job):
    """Return how many seconds before its end an element is told: time for the picture in hand, by the estimate and as much again."""
    return max(NOTICE, 60 * math.ceil(2 * estimate.view_seconds(job) / 60))


def check(job, time):
    """Refuse a time in which an element would be told to stop before it has made a picture."""
    told = notice(job) + EARLY
    least = told + SPARE * (sum(estimate.BUILD_SECONDS.values()) + estimate.view_seconds(job))
    if seconds(time) < least:
        minutes = math.ceil(least / 60)
        raise WinceError(f"--time {time} is too short: up to {told} seconds before its end an element is told to stop, and it would make "
                         f"no picture: give {minutes // 60}:{minutes % 60:02d}:00 or more")
