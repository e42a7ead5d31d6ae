"""The only place where arrays become Blender data and back; no UI, nothing about pictures.

    mesh        meshes, attributes, shape key coordinates: arrays in, arrays out
    drivers     rows of the rig as Blender drivers
    armature    bones, AU properties, what turns them
    face        the rigged face: build, pose, reshape, remove
"""
