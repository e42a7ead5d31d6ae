"""Datasets decided before anything is rendered: who, what they show, from where, with which seeds.

    ranges   "0-24,30" <-> shard numbers
    write    a job -> plan.json, plan.index, plan.jsonl.gz, in bounded memory
    painted  what a plan says of skins that are painted first
    lines    a person of a job -> the line of the plan
    painted  what a plan says of skins that are to be painted
    cells    how many samples every cell has, as a table
    status   what of a plan is done, missing, in quarantine; how fast, how long yet

A plan is read by `wince.job.plan`.
"""
