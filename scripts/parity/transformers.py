"""Small transformers, with the names that exmy gives their layers."""

import torch
from torch import nn
from torch.nn import functional


def part(**modules):
    """A module that only holds others."""
    module = nn.Module()
    for name, child in modules.items():
        setattr(module, name, child)
    return module


class Block(nn.Module):
    def __init__(self, width, heads, epsilon, gelu, causal, norm_first):
        super().__init__()
        self.heads, self.gelu, self.causal, self.norm_first = heads, gelu, causal, norm_first
        self.ln1, self.ln2 = nn.LayerNorm(width, epsilon), nn.LayerNorm(width, epsilon)
        self.attn = part(**{name: nn.Linear(width, width) for name in ("q", "k", "v", "proj")})
        self.mlp = part(fc=nn.Linear(width, 4 * width), proj=nn.Linear(4 * width, width))

    def attend(self, x, visible=None):
        b, t, c = x.shape
        q, k, v = (f(x).view(b, t, self.heads, c // self.heads).transpose(1, 2)
                   for f in (self.attn.q, self.attn.k, self.attn.v))
        y = functional.scaled_dot_product_attention(q, k, v, visible, is_causal=self.causal)
        return self.attn.proj(y.transpose(1, 2).reshape(b, t, c))

    def feed(self, x):
        return self.mlp.proj(functional.gelu(self.mlp.fc(x), approximate=self.gelu))

    def forward(self, x, visible=None):
        if self.norm_first:
            x = x + self.attend(self.ln1(x), visible)
            return x + self.feed(self.ln2(x))
        x = self.ln1(x + self.attend(x, visible))
        return self.ln2(x + self.feed(x))


class Gpt(nn.Module):
    def __init__(self, vocabulary, length, layers, heads, width):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList([Block(width, heads, 1e-5, "tanh", True, True) for _ in range(layers)])
        self.ln_f = nn.LayerNorm(width, 1e-5)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe.weight
        for block in self.blocks:
            x = block(x)
        return functional.linear(self.ln_f(x), self.wte.weight)


class Encoder(nn.Module):
    def __init__(self, vocabulary, length, layers, heads, width, epsilon):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.ln_e = nn.LayerNorm(width, epsilon)
        self.blocks = nn.ModuleList([Block(width, heads, epsilon, "none", False, False) for _ in range(layers)])

    def encode(self, tokens, visible=None):
        x = self.ln_e(self.wte(tokens) + self.wpe.weight)
        for block in self.blocks:
            x = block(x, visible)
        return x


class Bert(Encoder):
    """With the head for masked tokens."""

    def __init__(self, vocabulary, length, layers, heads, width, epsilon=1e-12):
        super().__init__(vocabulary, length, layers, heads, width, epsilon)
        self.transform = part(fc=nn.Linear(width, width), ln=nn.LayerNorm(width, epsilon))
        self.head = part(bias=nn.Parameter(torch.zeros(vocabulary)))

    def forward(self, tokens):
        x = self.transform.ln(functional.gelu(self.transform.fc(self.encode(tokens))))
        return functional.linear(x, self.wte.weight, self.head.bias)


class BertClasses(Encoder):
    """With the head for classes; the token `padding` fills up shorter samples."""

    def __init__(self, vocabulary, length, layers, heads, width, classes, padding, epsilon=1e-12):
        super().__init__(vocabulary, length, layers, heads, width, epsilon)
        self.padding = padding
        self.pooler, self.classifier = nn.Linear(width, width), nn.Linear(width, classes)

    def forward(self, tokens):
        visible = (tokens != self.padding)[:, None, None, :]  # of each sample the same keys for all heads and queries
        x = self.encode(tokens, visible)
        return self.classifier(torch.tanh(self.pooler(x[:, 0])))
