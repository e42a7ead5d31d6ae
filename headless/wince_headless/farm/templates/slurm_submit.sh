#!/bin/bash
# Submits @NAME@. Whatever stands after ./submit.sh goes to every sbatch: ./submit.sh --partition=long
# Again, whenever you like: shards that are done cost a second each. `wince farm slurm ... --shards missing` writes a list of the others alone.
#
#   squeue --me                                   what runs and waits
#   wince status DIR                              what is done and missing, and how long yet
#   scancel JOB                                   stop; ./submit.sh goes on
#   scontrol update JobId=JOB ArrayTaskThrottle=8 fewer at once, or more
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p logs

# An element that paints sets the element of the same number free to render: paint and render must have the same --array.
# One that cannot paint takes its render along (--kill-on-invalid-dep) instead of leaving it in the queue for ever.
# <paint>
paint=$(sbatch --parsable "$@" paint.sbatch)
render=$(sbatch --parsable --dependency="aftercorr:${paint%%;*}" --kill-on-invalid-dep=yes "$@" render.sbatch)
echo "paint ${paint%%;*}"
# </paint>
# <render>
render=$(sbatch --parsable "$@" render.sbatch)
# </render>
# afterany, not afterok: one bad element shall not keep the others from being looked at.
verify=$(sbatch --parsable --dependency="afterany:${render%%;*}" "$@" verify.sbatch)
echo "render ${render%%;*}"
echo "verify ${verify%%;*}"
echo "logs: $PWD/logs"
