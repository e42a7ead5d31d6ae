# What every step of this dataset shares; each sbatch file and submit.sh read it. Edit it as you like.
# How much a step asks for (partition, time, memory, processors) stands in the #SBATCH lines of its own file.

WINCE=(@WINCE@)                # the command, as the nodes call it; as many words as it has
DATASET=@DATASET@              # the planned dataset, seen from this folder, which every node must see
LOCAL=${SLURM_TMPDIR:-${TMPDIR:-/tmp}}     # a disk of the node's own for Blender's settings and temporary files
REQUEUES=@REQUEUES@            # how often an element that was stopped puts itself back into the queue before it gives up (exit code 75)

# What makes `wince` reachable on a node, if it is not so at once, stands here:
# module load python/3.11
# source /shared/wince/.venv/bin/activate
