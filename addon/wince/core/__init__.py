"""The pure heart of Wince: numpy in, numpy out; no bpy, no torch, no scipy, nothing read on import.

Conventions, everywhere in this package
    length      metres (labels that say mm are millimetres)
    axes        Blender's: Z up, the face looks along -Y, +X is the character's left
    angles      radians; names that end in _deg are degrees
    matrices    act on column vectors
    floats      float64 inside, float32 at Blender's border
    cameras     exported in OpenCV's convention too (K, R, t; x right, y down, z forward)
    AUs         intensities 0..5 (FACS A..E = 1..5, 0 absent); the share of full displacement is 0..1

Files
    errors      WinceError, what a user can mend
    streams     random generators by name
    many        the first draw of many streams at once
    facs/       action units: table, notation, intensity curve, PSPI, ARKit, samplers of expressions
    pack        the face pack: one topology, its shapes, regions, landmarks
    identity    who: a small value that goes to JSON and back, and the sampler of people
    look        how a person looks beyond shape and tone; its fields are the axes
    ageing      what years do to a look
    skin/       the painted skin: pigments, layers, tone, pores
    worn/       what a face wears, as arrays: hair, brows, lashes, beard, clothes, glasses
    colour      Lab, CIEDE2000, sRGB, daylight
    face        the person built from an identity: rest mesh, shape deltas, eyes
    lids        eyelids that meet
    openings    eyes and mouth as rings of vertices
    lips        lips that meet
    rig         weights and bones of an AU vector; the numpy twin of the rig in Blender
    wrinkles    where a posed face folds, and how deep
    subdivision where the subdivided surface lies
    heatmap     pspi_heat, the pain heatmap, in millimetres per vertex
    heat_colours   the colours of heat, and its colour bar in numbers
    steps       smoothstep
    turns       yaw, pitch, roll and rotation matrices
    near        which of many points is nearest, the same in every process
    demographics   drawing people: cells, groups, folds
    variety     how far the local axes of drawn people vary, and what holds them together
    looks_drawn    drawing a look: hair, beard, glasses, clothes, skin
    axes        the local axes in groups, with labels; what a lock holds
    separation  how far apart the groups come out
    hdris       words for HDRIs, and which of them there are
    aims        what cameras and lamps are put around, and where in the world it stands
    atlas       vertex values as pictures on the atlas
    targets     the face units as plain morph targets, for other programs
    cameras     views: named, generated, and their K, R, t
"""
