"""The noise schedule: cosine, 1,000 steps (Nichol and Dhariwal 2021, arXiv:2102.09672), as diffusers' `squaredcos_cap_v2` has it."""

from __future__ import annotations

import math

import torch

STEPS = 1000


def alphas_cumprod() -> torch.Tensor:
    """Product of 1 - beta up to each timestep [1000], float64."""
    bar = lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2  # noqa: E731
    betas = [min(1 - bar((step + 1) / STEPS) / bar(step / STEPS), 0.999) for step in range(STEPS)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float64), dim=0)


def noised(x: torch.Tensor, noise: torch.Tensor, alpha_bar: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """x_t = sqrt(abar) x + sqrt(1 - abar) noise, and v = sqrt(abar) noise - sqrt(1 - abar) x, of pictures [B, ...] and abar [B]."""
    signal, deviation = (part[:, None, None, None] for part in (alpha_bar.sqrt(), (1 - alpha_bar).sqrt()))
    return signal * x + deviation * noise, signal * noise - deviation * x


def config() -> dict:
    """The same as diffusers' scheduler_config.json."""
    return {"_class_name": "DDIMScheduler", "num_train_timesteps": STEPS, "beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction",
            "clip_sample": False, "set_alpha_to_one": True, "steps_offset": 0, "timestep_spacing": "trailing",
            "rescale_betas_zero_snr": False}
