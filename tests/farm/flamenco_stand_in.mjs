// Flamenco's script interface, as far as job types use it, written anew from reading its sources (internal/manager/job_compilers).
// It refuses what the manager refuses, and what would be a mistake even where the manager lets it through.
//
//   node flamenco_stand_in.mjs wince.js < job.json      prints {"tasks": [...], "printed": [...]}, or {"refused": "..."}
//
// The real interpreter is goja: strict mode, no Node. Node's `vm` knows more of the language than goja, so newer syntax is refused by a scan.

import fs from "node:fs";
import vm from "node:vm";

const SETTING_KEYS = new Set(["key", "type", "subtype", "required", "default", "eval", "evalInfo", "visible", "editable", "propargs", "choices",
    "description", "label"]);
const TYPES = { string: "string", int32: "number", float: "number", bool: "boolean" };
const SUBTYPES = new Set(["file_path", "dir_path", "file_name", "hashed_file_path"]);
const VISIBLE = new Set(["visible", "submission", "web", "hidden"]);
const NOT_IN_GOJA = [[/\?\./, "?."], [/\?\?/, "??"], [/\*\*/, "**"], [/\basync\b|\bawait\b/, "async"], [/\bfunction\s*\*/, "a generator"],
    [/^\s*(import|export)\b/m, "a module"], [/\(\?<[=!]/, "lookbehind"], [/\b\d+n\b/, "BigInt"], [/\b(console|require|setTimeout|fetch|Intl)\b/, "Node"],
    [/\.(at|flat|flatMap|matchAll|structuredClone)\(/, "a newer method"]];

function need(fact, sentence) {
    if (!fact) { throw new Error(sentence); }
}

function checkSource(source) {
    const code = source.replace(/^\s*\/\/.*$/gm, "");
    for (const [pattern, what] of NOT_IN_GOJA) { need(!pattern.test(code), `goja may not know ${what}: ${pattern.exec(code)}`); }
}

function checkJobType(type) {
    need(type && typeof type.label === "string" && type.label, "JOB_TYPE has no label");
    need(Array.isArray(type.settings), "JOB_TYPE has no settings");
    need(Object.keys(type).every((key) => ["label", "description", "settings"].includes(key)), "JOB_TYPE has an unknown key");
    const keys = type.settings.map((setting) => setting.key);
    need(new Set(keys).size === keys.length, "two settings have one key");
    type.settings.forEach(checkSetting);
}

function checkSetting(setting) {
    const where = `setting ${setting.key}`;
    need(/^[a-z][a-z0-9_]*$/.test(setting.key), `${where}: not usable as a property in Blender`);
    for (const key of Object.keys(setting)) { need(SETTING_KEYS.has(key), `${where}: unknown ${key}`); }
    need(setting.type in TYPES, `${where}: unknown type ${setting.type}`);
    need(!("subtype" in setting) || (setting.type === "string" && SUBTYPES.has(setting.subtype)), `${where}: unknown subtype ${setting.subtype}`);
    need(!("visible" in setting) || VISIBLE.has(setting.visible), `${where}: unknown visible ${setting.visible}`);
    need(!("choices" in setting) || setting.type === "string", `${where}: choices are for strings`);
    need(!("default" in setting) || typeof setting.default === TYPES[setting.type], `${where}: its default has another type`);
    need(!("eval" in setting) || typeof setting.eval === "string", `${where}: eval is a Python expression, a string`);
    need(!("evalInfo" in setting) || (typeof setting.evalInfo.description === "string" && typeof setting.evalInfo.showLinkButton === "boolean"),
        `${where}: evalInfo needs description and showLinkButton`);
    need(typeof setting.description === "string" && setting.description, `${where}: no description`);
}

class Task {
    constructor(name, type) {
        need(arguments.length === 2, "author.Task(name, type): two arguments");
        need(typeof name === "string" && name.trim(), "author.Task(name, type): name is required");
        need(typeof type === "string" && type.trim(), "author.Task(name, type): type is required");
        Object.assign(this, { name: name.trim(), type: type.trim(), commands: [], dependencies: [] });
    }

    addCommand(command) {
        need(command instanceof Command, "addCommand takes what author.Command returned");
        this.commands.push(command);
    }

    addDependency(task) {
        need(task instanceof Task && task !== this, "addDependency takes another task");
        need(!this.dependencies.includes(task), `${this.name} depends on ${task.name} twice`);
        need(!this.added, `${this.name} was added already: AddTask copies, later changes are lost`);
        this.dependencies.push(task);
    }
}

class Command {
    constructor(name, parameters) {
        need(name === "exec", `this stand-in knows exec, not ${name}`);
        need(typeof parameters.exe === "string" && parameters.exe, "exec needs exe, a string");
        need(Array.isArray(parameters.args) && parameters.args.every((word) => typeof word === "string"), "exec's args are strings");
        need(Object.keys(parameters).every((key) => ["exe", "args"].includes(key)), "exec takes exe and args");
        Object.assign(this, { name, parameters });
    }
}

function explode(range) {
    need(range.trim(), "invalid range: empty");
    const frames = new Set();
    for (const part of range.replaceAll("..", "-").split(",")) {
        const ends = part.split("-").map((text) => text.trim());
        need(ends.length <= 2 && ends.every((end) => /^[+]?\d+$/.test(end)), `invalid range "${range}": ${part}`);
        const [low, high] = [Number(ends[0]), Number(ends[ends.length - 1])];
        for (let frame = low; frame <= high; frame++) { frames.add(frame); }
    }
    return [...frames].sort((a, b) => a - b);
}

function merge(frames) {
    const runs = [];
    for (const frame of frames) {
        const last = runs[runs.length - 1];
        if (last && frame === last[1] + 1) { last[1] = frame; } else { runs.push([frame, frame]); }
    }
    return runs.map(([low, high]) => low === high ? `${low}` : high === low + 1 ? `${low},${high}` : `${low}-${high}`).join(",");
}

function frameChunker(range, size) {
    need(typeof range === "string" && Number.isInteger(size) && size >= 1, "frameChunker(range, size): a string, and a size from 1 on");
    const frames = explode(range);
    need(frames.length, `invalid range "${range}": empty range`);
    const chunks = [];
    for (let k = 0; k < frames.length; k += size) { chunks.push(merge(frames.slice(k, k + size))); }
    return chunks;
}

// What a compiled job has to be, whoever authored it: names once, dependencies that are tasks of the job, no circles.
function checkTasks(tasks) {
    need(tasks.length, "the job has no tasks");
    need(new Set(tasks.map((task) => task.name)).size === tasks.length, "two tasks have one name");
    const done = new Set();
    for (let before = -1; before !== done.size;) {
        before = done.size;
        tasks.filter((task) => task.dependencies.every((other) => done.has(other))).forEach((task) => done.add(task));
    }
    need(done.size === tasks.length, "dependencies go in a circle, or to a task that is not in the job");
    for (const task of tasks) { need(task.commands.length, `${task.name} has no command`); }
}

function compile(source, submitted) {
    checkSource(source);
    const printed = [];
    const context = vm.createContext({
        author: { Task: (...words) => new Task(...words), Command: (name, parameters) => new Command(name, parameters) },
        path: { join: (...parts) => parts.join("/"), dirname: (path) => path.replace(/\/[^/]*$/, ""), basename: (path) => path.replace(/.*\//, ""),
            stem: (path) => path.replace(/.*\//, "").replace(/\.[^.]*$/, "") },
        process: { env: {} }, print: (...words) => printed.push(words.join(" ")), alert: (...words) => printed.push(words.join(" ")), frameChunker,
    });
    // Top-level `const` is no property of the global object; goja looks JOB_TYPE up by name, as the last expression here does.
    vm.runInContext(`"use strict";${source}`, context);
    const type = vm.runInContext("JOB_TYPE", context);
    checkJobType(JSON.parse(JSON.stringify(type)));
    const tasks = [];
    const job = { name: submitted.name, type: submitted.type, priority: submitted.priority, settings: { ...submitted.settings },
        metadata: { ...submitted.metadata }, created: new Date(0),
        addTask: (task) => { need(task instanceof Task, "addTask takes what author.Task returned"); task.added = true; tasks.push(task); } };
    vm.runInContext("compileJob", context)(job);
    checkTasks(tasks);
    return { tasks: tasks.map((task) => ({ ...task, added: undefined, dependencies: task.dependencies.map((other) => other.name) })), printed };
}

let answer;
try {
    answer = compile(fs.readFileSync(process.argv[2], "utf-8"), JSON.parse(fs.readFileSync(0, "utf-8")));
} catch (refusal) {
    answer = { refused: String(refusal.message === undefined ? refusal : refusal.message) };
}
process.stdout.write(JSON.stringify(answer));
