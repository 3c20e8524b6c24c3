# Run by scripts/bench/train.ts. The same training step in PyTorch, eager, as the usual loop has it: examples padded to
# the sequence length, AdamW over all parameters, gradients clipped. Reads a line, makes a number of steps, prints the
# last loss and the peak of this process in MB.
import json
import math
import resource
import sys

import torch
import torch.nn.functional as F

shape = json.loads(sys.argv[1])
V, C, D, L, H = (shape["model"][k] for k in ("vocab", "context", "width", "layers", "heads"))
torch.set_num_threads(shape["threads"])
torch.manual_seed(1)
P = {}


def new(name, *size, std=0.02, value=None):
    data = torch.full(size, value) if value is not None else torch.randn(*size) * std
    P[name] = data.requires_grad_(True)


new("wte", V, D)
new("wpe", C, D)
for layer in range(L):
    for name, rows, columns in (("qkv", D, 3 * D), ("out", D, D), ("fc", D, 4 * D), ("proj", 4 * D, D)):
        new(f"{layer}.{name}.w", rows, columns)
        new(f"{layer}.{name}.b", columns, value=0.0)
    for name in ("ln1", "ln2"):
        new(f"{layer}.{name}.g", D, value=1.0)
        new(f"{layer}.{name}.b", D, value=0.0)
new("lnf.g", D, value=1.0)
new("lnf.b", D, value=0.0)

B, T, dropout = shape["batch"], shape["length"], shape["dropout"]
lengths = torch.tensor(shape["lengths"])
place = torch.arange(B * T).view(B, T)
ids = (place * 31 + place * place) % V
labels = torch.where(torch.arange(T)[None, 1:] < lengths[:, None], ids[:, 1:], -100)
causal = torch.full((T, T), float("-inf")).triu(1)
optimizer = torch.optim.AdamW(P.values(), lr=5e-5, weight_decay=0.0)


def norm(x, name):
    return F.layer_norm(x, (D,), P[name + ".g"], P[name + ".b"], 1e-5)


def linear(x, name):
    return torch.addmm(P[name + ".b"], x.reshape(-1, x.size(-1)), P[name + ".w"]).view(*x.shape[:-1], -1)


def gelu(x):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.gelu(x, approximate="tanh")
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


def step():
    x = F.dropout(P["wte"][ids] + P["wpe"][:T], dropout)
    for layer in range(L):
        q, k, v = (z.view(B, T, H, D // H).transpose(1, 2) for z in linear(norm(x, f"{layer}.ln1"), f"{layer}.qkv").split(D, 2))
        if hasattr(F, "scaled_dot_product_attention"):
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropout)
        else:
            scores = (q @ k.transpose(-1, -2)) / math.sqrt(D // H) + causal
            attended = F.dropout(scores.softmax(-1), dropout) @ v
        x = x + F.dropout(linear(attended.transpose(1, 2).reshape(B, T, D), f"{layer}.out"), dropout)
        x = x + F.dropout(linear(gelu(linear(norm(x, f"{layer}.ln2"), f"{layer}.fc")), f"{layer}.proj"), dropout)
    logits = norm(x, "lnf") @ P["wte"].t()
    loss = F.cross_entropy(logits[:, :-1].reshape(-1, V), labels.reshape(-1), ignore_index=-100)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(P.values(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


for line in sys.stdin:
    for _ in range(int(line)):
        loss = step()
    print(loss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
