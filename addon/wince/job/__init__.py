"""From JOB.json to samples on disk. `spec`, `check`, `layout`, `rigs`, `presets`, `expand`, `record` and `resume` need no Blender.

    spec         the job's dataclasses, and their JSON
    check        ranges and choices
    rigs         camera rigs by name
    presets      named expressions, built in and an artist's own
    expand       the list of samples, and what everyone shows
    layout       keys and paths
    disk         files that are whole or absent
    png, exr     the two formats, without a library
    glb          what a GLB file holds
    encode       passes -> pictures
    visibility   what a view shows of points on the face
    record       the labels that are not pictures
    resume       what is finished, and whose folder this is
    shutter      taking a view: passes, and the picture
    sitter       the face before the cameras, as labels see it
    studio       the scene of a job, made once
    set          an artist's own scene, taken as it stands
    session      a person before the cameras, and the record of every view
    sitting      a person of a job in the studio
    snapshot     one frame of an artist's scene, on a set
    writer       the thread that makes files while Blender renders
    render       the loop
    child        a render in a Blender of its own: start, hear, stop
    run          words in, progress lines and an exit code out
"""
