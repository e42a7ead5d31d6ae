// SPDX-License-Identifier: GPL-3.0-or-later
//
// A job type of Flamenco 3: a dataset that Wince planned. Written by `wince farm flamenco`; read it, edit it.
//
// Put it beside the manager as scripts/wince.js and restart the manager; its job type is then called "wince". Submit job.json, which
// lies beside this file, by `wince farm flamenco DIR --submit URL`, or choose the job type in Flamenco's add-on and fill in the settings.
//
// It was compiled and run under Node with a stand-in for Flamenco's functions, and its commands were run for real. NO REAL FLAMENCO MANAGER
// HAS RUN IT YET: docs/farm/flamenco.md has the list to go through first.
//
// A task does whole shards. It may be killed at any moment and run again, anywhere, also twice at once: samples that are done stay done.
// So no setting says whether to overwrite, and a requeued task only does what is missing.

const JOB_TYPE = {
    label: "Wince dataset",
    description: "Render the shards of a dataset that `wince plan` wrote: paint where the plan paints, then render, then verify",
    settings: [
        { key: "dataset", type: "string", subtype: "dir_path", required: true, eval: "abspath('//')",
          evalInfo: { showLinkButton: false, description: "The folder of this blend file" },
          description: "The folder that `wince plan` wrote, on storage that all workers reach; the pictures go there too" },
        { key: "shards", type: "string", required: true,
          description: "Which shards of the plan: numbers and ranges, both ends included. Examples: '47', '0-24', '0-24, 30'" },
        { key: "shards_per_task", type: "int32", default: 0, propargs: { min: 0 }, visible: "submission",
          description: "How many shards a task does; 0: as few as keeps the job small enough for the manager" },
        { key: "paint", type: "bool", default: false, visible: "submission",
          description: "Paint people's skins first; for plans that were made with painting" },
        { key: "workers", type: "int32", default: 0, propargs: { min: 0, max: 256 }, visible: "submission",
          description: "How many Blender processes a task runs beside one another; 0: one per processor, as far as memory goes" },
        { key: "threads", type: "int32", default: 0, propargs: { min: 0, max: 1024 }, visible: "submission",
          description: "How many threads each Blender renders with; 0: an even share of the processors" },
        { key: "wince", type: "string", default: "wince", visible: "submission",
          description: "The `wince` command on the workers, one program without words of its own; a manager's variable such as {wince} may stand here" },
        { key: "paint_wince", type: "string", default: "", visible: "submission",
          description: "The `wince` command of the Python that paints; empty: the same" },
        { key: "render_task_type", type: "string", default: "blender", visible: "submission",
          description: "Which workers render: those that accept tasks of this type" },
        { key: "paint_task_type", type: "string", default: "wince-gpu", visible: "submission",
          description: "Which workers paint: give those with a GPU this task type in their configuration" },
        { key: "plan", type: "string", default: "", editable: false, visible: "web",
          description: "The hash of the plan" },
    ],
};

// The manager keeps its tasks in SQLite, and its web page shows them all: a few hundred are comfortable.
const MOST_CHUNKS = 150;

const SHARDS = /^ *[0-9]+ *(- *[0-9]+ *)?(, *[0-9]+ *(- *[0-9]+ *)?)*$/;

function compileJob(job) {
    const settings = checked(job.settings);
    const renders = [];
    for (const chunk of chunksOf(settings)) {
        const render = renderTask(settings, chunk);
        if (settings.paint) {
            const paint = paintTask(settings, chunk);
            render.addDependency(paint);                // of this chunk alone: rendering starts while others are painted
            job.addTask(paint);
        }
        job.addTask(render);
        renders.push(render);
    }
    job.addTask(verifyTask(settings, renders));
    print("wince:", renders.length, "chunks of shards", settings.shards);
}

function paintTask(settings, chunk) {
    return task("paint-" + chunk, settings.paint_task_type, settings.paint_wince || settings.wince,
        ["paint", settings.dataset, "--shards", chunk]);
}

function renderTask(settings, chunk) {
    return task("render-" + chunk, settings.render_task_type, settings.wince,
        ["work", settings.dataset, "--shards", chunk, "--workers", String(settings.workers), "--threads", String(settings.threads),
            "--lenient"]);          // a sample in quarantine fails `verify`, and blocks no worker
}

function verifyTask(settings, renders) {
    const verify = task("verify", "misc", settings.wince, ["verify", settings.dataset]);
    for (const render of renders) {
        verify.addDependency(render);
    }
    return verify;
}

// `exec` runs a program without a shell; exit code 0 is success, anything else a failure that Flamenco tries again on another worker.
function task(name, type, exe, args) {
    const made = author.Task(name, type);
    made.addCommand(author.Command("exec", { exe: exe, args: args }));
    return made;
}

// Cut the shards into chunks, "0-16", "17-33" and so on.
function chunksOf(settings) {
    const count = frameChunker(settings.shards, 1).length;
    const fewest = Math.ceil(count / MOST_CHUNKS);
    const size = settings.shards_per_task || fewest;
    if (size < fewest) {
        throw `wince: ${count} shards with shards_per_task ${size} are more than ${MOST_CHUNKS} chunks: give at least ${fewest}, or 0`;
    }
    return frameChunker(settings.shards, size);
}

// Return the settings with the defaults of those that are not given: a job that comes by REST has only what its sender wrote.
function checked(given) {
    const settings = {};
    for (const known of JOB_TYPE.settings) {
        const value = given[known.key];
        settings[known.key] = value === undefined || value === null ? known.default : value;
        check(known, settings[known.key]);
    }
    if (!SHARDS.test(settings.shards)) {
        throw `wince: shards is "${settings.shards}": write numbers and ranges, such as 0-24, 30`;
    }
    return settings;
}

function check(known, value) {
    const types = { string: "string", int32: "number", bool: "boolean" };
    if (known.required && (value === undefined || value === "")) {
        throw `wince: ${known.key} is missing: ${known.description}`;
    }
    if (typeof value !== types[known.type]) {
        throw `wince: ${known.key} is ${value}: it has to be of type ${known.type}`;
    }
    if (known.type === "int32" && (value !== Math.floor(value) || value < known.propargs.min)) {
        throw `wince: ${known.key} is ${value}: it has to be a whole number from ${known.propargs.min} on`;
    }
    if ((known.key === "wince" || known.key.endsWith("_task_type")) && value.trim() === "") {
        throw `wince: ${known.key} is empty: ${known.description}`;
    }
}
