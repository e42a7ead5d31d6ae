"""Skin as numbers: what colour it is where, painted on the pack's atlas.

    tone        the colour of a whole skin: measured, ITA, Monk step
    pigments    from melanin and blood to a colour
    areas       where beard and scalp hair grow, lips end, blood shows: weights of vertices
    noise       mottling that repeats without a seam
    ground      what a pack's atlas shows where, at one size: made once
    layers      pigment layer by layer
    spots       freckles, moles, age spots, blemishes, in millimetres
    hairs       what hair does to the skin it grows from
    marks       dots in a picture
    paint       a person's albedo picture
    pores       the fine relief that all skins share: pores, furrows, lumps
    mottle      the fine colour that all skins share, where the atlas is too coarse
"""
