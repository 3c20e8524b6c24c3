# Run by scripts/bench/train.ts. The same training step in PyTorch, eager, as the usual loop has it: examples padded to
# the sequence length, AdamW over all parameters, gradients clipped. Reads a line, makes a number of steps on the batches
# of a file in turn, prints the last loss and the peak of this process in MB.
import json
import math
import resource
import struct
import sys

import torch
import torch.nn.functional as F

shape = json.loads(sys.argv[1])
V, C, D, L, H = (shape["model"][k] for k in ("vocab", "context", "width", "layers", "heads"))
torch.set_num_threads(shape["threads"])


def read(path):
    """Tensors of a safetensors file."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    del header["__metadata__"]
    return {
        name: torch.frombuffer(data[entry["data_offsets"][0] : entry["data_offsets"][1]], dtype=torch.float32)
        .view(entry["shape"])
        .clone()
        .requires_grad_(True)
        for name, entry in header.items()
    }


P = read(shape["weights"] + "/model.safetensors")
T, dropout = shape["length"], shape["dropout"]
with open(shape["batches"]) as file:
    given = json.load(file)


def padded(examples, key):
    return torch.tensor([example[key] + [0] * (T - len(example[key])) for example in examples])


batches = [(padded(examples, "tokens"), padded(examples, "kinds")) for examples in given["steps"]]
causal = torch.full((T, T), float("-inf")).triu(1)
optimizer = torch.optim.AdamW(P.values(), lr=5e-5, weight_decay=0.0)


def norm(x, name):
    return F.layer_norm(x, (D,), P[name + ".weight"], P[name + ".bias"], 1e-5)


def linear(x, name):
    return torch.addmm(P[name + ".bias"], x.reshape(-1, x.size(-1)), P[name + ".weight"]).view(*x.shape[:-1], -1)


def gelu(x):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.gelu(x, approximate="tanh")
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


def mean_of(nll, kinds, wanted):
    chosen = sum((kinds[:, 1:] == kind).float() for kind in wanted).reshape(-1)
    return (nll * chosen).sum() / chosen.sum().clamp(min=1)


def step(ids, kinds):
    B = len(ids)
    x = F.dropout(P["wte.weight"][ids] + P["wpe.weight"][:T], dropout)
    for layer in range(L):
        h = f"h.{layer}."
        q, k, v = (z.view(B, T, H, D // H).transpose(1, 2) for z in linear(norm(x, h + "ln_1"), h + "attn.c_attn").split(D, 2))
        if hasattr(F, "scaled_dot_product_attention"):
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropout)
        else:
            scores = (q @ k.transpose(-1, -2)) / math.sqrt(D // H) + causal
            attended = F.dropout(scores.softmax(-1), dropout) @ v
        x = x + F.dropout(linear(attended.transpose(1, 2).reshape(B, T, D), h + "attn.c_proj"), dropout)
        x = x + F.dropout(linear(gelu(linear(norm(x, h + "ln_2"), h + "mlp.c_fc")), h + "mlp.c_proj"), dropout)
    logits = norm(x, "ln_f") @ P["wte.weight"].t()
    nll = F.cross_entropy(logits[:, :-1].reshape(-1, V), ids[:, 1:].reshape(-1), reduction="none")
    loss = sum(mean_of(nll, kinds, wanted) for wanted in given["means"])
    loss.backward()
    torch.nn.utils.clip_grad_norm_(P.values(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


done = 0
for line in sys.stdin:
    for _ in range(int(line)):
        loss = step(*batches[done % len(batches)])
        done += 1
    print(loss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
