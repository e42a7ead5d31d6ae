#!/bin/bash
# How a step runs on a node; the sbatch files read it. There is little to edit here.
#
#   exit 0      done                                    1    done but for samples in quarantine, or verify found something
#   exit 2      wince refused, and the log says why     75   stopped, and put back into the queue too often: ./submit.sh goes on

[ -f settings.sh ] || { echo "settings.sh is not here: call sbatch in the folder of this file, or ./submit.sh" >&2; exit 2; }
source ./settings.sh
[ -n "${PAINT_WINCE[*]:-}" ] || PAINT_WINCE=("${WINCE[@]}")

# Which shards this element of the array does: its line in shards.txt.
if [ -n "${SLURM_ARRAY_TASK_ID:-}" ]; then
    SHARDS=$(awk -v element="$SLURM_ARRAY_TASK_ID" '$1 == element { print $2 }' shards.txt)
    [ -n "$SHARDS" ] || { echo "shards.txt has no line for element $SLURM_ARRAY_TASK_ID: make --array fit its lines" >&2; exit 2; }
fi
export PROCESSORS=${SLURM_CPUS_PER_TASK:-1}

# Blender writes settings and temporary files. Elements share neither, and nothing of it goes over the network.
OWN=$(mktemp -d "$LOCAL/wince-$SLURM_JOB_ID-XXXXXX") || exit 2
trap 'rm -rf "$OWN"' EXIT
mkdir -p "$OWN/config" "$OWN/tmp"
export TMPDIR=$OWN/tmp BLENDER_USER_CONFIG=$OWN/config

# Runs a command to its end and hands on its exit code. Slurm sends this shell two kinds of signal, see the man page of sbatch:
#   USR1, to this shell alone, when the time is nearly up (--signal=B:USR1@120) or someone says `scancel --batch --signal=USR1 JOB`:
#         wince is asked to finish the picture in hand, and the element goes back into the queue;
#   TERM, to everything that runs here, with `scancel`, `scontrol requeue`, or a preemption: wince has heard it too, and Slurm
#         knows what shall happen next.
run() {
    echo "wince: job $SLURM_JOB_ID, element ${SLURM_ARRAY_TASK_ID:--}, start $((${SLURM_RESTART_COUNT:-0} + 1)) on $SLURMD_NODENAME: $*"
    "$@" &
    local child=$! code heard=1 told=
    trap 'heard=1; kill -TERM "$child" 2>/dev/null' USR1
    trap 'heard=1; told=1' TERM
    while [ "$heard" = 1 ]; do          # a signal ends `wait` before the command has ended
        heard=0
        wait "$child"
        code=$?
    done
    if [ -z "$told" ] && { [ "$code" = 75 ] || [ "$code" = 137 ]; }; then      # stopped; or killed (9), most likely for its memory
        back_into_the_queue
        code=75
    fi
    exit "$code"
}

back_into_the_queue() {
    if [ "${SLURM_RESTART_COUNT:-0}" -ge "$REQUEUES" ]; then
        echo "wince: stopped for the $((REQUEUES + 1))th time, and that is enough: look at this log, then ./submit.sh goes on"
    else
        echo "wince: stopped; this element goes back into the queue"
        scontrol requeue "$SLURM_JOB_ID"
    fi
}
