"""Records what PyTorch makes of the cases: initial weights, data, 20 losses and the final weights, in fp64 and fp32."""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

import cases
import shipped_text

STEPS = 20
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "parity"


def initialise(model, seed):
    """Numbers of binary32, the same for both formats: matrices U(-b, b), b = sqrt(3 / fan in), vectors near 1 or 0."""
    generator = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        noise = 2 * torch.rand(p.shape, generator=generator) - 1
        if p.dim() > 1:
            start = noise * (3 / p[0].numel()) ** 0.5
        else:
            start = noise / 8 + (1 if name.endswith("weight") else 0)
        p.data = start.float()


def weights(model):
    return {name: value.detach().clone().contiguous() for name, value in model.state_dict().items()
            if not name.endswith("num_batches_tracked")}


def clip(model, bound):
    """Gradients times min(1, bound / norm). (torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.)"""
    gradients = [p.grad for p in model.parameters()]
    norm = torch.nn.utils.get_total_norm(gradients)
    if norm > bound:
        for g in gradients:
            g.mul_(bound / norm)


def train(case, model, dtype):
    """The losses before each of the updates, and the weights after them all."""
    model = model.to(dtype)
    optimizer = case.optimizer(model.parameters())
    losses = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = case.lr * case.schedule(step)
        optimizer.zero_grad()
        loss = case.loss(model, step, dtype)
        loss.backward()
        if case.clip_norm is not None:
            clip(model, case.clip_norm)
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), weights(model)


def record(case):
    folder = GOLDEN / case.name
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    model = case.make()
    initialise(model, case.seed)
    initial = weights(model)
    save_file(initial, folder / "initial.safetensors")
    expected = {}
    for name, dtype in (("fp64", torch.float64), ("fp32", torch.float32)):
        fresh = case.make()
        fresh.load_state_dict(initial, strict=False)
        losses, final = train(case, fresh, dtype)
        expected[f"{name}/losses"] = losses
        expected.update({f"{name}/{key}": value for key, value in final.items()})
    save_file(expected, folder / "expected.safetensors")
    text = json.dumps(case.configuration(STEPS), indent=2)
    (folder / "config.json").write_text(text + "\n", encoding="utf-8")
    count = sum(p.numel() for p in model.parameters())
    size = sum(path.stat().st_size for path in folder.iterdir())
    first, last = expected["fp64/losses"][0], expected["fp64/losses"][-1]
    print(f"{case.name}: {count} parameters, loss {first:.4f} to {last:.4f}, {size} bytes")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for chosen in cases.CASES:
        if len(sys.argv) == 1 or chosen.name in sys.argv[1:]:
            record(chosen)
    if len(sys.argv) == 1 or shipped_text.NAME in sys.argv[1:]:
        shipped_text.record()
