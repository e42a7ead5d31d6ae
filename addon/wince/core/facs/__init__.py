"""FACS: what a face can do, said in numbers (numpy and the standard library only).

Files, in reading order
    table            the action units: one row each, how the mesh makes them, what excludes what; the names on the rig
    intensity        FACS steps 0..5 <-> share of full displacement 0..1, one fixed monotone curve
    action_units     ActionUnits, an immutable set of intensities; reads and prints "4C+6D+L7B+9B+43"
    pspi             the Prkachin and Solomon pain score with its four terms
    published        action units as 3DPain and UNBC-McMaster write them
    arkit            to and from the 52 ARKit blendshape names, saying what is lost
    tracks           action units over time: made fit for a rig, scored
    captures         what face trackers record besides action units: ARKit over time, angles of head and eyes
    track_csv        tracks as CSV: OpenFace, Live Link Face, own
    expressions      Expression, and the kinds of faces that are not pain
    samplers         the one door to the samplers below
    sample_pain      pain expressions: the PSPI first, then action units that make it
    sample_nonpain   joy, speech, blinks, ... and hard negatives
    path             from neutral to the most pain, PSPI by PSPI
    sliders          sliders as they stand, contradictions and all: lay over, blend, mirror
    preset           a named expression as JSON
    pose             head and gaze: their angles, and their jitter
    handles          where to take hold of a face, and which action units a pull is
    chance           the few random draws that the samplers share

Versions that every label carries: `table.TABLE_VERSION`, `intensity.CURVE_VERSION`.
"""
