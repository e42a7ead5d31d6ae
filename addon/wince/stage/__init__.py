"""What stands around the face: cameras, lights, world, materials, render passes, and what this Blender can do.

    device      CPU or GPU, denoiser: what was asked, what is there
    cameras     a View into Blender's camera, and back; the cameras of an artist's scene
    collections where the cameras and lamps of an artist's scene are kept
    lights      studio, window, ceiling: drawn as plain numbers, then set
    world       plain or HDRI surroundings, the backdrop behind the head, and the exposure for a skin
    backdrop    what only the camera sees behind the head
    rooms       rooms as plain numbers, for backdrops
    setting     light, world and exposure of a person: drawn, set, and whether a scene still has it
    complexion  the colours of a plain face, of irises and brows: numpy only
    painting    the painted skin as an image in a face's materials
    materials/  shaders, class numbers, label AOVs
    grown       where hair grows on the skin, for the class picture
    wardrobe    what a face wears, put on
    dress       materials and colours on a rigged face; a new face, ready to be looked at
    eye_texture the eyes' picture for export: white, iris with fibres, pupil
    plain_copy  a face as other programs take it: plain materials, one texture, targets by name
    plain_worn  what it wears, as card meshes
    plain_motion   its animation as keys on that copy
    passes      which passes Cycles writes
    overrides   what of an artist's scene is set aside so that labels stay true
    labelling   labels on one face of a scene, whatever it wears, and on nobody else
    surface     the evaluated mesh as arrays, and places on it
"""
