"""Teeth and gums by the rules of dental anatomy, in place of the source's two blocks; what the jaw does to the tongue.

Crowns are placed along two arches that are fitted to the source's blocks on the average adult. Every new vertex is an affine
function of the block of its jaw, so any field of the source, identity or action, carries over as the affine motion that
fits the block's motion best: upper teeth stay with the skull, lower teeth go with the jaw, and no crown ever bends.
"""

from dataclasses import dataclass

import numpy as np

from wince.core.streams import stream

from .bust import Bust

BLOCKS = {"upper": "helper-upper-teeth", "lower": "helper-lower-teeth"}        # the source's groups, by jaw
GUMS = "gums"                                                                # the new group beside them
# Mesio-distal width, height and labio-lingual depth of crowns, midline first, mm; how far the edge passes the occlusal plane, mm.
# After the tables of M. Ash and S. Nelson, Wheeler's Dental Anatomy, 8th ed., 2003.
CROWNS = {
    "upper": ((8.5, 10.5, 7.0, 1.2, "incisor"), (6.5, 9.3, 6.0, 0.6, "incisor"), (7.5, 10.0, 8.0, 1.0, "canine"),
              (7.0, 8.5, 9.0, 0.3, "premolar"), (6.8, 8.3, 9.0, 0.1, "premolar"),
              (10.0, 7.5, 11.0, 0.0, "molar"), (9.0, 7.0, 11.0, 0.0, "molar")),
    "lower": ((5.2, 8.8, 5.7, 0.9, "incisor"), (5.7, 9.2, 6.1, 0.9, "incisor"), (6.8, 10.5, 7.7, 0.9, "canine"),
              (7.0, 8.5, 7.7, -0.2, "premolar"), (7.0, 8.0, 8.0, -0.3, "premolar"),
              (11.0, 7.5, 10.5, -0.4, "molar"), (10.5, 7.0, 10.0, -0.4, "molar")),
}
# Along the crown, from under the gum to the edge: place (0 neck, 1 edge), width, depth (shares), how far the front lies back (mm)
PROFILE = {
    "incisor": ((-0.20, 0.76, 0.80, 0.9), (0.28, 0.90, 0.85, 0.0), (0.74, 1.0, 0.50, 0.05), (1.0, 0.97, 0.26, 0.45)),
    "canine": ((-0.20, 0.76, 0.80, 0.9), (0.28, 0.92, 0.90, -0.2), (0.68, 1.0, 0.62, 0.0), (1.0, 0.62, 0.26, 0.8)),
    "premolar": ((-0.20, 0.80, 0.90, 0.8), (0.28, 0.95, 1.0, 0.0), (0.70, 1.0, 0.98, 0.2), (1.0, 0.78, 0.66, 1.3)),
    "molar": ((-0.20, 0.84, 0.90, 0.8), (0.28, 0.97, 1.0, 0.0), (0.70, 1.0, 0.98, 0.3), (1.0, 0.86, 0.72, 1.4)),
}
# The outline of a crown seen along its axis: across -0.5..0.5, depth 0 (lip) .. 1 (tongue); flat in front, narrower behind
OUTLINE = np.array([(-0.5, 0.42), (-0.41, 0.07), (-0.16, 0.0), (0.16, 0.0), (0.41, 0.07), (0.5, 0.42), (0.27, 1.0), (-0.27, 1.0)])
CUSPS = {"incisor": np.zeros(8), "canine": np.array([0, 0, 1.3, 1.3, 0, 0, 0, 0]), "premolar": np.array([0, 0, 1, 1, 0, 0, 0.7, 0.7]),
         "molar": np.array([0, 0.7, 0, 0, 0.7, 0, 0.7, 0.7])}          # how far each corner of the edge stands out, mm
CAP = ((1, 2, 3, 4), (0, 1, 4, 5), (0, 5, 6, 7))
SWELL = 1.15                       # subdivision rounds an eight-cornered outline by as much
# Behind the upper block's front (mm), share of its half width, how far the plane lies under its edge (mm)
ARCH = {"upper": (0.0, 0.94, 2.0), "lower": (3.1, 0.88, 2.0)}
FORWARD_MM = 2.4                   # the new front lies before the source's: lips rest on teeth, no hole between them is seen from the side
FULL = 2.25                        # exponent of the arches: an ellipse has 2, higher is squarer, as arches with strong canines are
INSET_MM = 2.5                     # from the front of the teeth to where neighbours touch
SLOPE = 0.115                      # of the occlusal plane, rising backwards, as the source's blocks have it
# The gum across: out from the teeth's front (mm; behind them for rows over the crest), away from the crown's neck (mm)
GUM = ((0.6, 9.5), (1.0, 4.5), (0.45, 0.2), (-1.2, 0.9))
PAPILLA = (-0.75, 0.42)            # between teeth: how far back (mm), how far towards the edge (of a crown)
GUM_AT = (0.0, 0.27, 0.73)         # columns along a tooth's width: between the teeth, and where the crest is lowest
LOWER_TONGUE_MM = 3.0              # what a wide open mouth lays the tongue down by, beyond going with the jaw
MIDLINE_MM = 0.25                  # the two halves of an arch press into each other: subdivided crowns leave no gap in the middle
TONGUE_FOLLOWS = (-0.115, -0.065)  # y where the tongue goes with the jaw wholly, where it hangs on the throat (m)


@dataclass(frozen=True)
class Fitted(Bust):
    """A Bust with further vertices behind its own: each a weighted mean, rows of `share`, of the source vertices `held`."""

    held: np.ndarray = None        # (P,)
    share: np.ndarray = None       # (N, P), rows sum to 1

    def blend(self, field):
        """Carry a field over all source vertices, (S, ...), to the vertices of the bust, the new ones last."""
        return np.concatenate([super().blend(field), np.tensordot(self.share, field[self.held], 1)])


@dataclass(frozen=True)
class Arch:
    """Where the crowns of one jaw stand: half a superellipse seen from above, on a plane that rises backwards; metres."""

    jaw: str
    front: float
    half: float
    depth: float
    level: float

    @property
    def up(self):
        """Which way the gum is: 1 up, -1 down."""
        return 1.0 if self.jaw == "upper" else -1.0

    def frame(self, along):
        """Return where neighbours touch and the way out of the mouth, (..., 2) each in x and y, at arc lengths from the midline."""
        turn = np.linspace(0, np.pi / 2, 400)
        inset = INSET_MM / 1000
        bent = np.clip(np.cos(turn), 0, 1) ** (2 / FULL)
        x, y = (self.half - inset) * np.sin(turn) ** (2 / FULL), self.front + inset + (self.depth - inset) * (1 - bent)
        length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        at = np.interp(np.abs(along), length, turn)
        steep = 2 - 2 / FULL
        out = np.stack([np.sign(along) * np.sin(at) ** steep / self.half, -np.cos(at) ** steep / self.depth], axis=-1)
        place = np.stack([np.sign(along) * np.interp(at, turn, x), np.interp(at, turn, y)], axis=-1)
        return place, out / np.linalg.norm(out, axis=-1, keepdims=True)

    def plane(self, y):
        """Return the height of the occlusal plane."""
        return self.level + SLOPE * (y - self.front)


def replace(bust, average):
    """Put teeth and gums in the place of the source's blocks.

    bust      Bust
    average   (S, 3) the average adult, metres
    returns   Fitted, its faces in the groups of BLOCKS and GUMS
    """
    blocks = {jaw: np.unique(bust.i[bust.faces[bust.group == group]]) for jaw, group in BLOCKS.items()}
    keep = ~np.isin(bust.group, list(BLOCKS.values()))
    used, faces = np.unique(bust.faces[keep], return_inverse=True)
    points, pieces = [], []
    for jaw in blocks:
        for group, part in zip((BLOCKS[jaw], GUMS), _jaw(arch(jaw, average[blocks["upper"]]))):
            start = len(used) + sum(map(len, points))
            points.append(part.points)
            pieces.append((part.faces + start, part.uv, np.full(len(part.faces), group)))
    jaws = [jaw for jaw in blocks for _ in range(2)]
    share = [_shares(p, average, blocks, jaw) for p, jaw in zip(points, jaws)]
    more_faces, more_uv, more_group = (np.concatenate(items) for items in zip(*pieces))
    return Fitted(bust.i[used], bust.j[used], bust.t[used], np.concatenate([faces.reshape(-1, 4), more_faces]),
                  np.concatenate([bust.uv[keep], more_uv]), np.concatenate([bust.group[keep], more_group]),
                  np.concatenate(list(blocks.values())), np.concatenate(share))


def arch(jaw, upper_block):
    """Return the Arch of a jaw, fitted to the source's upper block (n, 3), metres."""
    back, width, down = ARCH[jaw]
    front = upper_block[:, 1].min() + (back - FORWARD_MM) / 1000
    half = width * np.abs(upper_block[:, 0]).max()
    return Arch(jaw, front, half, np.ptp(upper_block[:, 1]) + FORWARD_MM / 1000 - back / 1000, upper_block[:, 2].min() - down / 1000)


def lay_tongue(named, ground):
    """Lay the tongue down when the jaw drops: it goes with the jaw, more and more towards its tip, and wide open it flattens.

    named    {shape: (V, 3) metres}; those of the jaw are changed in place
    ground   build.Ground
    """
    tongue = np.unique(ground.bust.faces[ground.chart == "tongue"])
    lower = np.unique(ground.bust.faces[ground.chart == "teeth_lower"])
    points = ground.points[tongue]
    near, far = TONGUE_FOLLOWS
    follow = np.clip((far - points[:, 1]) / (far - near), 0, 1)
    follow = (follow * follow * (3 - 2 * follow))[:, None]
    top = np.clip((points[:, 2] - np.median(points[:, 2])) / 0.008, 0, 1)[:, None] * [0, 0, -LOWER_TONGUE_MM / 1000]
    for name, wide in (("AU26", 0.5), ("AU27", 1.0)):
        jaw = _shares_of(ground.points[lower], points) @ named[name][lower]
        named[name][tongue] = follow * (jaw + wide * top) + (1 - follow) * named[name][tongue]


@dataclass(frozen=True)
class Part:
    """A piece of mesh: points (V, 3) metres, faces (F, 4), uv (F, 4, 2) of their corners, nothing overlapping."""

    points: np.ndarray
    faces: np.ndarray
    uv: np.ndarray


def _jaw(where):
    """Return the teeth and the gums of one jaw, two Parts."""
    crowns = [_crown(where, side, k) for side in (-1, 1) for k in range(len(CROWNS[where.jaw]))]
    faces = np.concatenate([_crown_faces() + 32 * n for n in range(len(crowns))])
    uv = np.concatenate([_crown_uv() + [12.0 * n, 0.0] for n in range(len(crowns))])
    if where.up > 0:
        faces, uv = faces[:, ::-1], uv[:, ::-1] * [1, -1]
    return Part(np.concatenate(crowns), faces, _fill(uv)), _gums(where)


def _crown(where, side, k):
    """Return the points (32, 3) of one crown: four outlines of eight, from under the gum to the edge."""
    width, height, depth, over, kind = CROWNS[where.jaw][k]
    rng = stream(0, "teeth", where.jaw, side, k)
    turn, lean, out = rng.uniform(-1, 1, 3) * (0.05, 0.025, 0.15)
    along = side * (sum(row[0] for row in CROWNS[where.jaw][:k]) + width / 2 - MIDLINE_MM) / 1000
    place, outward = where.frame(along)
    c, s = np.cos(turn), np.sin(turn)
    outward = outward @ np.array([[c, s], [-s, c]])
    across = np.array([-outward[1], outward[0]])
    at, wide, deep, back = (np.array(column)[:, None] for column in zip(*PROFILE[kind]))
    u = SWELL * wide * width * OUTLINE[:, 0] + lean * height * (at - 0.5)
    v = INSET_MM + out - back - deep * depth * (OUTLINE[:, 1] * SWELL - 0.02)
    w = (1 - at) * height - over - np.where(at == 1, CUSPS[kind] - CUSPS[kind].mean() + 0.45, 0)
    level = where.plane(place[1]) + where.up * w / 1000
    flat = place + (u[..., None] * across + v[..., None] * outward) / 1000
    return np.concatenate([flat, level[..., None]], axis=-1).reshape(-1, 3)


def _crown_faces():
    column = np.arange(8)
    after = (column + 1) % 8
    walls = [8 * r + np.stack([column, after, after + 8, column + 8], axis=1) for r in range(3)]
    return np.concatenate([*walls, 24 + np.array(CAP)])


def _crown_uv():
    column = np.arange(8.0)
    square = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    walls = [np.stack([column, np.full(8, r)], axis=1)[:, None] + square for r in range(3)]
    spot = np.array([(0.0, 1.2), (0.4, 0.2), (1.2, 0.0), (1.8, 0.0), (2.6, 0.2), (3.0, 1.2), (2.2, 3.0), (0.8, 3.0)]) * 0.95 + [8.3, 0.0]
    return np.concatenate([*walls, spot[np.array(CAP)]])


def _fill(uv):
    """Scale surface coordinates to a square; not mirrored."""
    flat = uv.reshape(-1, 2)
    return (uv - flat.min(axis=0)) / np.ptp(flat, axis=0)


def _gums(where):
    """Return the gum of one jaw: a strip over the necks of the crowns, scalloped, from the lip's side to the tongue's."""
    rows = np.concatenate([_gum_columns(where, side)[:: -1 if side < 0 else 1][(0 if side < 0 else 1):] for side in (-1, 1)])
    columns, across = rows.shape[:2]
    index = np.arange(columns * across).reshape(columns, across)
    faces = np.stack([index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]], axis=-1).reshape(-1, 4)
    grid = np.stack(np.divmod(index, across), axis=-1).reshape(-1, 2).astype(float)
    if where.up > 0:
        faces = faces[:, ::-1]
    uv = grid[faces] * ([1, -1] if where.up > 0 else [1, 1])
    return Part(rows.reshape(-1, 3), faces, _fill(uv) + ([0, 0] if where.up > 0 else [0, 1.05]))       # both jaws share one chart


def _gum_columns(where, side):
    """Return the cross-sections (C, R, 3) of the gum over one half of a jaw, from the midline backwards."""
    out, start = [], 0.0
    for width, height, depth, over, _ in CROWNS[where.jaw]:
        out += [_gum_section(where, side * (start + share * width), height, depth, over, share == 0) for share in GUM_AT]
        start += width
    return np.array(out + [_gum_section(where, side * start, height, depth, over, True)])


def _gum_section(where, along_mm, height, depth, over, between):
    """Return one cross-section (R, 3) of the gum, from the fold behind the lip over the crest to the tongue's side."""
    place, outward = where.frame(np.where(along_mm == 0, 1e-9, along_mm) / 1000)
    back, rise = PAPILLA if between else (0.0, 0.0)
    front = [(INSET_MM + o + (back if 0 < n < 9 else 0), n - (rise * height if n < 1 else 0)) for o, n in GUM]
    behind = INSET_MM - 0.80 * depth
    v, n = np.array([*front, (behind - 0.6, 0.4 - 0.6 * rise * height), (behind - 2.5, 5.0)]).T
    level = where.plane(place[1]) + where.up * (n + 0.97 * height - over) / 1000
    return np.concatenate([place + v[:, None] * outward / 1000, level[:, None]], axis=1)


def _shares(points, average, blocks, jaw):
    """Return the rows (N, P) that make points affine functions of the block of their jaw; columns: both blocks."""
    own = _shares_of(average[blocks[jaw]], points)
    return np.concatenate([own if name == jaw else np.zeros((len(points), len(block))) for name, block in blocks.items()], axis=1)


def _shares_of(block, points):
    """Return the rows (N, P), sums 1, of the affine map that is fitted to a block (P, 3), for points (N, 3)."""
    centre = block.mean(axis=0)
    return np.c_[points - centre, np.ones(len(points))] @ np.linalg.pinv(np.c_[block - centre, np.ones(len(block))])
