"""From JOB.json to samples on disk. `spec`, `check`, `layout`, `rigs`, `expand`, `record` and `resume` need no Blender.

    spec         the job's dataclasses, and their JSON
    check        ranges and choices
    rigs         camera rigs by name
    expand       the list of samples, and what everyone shows
    layout       keys and paths
    disk         files that are whole or absent
    png, exr     the two formats, without a library
    encode       passes -> pictures
    visibility   what a view shows of points on the face
    record       the labels that are not pictures
    resume       what is finished, and whose folder this is
    studio       the scene, made once
    sitting      a person in it
    writer       the thread that makes files while Blender renders
    render       the loop
    run          words in, progress lines and an exit code out
"""
