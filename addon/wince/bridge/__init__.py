"""The only place where arrays become Blender data and back; no UI, nothing about pictures.

    version     the one place that knows how Blender versions differ
    mesh        meshes, attributes, shape key coordinates: arrays in, arrays out
    drivers     rows of the rig as Blender drivers
    armature    bones, AU properties, what turns them
    people      people by the text of their identity, built once
    face        the rigged face: build, find, pose, reshape, remove
"""
