"""A planned dataset drawn with a pencil: a real plan, and samples that say what it says, marked done."""

import json

from wince.core import identity
from wince.core.facs.action_units import ActionUnits
from wince.core.skin import tone
from wince.job import expand, layout, people, spec
from wince_headless.plan import write
from wince_headless.work import shards

VIEWS = ("frontal", "three_quarter_left")
SIZE = 32


def dataset(sketch, folder, count=2, pain=2, twins=(), shard_people=None, mark=True, views=VIEWS):
    """Plan a dataset into a folder, draw its samples and mark its shards; returns the Plan.

    sketch   the module
    """
    job = spec.Job(name="planned", people=spec.People(count=count, twins=twins), expressions=spec.Expressions(pain=pain),
                   cameras=tuple(views), render=spec.Render(resolution=(SIZE, SIZE)))
    planned = write.plan(job, folder, shard_people=shard_people, processes=1)
    (folder / "origin.json").write_text(json.dumps(sketch.ORIGIN | {"versions": {"blender": "4.5.15", "wince": "0.1.0"}}))
    for number in range(planned.shards):
        for line in planned.shard(number):
            person(sketch, planned, line)
        if mark:
            assert not shards.mark(planned, number)
    return planned


def person(sketch, planned, line):
    """Draw all that a line of a plan asks for."""
    from wince.core import pack

    who = people.one(planned.located, line["number"], pack.load(planned.located.pack))
    for place, shown in enumerate(line["shows"]):
        for at, view in enumerate(line["views"]):
            drawn = sketch.Sketch(planned.folder, SIZE, line["number"], place, view)
            sketch._draw(drawn, (shown["kind"], _pairs(shown["facs"])))
            _say(sketch, drawn, line, shown["seeds"][at], who, planned.job)
    (planned.folder / line["id"] / layout.IDENTITY).write_text(identity.Identity.json(who))


def _pairs(facs):
    aus = ActionUnits.parse(facs)
    return {number: (int(aus.left(number)), int(aus.right(number))) for number in aus.numbers}


def _say(sketch, drawn, line, seed, who, job):
    path = drawn.folder / drawn.key / layout.RECORD
    record = json.loads(path.read_text())
    lab = [float(value) for value in who.skin_lab]
    demographics = record["demographics"] | {"age": who.age, "gender": who.gender, "group": who.group, "ancestry": who.ancestry,
                                             "skin_target_lab": lab, "skin_lab": lab, "skin_ita_deg": round(tone.ita(lab), 2),
                                             "skin_monk": tone.monk(lab)}
    said = {"person": who.id, "cell": line["cell"], "fold10": line["fold10"], "twin_of": line["twin_of"], "demographics": demographics,
            "look": line["look"], "texture": {"painter": "built-in", "version": 1},
            "neutral_keys": expand.neutral_keys(job, line["number"], drawn.view),
            "seeds": {"dataset": job.seed, "cycles": seed, "stream_version": 1}, "render": record["render"] | {"seed": seed}}
    sketch.rewrite(drawn.folder, drawn.key, **said)
