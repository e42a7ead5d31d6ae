"""A person of a job -> the line of the plan; people -> the text of a shard, packed."""

import gzip
import hashlib
import json
from dataclasses import dataclass

from wince.core import pack
from wince.core.facs.pspi import pspi
from wince.job import expand, layout, people, textures

from . import cells

LEVEL = 6                              # of gzip: 9 is three times as slow for two hundredths of the size


@dataclass(frozen=True)
class Member:
    """A shard as it lies in plan.jsonl.gz: its gzip member, its sha256 unpacked, what it counts to (a Counter, see `cells`)."""

    packed: bytes
    sha256: bytes
    people: int
    samples: int
    tally: dict


class Pen:
    """What every line of a job needs, found out once: the face pack, the names of the views."""

    def __init__(self, job, paint=None):
        """Get ready.

        job     spec.Job, its paths as they are meant here
        paint   None, or how the people's skins will be painted, see `write.plan`
        """
        self.job, self.paint, self.pack = job, paint, pack.load(job.pack)
        self.views = tuple(expand.view_names(job))

    def line(self, number):
        """Return a person as the plan has it, see wince.job.plan."""
        who, job = people.one(self.job, number, self.pack), self.job
        faces = expand.expressions(job, number)
        seeds = expand.cycles_seeds(job, number, faces, self.views)
        return {"id": layout.person_name(number), "person": who.id, "number": number, "cell": dict(who.cell),
                "fold10": people.fold10(job, who, number), "twin_of": expand.twin_of(job, number), "age": who.age, "gender": who.gender,
                "group": who.group, "look": _look(who.look) | {"iris": who.iris}, "texture": self._texture(who), "views": list(self.views),
                "shows": [_shown(name, face, seeds[name]) for name, face in faces.items()]}

    def member(self, numbers):
        """Return the Member of a shard of people."""
        lines = [self.line(number) for number in numbers]
        text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()
        tally = cells.tally(lines)
        samples = sum(len(line["shows"]) for line in lines) * len(self.views)
        return Member(gzip.compress(text, LEVEL, mtime=0), hashlib.sha256(text).digest(), len(lines), samples, tally)

    def _texture(self, who):
        """Return what the record of a painted person will say of the skin, as far as it is known; None for the built-in one."""
        if self.paint is not None:
            return {"painter": self.paint["backend"], "seed": self.paint["seed"], "planned": True}
        if self.job.people.textures is None:
            return None
        return textures.cite(textures.of(self.job.people.textures, who, hashed=False).facts)


def _shown(name, face, seeds):
    return {"name": name, "kind": face.kind, "pain": face.pain, "facs": str(face.aus.rounded()), "pspi": pspi(face.aus).total,
            "seeds": seeds}


def _look(look):
    """Return a look as plain JSON."""
    return {name: dict(vars(value)) if hasattr(value, "__dict__") else value for name, value in vars(look).items()}
