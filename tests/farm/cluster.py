"""A Slurm cluster of one node in a folder: a real munged, slurmctld and slurmd, without systemd, cgroups or a GPU.

The node claims more processors than there are and one GPU that is /dev/null, so that throttles, gres and dependencies can be seen at work.
"""

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
FINISHED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "DEADLINE", "BOOT_FAIL"}

# cred_expire: a requeued job waits that long; two minutes by default, which a test has no time for.
# bf_min_age_reserve: this node is those with GPUs and those without in one; a job that waits for the GPU must not keep it for itself.
CONFIGURATION = """
ClusterName=wince
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=8
CryptoType=crypto/munge
SlurmctldPort={ctld}
SlurmdPort={slurmd}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,bf_min_age_reserve=600
ReturnToService=2
MinJobAge=3600
KillWait=5
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
AccountingStorageType=accounting_storage/none
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=64000 Gres=gpu:1 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Return which of Slurm's daemons are not installed."""
    return [name for name in (*DAEMONS, "sbatch", "scontrol") if shutil.which(name, path=PLACES) is None]


@dataclass
class Cluster:
    """A cluster that runs: its folder, the environment in which Slurm's commands find it, its daemons."""

    folder: Path
    environment: dict
    daemons: list = field(default_factory=list)

    def run(self, *words, cwd=None, **more):
        """Run a command against the cluster and return what it says; an AssertionError when it fails."""
        done = subprocess.run([str(word) for word in words], env=self.environment | more, cwd=cwd, capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def jobs(self, *numbers):
        """Return what Slurm knows of every element of some jobs, all jobs by default: a dict of `scontrol show job` each."""
        shown = self.run("scontrol", "-o", "show", "job")
        lines = [line.split() for line in shown.splitlines() if line.startswith("JobId")]
        found = [dict(word.split("=", 1) for word in line if "=" in word) for line in lines]
        return [job for job in found if not numbers or job.get("ArrayJobId", job["JobId"]) in map(str, numbers)]

    def element(self, number, index):
        """Return what Slurm knows of one element, None while it is still one of the crowd that waits."""
        return next((job for job in self.jobs(number) if job.get("ArrayTaskId") == str(index)), None)

    def wait(self, *numbers, seconds=180):
        """Wait until jobs have ended and return their elements; an AssertionError when that takes too long."""
        return self.until(lambda: (jobs := self.jobs(*numbers)) and all(job["JobState"] in FINISHED for job in jobs) and jobs, seconds)

    def until(self, true, seconds=90):
        """Wait until a function returns something true, and return that."""
        end = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < end, f"waited {seconds} s\n{self.run('squeue')}"
            time.sleep(0.2)
        return found

    def stop(self):
        """End all jobs and daemons, and what they have left."""
        try:
            if self.daemons:
                self.run("scancel", "--user", getpass.getuser())
                self.until(lambda: not self.run("squeue", "-h"), 90)
        finally:
            self._end_daemons()

    def _end_daemons(self):
        for process in reversed(self.daemons):
            process.terminate()
        for process in reversed(self.daemons):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def start(cluster):
    """Start the daemons of a Cluster in its empty folder, and wait until it takes jobs; stop it also when that fails.

    cluster   Cluster; its folder's path is short, since a socket's has at most 107 letters
    """
    folder = cluster.folder
    for name in ("munge", "state", "spool"):
        (folder / name).mkdir(mode=0o700)
    (folder / "slurm.conf").write_text(CONFIGURATION.format(
        host=socket.gethostname().split(".")[0], user=getpass.getuser(), folder=folder, **_free_ports("ctld", "slurmd")))
    (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
    environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), "PATH": PLACES}
    cluster.environment = {name: value for name, value in environment.items() if name == "SLURM_CONF" or not name.startswith("SLURM_")}
    _munge(cluster)
    _daemon(cluster, "slurmctld", "-D", "-f", folder / "slurm.conf")
    _daemon(cluster, "slurmd", "-D", "-f", folder / "slurm.conf")
    cluster.until(lambda: _idle(cluster), 180)


def _munge(cluster):
    place = cluster.folder / "munge"
    key = place / "key"
    key.write_bytes(bytes(range(128)))              # nobody else reaches this munged: any key will do
    key.chmod(0o600)
    _daemon(cluster, "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={place}/socket", f"--pid-file={place}/pid",
            f"--log-file={place}/log", f"--seed-file={place}/seed")
    cluster.until(lambda: (place / "socket").exists(), 90)


def _daemon(cluster, name, *words):
    talk = open(cluster.folder / f"{name}.out", "wb")
    cluster.daemons.append(subprocess.Popen([shutil.which(name, path=PLACES), *map(str, words)], env=cluster.environment, stdout=talk,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL))
    talk.close()


def _idle(cluster):
    done = subprocess.run(["sinfo", "-h", "-o", "%T"], env=cluster.environment, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip() == "idle"


def _free_ports(*names):
    """Return {name: port}, none of them twice: all are held until all are found."""
    with contextlib.ExitStack() as held:
        doors = {name: held.enter_context(socket.socket()) for name in names}
        for door in doors.values():
            door.bind(("127.0.0.1", 0))
        return {name: door.getsockname()[1] for name, door in doors.items()}
