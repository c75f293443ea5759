"""The peer of `plantain bench engine`: the same shapes in PyTorch and diffusers, random weights, f32 on the CPU.

Prints a JSON line a stage: {"stage", "blocks", "seconds"}. Runs as many blocks as it is told, so that both sides do
the same work where memory is short.
"""
import argparse
import gc
import json
import time

import torch
from diffusers import AutoencoderKLFlux2, Flux2Transformer2DModel
from transformers import Qwen3Config, Qwen3Model


def fastest(work, repeats):
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def tell(stage, blocks, seconds):
    print(json.dumps({"stage": stage, "blocks": blocks, "seconds": seconds}), flush=True)


def measure(order):
    layers = min(27, order.blocks or 27)
    config = Qwen3Config(hidden_size=2560, intermediate_size=9728, num_hidden_layers=layers, num_attention_heads=32,
                         num_key_value_heads=8, head_dim=128, vocab_size=1024, max_position_embeddings=1024)
    text = Qwen3Model(config).eval()
    ids = torch.arange(512).remainder(1000).unsqueeze(0)
    tell("text encoder", f"{layers} of 27 layers",
         fastest(lambda: text(ids, use_cache=False), order.repeat))
    del text
    gc.collect()

    doubles, singles = min(5, order.blocks or 5), min(20, order.blocks or 20)
    denoiser = Flux2Transformer2DModel(num_layers=doubles, num_single_layers=singles, num_attention_heads=24,
                                       attention_head_dim=128, joint_attention_dim=7680, in_channels=128,
                                       mlp_ratio=3.0, timestep_guidance_channels=256,
                                       axes_dims_rope=(32, 32, 32, 32), rope_theta=2000, eps=1e-6,
                                       guidance_embeds=False).eval()
    side = order.size // 16
    picture, states = torch.randn(1, side * side, 128), torch.randn(1, 512, 7680)
    grid = torch.cartesian_prod(torch.arange(1), torch.arange(side), torch.arange(side), torch.arange(1))
    tokens = torch.cartesian_prod(torch.arange(1), torch.arange(1), torch.arange(1), torch.arange(512))
    step = lambda: denoiser(hidden_states=picture, encoder_hidden_states=states, timestep=torch.tensor([0.7]),
                            img_ids=grid.unsqueeze(0), txt_ids=tokens.unsqueeze(0), guidance=None, return_dict=False)
    tell("denoising step", f"{doubles} of 5 double, {singles} of 20 single blocks", fastest(step, order.repeat))
    del denoiser
    gc.collect()

    vae = AutoencoderKLFlux2().eval()
    latents = torch.randn(1, 32, order.size // 8, order.size // 8)
    tell("VAE decode", "whole", fastest(lambda: vae.decode(latents, return_dict=False), order.repeat))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--blocks", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=2)
    order = parser.parse_args()
    torch.set_num_threads(order.threads)
    torch.manual_seed(1)
    with torch.inference_mode():
        measure(order)


if __name__ == "__main__":
    main()
