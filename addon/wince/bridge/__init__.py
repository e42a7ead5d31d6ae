"""The only place where arrays become Blender data and back; no UI, nothing about pictures.

    version     the one place that knows how Blender versions differ
    mesh        meshes, attributes, shape key coordinates: arrays in, arrays out
    pictures    images: arrays in, arrays out
    drivers     rows of the rig as Blender drivers
    armature    bones, AU properties, what turns them
    poses       the AU sliders as they stand: read, move, keyframe, pose assets
    people      people by the text of their identity, built once
    face        the rigged face: build, find, pose, reshape, remove
    worn        what a face wears, as objects
    follow      how worn things follow the skin, as Geometry Nodes
    wrinkles    wrinkles that follow the action, as Geometry Nodes
    sculpted    the person as the mesh has them, sculpted keys included
    copies      copied faces: what is not sound about one, a rig of its own
    gaze        what the eyes look at, as drivers of the gaze AUs
    actions     the action that a datablock may write to
    fcurves     action units and PSPI over time as F-curves
    sampling    what moves a face, frame by frame, as Blender evaluates it
    bake        a face's animation as keys on shape keys and bones, and back
    handles     where the handles on a face are, and what their pull means in its own frame
    nodes       node trees from tables
    geometry_nodes   the node group of the heat overlay
    heat        the heat overlay of a face: show, hide, settings
    viewport    how 3D views are shaded while heat is shown
"""
