"""FACS: what a face can do, said in numbers (numpy and the standard library only).

Files, in reading order
    table            the action units: one row each, how the mesh makes them, what excludes what; the names on the rig
    intensity        FACS steps 0..5 <-> share of full displacement 0..1, one fixed monotone curve
    action_units     ActionUnits, an immutable set of intensities; reads and prints "4C+6D+L7B+9B+43"
    pspi             the Prkachin and Solomon pain score with its four terms
    published        action units as 3DPain and UNBC-McMaster write them
    arkit            to and from the 52 ARKit blendshape names, saying what is lost
    expressions      Expression, and the kinds of faces that are not pain
    samplers         the one door to the samplers below
    sample_pain      pain expressions: the PSPI first, then action units that make it
    sample_nonpain   joy, speech, blinks, ... and hard negatives
    pose             head and gaze: their angles, and their jitter
    chance           the few random draws that the samplers share

Versions that every label carries: `table.TABLE_VERSION`, `intensity.CURVE_VERSION`.
"""
