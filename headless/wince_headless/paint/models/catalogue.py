"""The models that a backend loads when nothing else is named: plain data, readable where there is no torch.

Ids and revisions are those of third-party manifests in public repositories, licences those of the models' cards as read there. The files
are the full precision safetensors of each folder and its card: no pickles, no second copy at another precision.
"""

from ..backends.base import Need

CARD = "README.md"
STABLE_DIFFUSION = (CARD, "model_index.json", "scheduler/*.json", "tokenizer*/*", "text_encoder*/config.json",
                    "text_encoder*/model.safetensors", "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "vae/config.json",
                    "vae/diffusion_pytorch_model.safetensors")
TRANSFORMER = (CARD, "model_index.json", "scheduler/*.json", "tokenizer/*", "text_encoder/*.json", "text_encoder/*.safetensors",
               "transformer/*.json", "transformer/*.safetensors", "vae/*.json", "vae/*.safetensors")
NETWORK = (CARD, "config.json", "diffusion_pytorch_model.safetensors")       # one network in a folder of its own

# Bytes of a number in the wanted files, by the sizes of the published ones: Z-Image's network has 32 bits, its text encoder 16.
WIDTHS = {"sd15": {"base": 4, "control.depth": 4, "control.normal": 4}, "sdxl": {"base": 4, "vae": 4, "control": 2},
          "zimage": {"base": 3.2, "control": 2}, "qwen": {"base": 2, "control": 2}}

CATALOGUE = {
    "sd15": (
        Need("base", "stable-diffusion-v1-5/stable-diffusion-v1-5@451f4fe16113bff5a5d2269ed5ad43b0592e9a14", "CreativeML-OpenRAIL-M", 1.066,
             STABLE_DIFFUSION),
        Need("control.depth", "lllyasviel/control_v11f1p_sd15_depth@539f99181d33db39cf1af2e517cd8056785f0a87", "OpenRAIL", 0.3613, NETWORK),
        Need("control.normal", "lllyasviel/control_v11p_sd15_normalbae@cb7296e6587a219068e9d65864e38729cd862aa8", "OpenRAIL", 0.3613,
             NETWORK),
    ),
    "sdxl": (
        Need("base", "stabilityai/stable-diffusion-xl-base-1.0@462165984030d82259a11f4367a4eed129e94a7b", "CreativeML-OpenRAIL++-M", 3.469,
             STABLE_DIFFUSION),
        Need("vae", "madebyollin/sdxl-vae-fp16-fix@207b116dae70ace3637169f1ddd2434b91b3a8cd", "MIT", 0.0837, NETWORK),
        Need("control", "xinsir/controlnet-union-sdxl-1.0", "Apache-2.0", 1.257, NETWORK),   # no revision is known: fetch resolves `main`
    ),
    "zimage": (
        Need("base", "Tongyi-MAI/Z-Image-Turbo@f332072aa78be7aecdf3ee76d5c247082da564a6", "Apache-2.0", 10.26, TRANSFORMER),
        Need("control", "alibaba-pai/Z-Image-Turbo-Fun-Controlnet-Union-2.1@5155fc56d17821007d6f62ac192c09e0f0e72016", "Apache-2.0", 3.35,
             (CARD, "config.json", "*-2.1-2602-8steps.safetensors")),
    ),
    "qwen": (
        Need("base", "Qwen/Qwen-Image@75e0b4be04f60ec59a75f475837eced720f823b6", "Apache-2.0", 28.85, TRANSFORMER),
        Need("control", "InstantX/Qwen-Image-ControlNet-Union@b13036f066d6dee7c20513e263d3d673055e9de8", "unknown", 1.768, NETWORK),
    ),
}


def size(backend, role):
    """Return about how many bytes the weights of a backend's model have on disk."""
    need = next(need for need in CATALOGUE[backend] if need.role == role)
    return need.parameters * 1e9 * WIDTHS[backend][role]
