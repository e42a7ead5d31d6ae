"""The painter: a person's skin from a diffusion model, from an image on the atlas, or as built in; never bpy, talks to Blender by files.

    settings     what a painting is made with: backend, models, views, steps, sizes; the preset of each backend
    door         what the command line calls: words -> settings, people, exit code
    run          people -> texture folders, one after the other; what is done already
    pipeline     a person -> an albedo: the stages in their order
    planned      the people and settings of a plan, shards by shards, through the same door
    telling      how far it is: a bar, a log, events for the panel in Blender; when to stop
    texture      the files of a painted skin on their way to disk; the add-on reads them through wince.job.textures
    diffusion    the painter that asks a model
    procedural   the built-in skin through the same door
    photo        an image on the pack's atlas, such as FFHQ-UV's, through the same door
    surface      what the texels of a person's atlas show: places, normals, which may be painted, which are skin
    views        the cameras that a head is painted from
    zbuffer      which triangle every pixel of a view shows
    conditions   depth, normals, positions, lines and masks as models want them
    projection   where texels lie in the views and pixels on the atlas; who sees what
    prompts      words for a person, from templates
    denoise/     views that are denoised together: noise levels, the atlas between them, batches, checkpoints (torch)
    backends/    one small file per model family: encode, decode, predict_x0 (torch, diffusers)
    models/      where weights lie, which revision, hashes and licences; the only network, and only when asked
    finish/      from fused colours to an albedo: delight, tone, fill, seams, quality; numpy
    preview      the sheet to look at
    devices      what there is to compute on, its free memory, the number type that suits it
    cost         memory and time that a painting needs, and what is free
    measured     what paintings took on this machine, remembered
    benchmark    seconds and memory with random weights of the real sizes
"""
