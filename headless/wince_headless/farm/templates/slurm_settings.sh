#!/bin/bash
# shellcheck disable=SC2034
# What all steps share; the sbatch files read it. Edit it as you like.
# What a step asks for (partition, time, memory, processors) stands in the #SBATCH lines of its own file.

# The command, as the nodes call it; several words if need be: (python -m wince_headless)
WINCE=(@WINCE@)
# The same on nodes that paint: the `wince` of the Python that has the painter's libraries.
PAINT_WINCE=(@PAINT_WINCE@)
# The planned dataset, seen from this folder. Both must be where every node sees them.
DATASET=@DATASET@
# A disk of the node's own, for temporary files and Blender's settings.
LOCAL=${SLURM_TMPDIR:-${TMPDIR:-/tmp}}
# How often an element that was stopped goes back into the queue before it gives up with exit code 75.
REQUEUES=@REQUEUES@

# If `wince` is not in reach of a node at once, what brings it there stands here:
# module load python/3.11
# source /shared/wince/.venv/bin/activate
