"""From fused colours to an albedo; arrays over the texels of a Surface, linear sRGB float32, unless said otherwise.

    delight   takes the light out: what reaches every point of the skin, cast shadows included
    heal      skin along the borders of hard shadows
    light     the light on a head, from the colours of its points
    transfer  how much light from each direction reaches each point
    points    between texels and the points of the mesh
    shine     highlights, back to what surrounds them
    tone      the mean of the skin to the person's target
    fill      texels that no view saw, from their neighbours in space
    bands     what is broad, what is grain, and grain where there is none
    seams     the borders of the atlas, so that both sides meet
    quality   the numbers by which a painting is judged
"""
