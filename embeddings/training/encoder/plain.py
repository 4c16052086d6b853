"""BERT written out for export: the arithmetic of the transformers model in as few and as large products as can be."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embeddings.training.encoder import passes

if TYPE_CHECKING:
    import torch

_HIDDEN = -1e4  # added to the scores of padding; its weight after the softmax is an exact zero


def plain(model: "torch.nn.Module", depths: Sequence[int]) -> "torch.nn.Module":
    """A module of ids and mask, (n, longest) each, with the weights of a BertModel.

    It gives two things per depth: the states of all pieces after so many layers, (n, longest, width), and their mean
    of each text, (n, width). Of the last depth, which must be all layers, it gives the means alone.

    Query, key and value of a layer are one product; the table of word pieces is int8 with one scale per row.
    """
    import torch

    weights = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    config: Any = model.config  # of transformers, which a plain Module knows nothing of
    heads, width = int(config.num_attention_heads), int(config.hidden_size)

    def linear(*names: str) -> torch.nn.Linear:
        rows = torch.cat([weights[f"{name}.weight"] for name in names])
        made = torch.nn.Linear(rows.shape[1], rows.shape[0])
        made.weight.data.copy_(rows)
        made.bias.data.copy_(torch.cat([weights[f"{name}.bias"] for name in names]))
        return made

    def norm(name: str) -> torch.nn.LayerNorm:
        made = torch.nn.LayerNorm(width, eps=config.layer_norm_eps)
        made.weight.data.copy_(weights[f"{name}.weight"])
        made.bias.data.copy_(weights[f"{name}.bias"])
        return made

    class Layer(torch.nn.Module):
        """One layer: attention, then two products with a bend between."""

        def __init__(self, name: str) -> None:
            super().__init__()
            own = f"{name}.attention.self"
            self.asked = linear(f"{own}.query", f"{own}.key", f"{own}.value")
            self.heard = linear(f"{name}.attention.output.dense")
            self.after = norm(f"{name}.attention.output.LayerNorm")
            self.wide = linear(f"{name}.intermediate.dense")
            self.narrow = linear(f"{name}.output.dense")
            self.last = norm(f"{name}.output.LayerNorm")

        def forward(self, states: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
            # Pieces lie one under the other, (texts * longest, width): a product of two matrices takes its bias along.
            asked, keys, values = (
                part.view(hidden.shape[0], -1, heads, width // heads) for part in self.asked(states).split(width, 1)
            )
            scores = asked.transpose(1, 2) @ keys.permute(0, 2, 3, 1) / (width // heads) ** 0.5 + hidden
            heard = (scores.softmax(-1) @ values.transpose(1, 2)).transpose(1, 2).reshape(-1, width)
            states = self.after(states + self.heard(heard))
            made: torch.Tensor = self.last(states + self.narrow(torch.nn.functional.gelu(self.wide(states))))
            return made

    class Plain(torch.nn.Module):
        """Ids and mask in, states out."""

        table: torch.Tensor
        scales: torch.Tensor
        places: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            table = weights["embeddings.word_embeddings.weight"]
            scales = table.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
            self.register_buffer("table", (table / scales).round().to(torch.int8))
            self.register_buffer("scales", scales)
            kinds = weights["embeddings.token_type_embeddings.weight"][0]
            self.register_buffer("places", weights["embeddings.position_embeddings.weight"] + kinds)
            self.first = norm("embeddings.LayerNorm")
            count = int(config.num_hidden_layers)
            self.layers = torch.nn.ModuleList(Layer(f"encoder.layer.{number}") for number in range(count))

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
            words = torch.nn.functional.embedding(input_ids, self.table).float()
            words = words * torch.nn.functional.embedding(input_ids, self.scales)
            states = self.first(words + self.places[: input_ids.shape[1]]).view(-1, width)
            made = []
            for depth, layer in enumerate(self.layers, 1):
                # Said anew in every layer, so that a file that starts in the middle needs nothing but states and mask.
                hidden = ((1 - attention_mask) * _HIDDEN)[:, None, None, :].float()
                states = layer(states, hidden)
                if depth in depths:
                    # Of another shape than what the next product takes: that one is left in float where it takes what
                    # is given out.
                    deep = states.view(*attention_mask.shape, width)
                    made += [deep, passes.mean(deep, attention_mask)]
                    states = deep.view(-1, width)
            return (*made[:-2], made[-1])

    return Plain().eval()
