"""From a job to its samples: who shows what, seen from where. Pure: the same job gives the same list everywhere.

Nothing here is drawn in the order of the list: each draw has its own stream, named after factor, person and expression.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

from ..core import cameras
from ..core.errors import WinceError
from ..core.facs.action_units import ActionUnits
from ..core.facs.expressions import NEUTRAL, Expression
from ..core.facs.pose import GAZE_TURNS, HEAD_TURNS
from ..core.facs.pspi import pspi
from ..core.facs.samplers import nonpain_expressions, pain_expressions, pose_jitter
from ..core.facs.table import TABLE
from ..core.many import first_integers
from ..core.streams import stream
from . import dealing, layout, rigs

GIVEN = "given"                                # the kind of an expression of which nobody has said what it means
HIGHEST_SEED = 2 ** 31 - 1
UNALIGNED_DEG = {"head": 8.0, "gaze": 6.0}     # how far an unaligned neutral strays where the job has no jitter of its own


@dataclass(frozen=True)
class Sample:
    """One picture to come: a person's number, the names of expression and view; `key` joins them."""

    person: int
    expression: str
    view: str

    @property
    def key(self):
        """The sample's key, which is also its folder: id00003/e02/frontal."""
        return layout.sample_key(layout.person_name(self.person), self.expression, self.view)

    @property
    def shown(self):
        """What stays the same from view to view: (person, expression)."""
        return self.person, self.expression


def samples(job):
    """Return every Sample of a job, views within expressions within people.

    job      spec.Job
    returns  list of Sample
    raises   WinceError for numbers or names that cannot be
    """
    views = view_names(job)
    return [Sample(person, name, view) for person in people(job) for name in expression_names(job) for view in views]


def view_names(job):
    """Return the names of the views that everyone is seen in, generators expanded.

    raises   WinceError for cameras or expressions that cannot be
    """
    _check(job)
    return [camera.name for camera in cameras.expand(rigs.resolve(job.cameras), job.seed)]


def shard(everything, index, count):
    """Return part `index` (from 0) of `count` nearly equal parts; the views of an expression stay together.

    raises   WinceError when there is no such part
    """
    if not 0 <= index < count:
        raise WinceError(f"--shard {index}/{count}: shards count from 0, give 0/{count} to {count - 1}/{count}")
    groups = [list(views) for _, views in groupby(everything, key=lambda sample: sample.shown)]
    low, high = (len(groups) * k // count for k in (index, index + 1))
    return [sample for group in groups[low:high] for sample in group]


def only(everything, key):
    """Return the one sample with a key, in a list.

    raises   WinceError when there is none
    """
    layout.split_key(key)
    one = [sample for sample in everything if sample.key == key]
    if not one:
        raise WinceError(f"--only {key}: the job has no such sample, its keys go from {everything[0].key} to {everything[-1].key}")
    return one


def people(job):
    """Return the numbers of a job's people, twins after the one they are twins of."""
    count, each = len(job.people.identities) or job.people.count, 1 + len(job.people.twins)
    return range(job.people.first * each, (job.people.first + count) * each)


def source(job, number):
    """Return (the number that a person of a job is drawn by, which twin it is): all but what makes a twin comes from the same streams.

    The second is 0 for the person as drawn, 1 and on for the twins.
    """
    return divmod(number, 1 + len(job.people.twins))


def twin_of(job, number):
    """Return the folder name of the person whose twin a number is, or None."""
    which = source(job, number)[1]
    return layout.person_name(number - which) if which else None


def expression_names(job):
    """Return the names of what everyone shows: the neutral, unaligned neutrals, expressions."""
    asked = job.expressions
    count = (asked.dealt or asked.pain + asked.nonpain) + len(asked.codes)
    return neutral_names(job) + [layout.expression_name(k + 1) for k in range(count)]


def neutral_names(job):
    """Return the names of everyone's neutrals, the aligned one first."""
    asked = job.expressions
    return [layout.NEUTRAL] * asked.neutral + [layout.extra_neutral_name(k + 1) for k in range(asked.extra_neutrals)]


def expressions(job, person):
    """Return what a person shows, {name: Expression}, head and gaze included.

    The neutral e00 holds still; every other face strays by the job's jitter, an unaligned neutral at least a little.
    """
    asked, (drawn, _) = job.expressions, source(job, person)
    pain, nonpain = dealing.faces(job, drawn)
    faces = [*_pain(job, drawn, pain),
             *nonpain_expressions(stream(job.seed, "expression.nonpain", drawn), nonpain, asked.nonpain_kinds),
             *(given(code) for code in asked.codes)]
    shown = {name: NEUTRAL for name in expression_names(job)}
    shown |= {layout.expression_name(k + 1): face for k, face in enumerate(faces)}
    return {name: face if name == layout.NEUTRAL else _posed(job, drawn, name, face) for name, face in shown.items()}


def given(code):
    """Return the Expression for a code in the job; whether pain was meant is taken from its PSPI."""
    aus = ActionUnits.parse(code)
    return Expression(aus, GIVEN, pspi(aus).total > 0)


def found(aus, kind=GIVEN, pain=None):
    """Return the Expression of a face as it was found.

    aus     ActionUnits
    kind    what was meant; "given" becomes "neutral" for a face that does nothing but turn head and eyes
    pain    whether pain was meant; None: whether PSPI is above 0
    raises  WinceError for a neutral that is none
    """
    moved = [number for number in aus.rounded().numbers if not TABLE[number].rotation]
    if kind == NEUTRAL.kind and (moved or pain):
        what = f"shows AU{moved[0]} ({TABLE[moved[0]].name})" if moved else "is said to be in pain"
        raise WinceError(f"the face is said to be neutral, and {what}: name another kind of expression, or reset the face")
    if kind in (GIVEN, NEUTRAL.kind) and not moved and not pain:
        return Expression(aus, NEUTRAL.kind, False)
    return Expression(aus, kind, pspi(aus).total > 0 if pain is None else pain)


def cycles_seed(job, person, name, view):
    """Return the seed of Cycles' noise in a view of a person's expression; twins have the same."""
    return int(stream(job.seed, "cycles", source(job, person)[0], name, view).integers(HIGHEST_SEED))


def cycles_seeds(job, person, names, views):
    """Return {name: [cycles_seed of each view]} of some expressions of a person: a plan needs all, and drawn together they cost a third."""
    keys = [("cycles", source(job, person)[0], name, view) for name in names for view in views]
    drawn = iter(first_integers(job.seed, HIGHEST_SEED, keys))
    return {name: [next(drawn) for _ in views] for name in names}


def light_of(name):
    """Return the keys of the streams of an expression's light: unaligned neutrals have their own, all else the person's."""
    return (name,) if name.startswith("n") else ()


def views(job, person):
    """Return a person's cameras by name, generators expanded."""
    return {camera.name: camera for camera in cameras.expand(rigs.resolve(job.cameras), job.seed, source(job, person)[0])}


def neutral_keys(job, person, view):
    """Return the keys of a person's neutrals in a view, the aligned one first."""
    return [layout.sample_key(layout.person_name(person), name, view) for name in neutral_names(job)]


def _check(job):
    """Refuse cameras and expressions that cannot be; ranges and choices are the business of `check.py`."""
    if not job.cameras:
        raise WinceError(f"cameras is empty: name a view or a rig, such as {', '.join(rigs.names()[:3])}")
    for place, code in enumerate(job.expressions.codes):
        with _naming(f"expressions.codes[{place}]"):
            ActionUnits.parse(code)


@contextmanager
def _naming(key):
    """Put the job's key before an error of the core, which knows values and not where they stand."""
    try:
        yield
    except WinceError as error:
        raise WinceError(f"{key}: {error}") from None


def _pain(job, drawn, count):
    """Draw a person's pain expressions."""
    asked, scores = job.expressions, dealing.scores(job, drawn)
    rng, spread = stream(job.seed, "expression", drawn), "uniform" if scores is not None else asked.pspi
    with _naming("expressions.pspi"):
        return pain_expressions(rng, count, spread, asked.optional_aus, asked.asymmetry, scores)


def _posed(job, person, name, face):
    """Return a face with its jitter of head and gaze; what the expression itself does with them stays."""
    head, gaze = job.expressions.head_jitter_deg, job.expressions.gaze_jitter_deg
    if name.startswith("n"):
        head, gaze = head or UNALIGNED_DEG["head"], gaze or UNALIGNED_DEG["gaze"]
    if not head and not gaze:
        return face
    drawn = pose_jitter(stream(job.seed, "head_pose", person, name), head, gaze)
    busy = {number for pair in HEAD_TURNS + GAZE_TURNS if set(pair) & set(face.aus.numbers) for number in pair}
    free = {number: round(intensity, 4) for number, intensity in drawn.items() if number not in busy}
    return Expression(face.aus.with_(free), face.kind, face.pain)
