"""From JOB.json to samples on disk. What is named before `shutter` needs no Blender.

    spec         the job's dataclasses, and their JSON
    choices      words of it that menus offer
    check        ranges and choices
    rigs         camera rigs by name
    presets      named expressions, built in and an artist's own
    dealing      counted draws: shares and scores that a cell's totals differ by at most one in
    plan         a plan on disk, read shard by shard
    expand       the list of samples, and what everyone shows
    people       who is in a job
    layout       keys and paths
    textures     painted skins on disk: whose they are, what a label says of them
    disk         files and folders that are whole or absent
    processors   on which of them this process runs
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
    writer       the thread that makes the files
    render       the loop
    process      a program in the background: start, hear, stop
    child        a render in a Blender of its own
    painter      a painting in a Python of its own, the check of that Python, the fetching of its models
    run          words in, progress lines and an exit code out
    service      a plan's people in one studio, each compared with its line in the plan
    serve        a worker: orders in, progress lines and an exit code out
"""
