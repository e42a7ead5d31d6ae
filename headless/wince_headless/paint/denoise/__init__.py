"""Views of one head that are denoised together.

    levels      from one noise level to the next
    atlas       colours between views and atlas: gathered, never scattered
    sync        the loop: predict, agree, step
    batches     as many views at once as fit; half as many when memory runs out
    checkpoint  latents on disk, so that a killed painting goes on
    fuse        one colour per texel of the finished views
"""
