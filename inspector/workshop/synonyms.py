"""What people call the same constructor argument."""

from __future__ import annotations

GROUPS = (
    ("num_classes", "n_classes", "nclasses", "num_class", "n_class", "nb_classes", "classes", "num_labels", "n_labels",
     "output_size", "out_features", "output_dim", "out_dim", "num_outputs", "n_outputs"),
    ("in_channels", "in_chans", "input_channels", "in_ch", "num_input_channels", "channels_in", "n_channels"),
    ("out_channels", "output_channels", "out_chans", "out_ch", "channels_out"),
    ("input_size", "in_features", "input_dim", "in_dim", "n_inputs", "num_inputs", "n_features", "num_features"),
    ("hidden_layers", "hidden_sizes", "hidden_dims", "hidden_units", "layer_sizes", "hidden"),
    ("hidden_size", "hidden_dim", "d_model", "embed_dim", "n_embd", "emb_dim", "embedding_dim", "embedding_size",
     "model_dim"),
    ("num_layers", "n_layers", "n_layer", "nlayers", "depth", "num_hidden_layers", "num_blocks", "n_blocks"),
    ("num_heads", "n_heads", "n_head", "nhead", "nheads", "heads", "num_attention_heads"),
    ("mlp_dim", "dim_feedforward", "intermediate_size", "ffn_dim", "d_ff", "ff_dim", "d_hid"),
    ("vocab_size", "n_vocab", "ntoken", "ntokens", "num_tokens", "n_tokens", "num_embeddings"),
    ("max_len", "max_length", "max_seq_len", "seq_len", "block_size", "context_length", "n_ctx", "n_positions",
     "max_position_embeddings"),
    ("image_size", "img_size", "input_resolution"),
    ("patch_size", "patch"),
    ("width_mult", "width_multiplier", "width_factor"),
    ("dropout", "drop_p", "p_drop", "dropout_p", "drop_rate", "dropout_rate", "dropout_prob", "p_dropout"),
    ("latent_dim", "z_dim", "latent_size", "n_latent", "nz"),
)  # fmt: skip
"""Arguments of one line mean the same in nearly every project, the most usual name first."""

COUNTED = ("class_to_idx", "classes", "class_names", "labels", "label_names", "id2label", "label2id", "idx_to_class")
"""Lists and tables whose length is the number of classes."""

MODEL_NAMES = (
    "arch", "architecture", "model_name", "model_arch", "model_type", "model", "backbone", "network", "net", "name",
)  # fmt: skip
"""Under these names the name of a model is kept, the surest first."""


def of(name: str) -> tuple[str, ...]:
    """Other names for the argument `name`, the likeliest first; none when it is not known."""
    return next((tuple(each for each in group if each != name) for group in GROUPS if name in group), ())


def means_classes(name: str) -> bool:
    """Whether the argument is the number of classes."""
    return name in GROUPS[0]
