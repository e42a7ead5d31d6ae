"""A plan -> plain files for the engines of a farm; they schedule, `wince work` works.

    chosen     which shards: those named, or those missing
    chunks     shards -> tasks, so that an engine's limits hold
    slurm      sbatch files: paint, render, verify; an array whose elements are ranges of shards
    times      what to ask Slurm for, and when an element is told that it is over
    openjd     template.yaml and parameters for OpenJD and Deadline Cloud
    flamenco   a job type script, and the settings of one job
    submit     runs the engine's own command, when asked
    fill       templates -> text
    written    text -> files, but for those that somebody has changed
    templates/ the files themselves, with places to fill
"""
