"""Everything around the renderer that an artist never loads: the command line, YAML, workers, pages, checks.

It talks to Blender through files and processes and never imports bpy; the core (numpy only) comes from the add-on.

Files
    cli         the `wince` command: words in, exit code out
    at_scale    its commands for datasets at scale: plan, run, work, status, pack-dataset, diff
    at_farm     and for farms
    config      YAML and --set -> wince.job.spec.Job, with errors that name line and key
    preflight   what can be refused before Blender starts
    launch      a job -> worker processes of Blender, progress, a clean stop
    progress    the bar, images per second, time left
    estimate    disk and time before a long job
    dataset     a rendered folder as Python sees it: its records, in order
    sheet/      a dataset -> one page to look at, and one picture
    plan/       a dataset decided before anything is rendered, in shards
    work/       shards -> samples on disk, whatever dies meanwhile
    farm/       plain files for Slurm, OpenJD and Flamenco
    release/    a finished dataset -> something to publish and to train on; what differs between two
    verify/     does a dataset, or a release, keep its promises
    au_sheet    the bench of action units: measured, rendered from A to E
    au_bands    what an action unit has to do, in millimetres
    parallel    tasks shared out to processes, answers in order
    tables      two tables to read
    info        versions, devices, pack, and what is wrong with the installation
    libraries   the system libraries that Blender's module needs
    exits       exit codes
    paint/      the painter: skins from diffusion models, from images on the atlas, as built in (torch, never bpy)
    __main__    `python -m wince_headless`
    addon_build the artist's zip
    pack_build/ the pinned wheel -> the face pack
"""
