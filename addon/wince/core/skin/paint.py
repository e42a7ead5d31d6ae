"""A person's albedo picture: layers of pigment laid over the atlas, then the whole set to the tone that the identity asks for.

Every layer is an amount per texel of something that takes so much of each colour away (`pigments`), so layers add up and the picture is
one matrix product. Amounts are set by eye and by what dermatology says of where blood, melanin and spots are; tone is exact.
"""

import numpy as np

from .. import colour
from ..streams import stream
from . import ground, hairs, layers, pigments, tone

VERSION = 3                            # of how people are painted
SIZE = 1024                            # texels along a side: 0.28 mm on a face
LOWEST, HIGHEST = 0.004, 0.92          # albedo
ROUNDS = 2                             # of setting the tone: clipping moves it a little


def albedo(person, size=SIZE):
    """Return a person's skin as painted on the pack's atlas, (size, size, 3) float32 linear sRGB, row 0 at v = 0.

    person   core.face.Person, or anything with its `identity` and `pack`: shapes do not count
    """
    who, here = person.identity, ground.of(person.pack, size)
    amounts, transmissions, cover = _layers(person, here)
    light = _light(amounts, transmissions.T.astype(np.float32))
    weight = here.area * np.clip(1 - cover, 0, 1)
    target = np.clip(colour.from_lab(who.skin_lab), LOWEST, HIGHEST)
    for _ in range(ROUNDS):
        light *= (target / (np.einsum("cn,n->c", light, weight) / weight.sum()))[:, None].astype(np.float32)
        np.clip(light, LOWEST, HIGHEST, out=light)
    return np.ascontiguousarray(light.T).reshape(size, size, 3)


def _light(amounts, transmissions):
    """Return what light comes back, (3, N) float32, block by block: all layers in one array would be 50 MB."""
    light = np.empty((3, len(amounts[0])), np.float32)
    for part in ground.blocks(light.shape[1]):
        np.exp(-(transmissions @ np.stack([row[part] for row in amounts]).astype(np.float32, copy=False)), out=light[:, part])
    return light


def measured(person, rgb):
    """Return the facts of a painted skin, see `tone.facts`: the mean over skin by area, without lips, brows, scalp hair and beard.

    rgb   (S, S, 3) linear sRGB, as `albedo` returns it or as an artist has painted over it
    """
    here = ground.of(person.pack, len(rgb))
    weight = here.area * np.clip(1 - hairs.cover(person, here), 0, 1)
    return tone.facts(np.einsum("n,nc->c", weight, rgb.reshape(-1, 3).astype(np.float64)) / weight.sum())


def key(person, size=SIZE):
    """Return what a painting depends on, as text: equal text, equal picture."""
    who = person.identity
    look = who.look
    return repr((VERSION, size, person.pack.hash, who.seed, who.number, who.age, who.gender, tuple(map(float, who.skin_lab)), look.seed,
                 look.skin, look.brows, look.hair, look.facial_hair))


def draws(who, name):
    """Return the random generator of one layer of a person's skin."""
    return stream(who.look.seed, "look.skin", who.seed, who.number, name)


def _layers(person, here):
    """Return amounts [L of (N,)], what each takes (L, 3), and how much of the skin hair covers (N,)."""
    who, grown = person.identity, hairs.scalp(person, here)
    rows = [layers.melanin(who, here, draws), layers.blood(who, here, draws), layers.depth(who, here, draws)]
    takes = [pigments.MELANIN, pigments.BLOOD, pigments.DEPTH]
    for amount, take in (*layers.lips(who, here, draws), *layers.linings(who, here), *hairs.layers(person, here, grown, draws)):
        rows.append(amount)
        takes.append(take)
    return rows, np.array(takes), hairs.cover(person, here, grown)
