"""What stands around the face: cameras, lights, world, materials, render passes, and what this Blender can do.

    device      CPU or GPU, denoiser: what was asked, what is there
    nodes       node trees from tables
    cameras     a View into Blender's camera
    lights      studio, window, ceiling: drawn as plain numbers, then set
    world       plain or HDRI surroundings, the backdrop behind the head, and the exposure for a skin
    colour      Lab, sRGB, daylight: numpy only
    complexion  the colour of every vertex of a skin: numpy only
    materials   shaders, class numbers, label AOVs
    dress       materials and colours on a rigged face; a new face, ready to be looked at
    passes      which passes Cycles writes
    surface     the evaluated mesh as arrays, and places on it
"""
