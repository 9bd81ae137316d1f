"""Makes a Coqui VITS model of a voice in Piper's form. A program for Coqui's environment, on its own.

    python piper.py VOICE.onnx VOICE.onnx.json FOLDER

Both are the same network. Piper keeps it as an ONNX graph whose initializers have the names of the original VITS code;
here they are put back where Coqui expects them, the decoder's geometry is read from the graph, and ``model.pth`` and
``config.json`` are written to FOLDER. Then both are run on the same phonemes without noise and must agree. Prints one
JSON object; on failure the last line on standard error tells why.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from TTS.tts.configs.shared_configs import CharactersConfig
from TTS.tts.configs.vits_config import VitsConfig
from TTS.tts.models.vits import Vits, VitsArgs

MOST_DIFFERENT = 1e-3
"""Of samples between -1 and 1, between the two ways of running the voice."""
TRIED = "wiː ɹɪmˈaɪnd juː, ɪts djˈuː tədˈeɪ."
"""Phonemes on which both are run."""
PAD, BEGIN, END = "_", "^", "$"
"""Piper's special symbols; the first also stands between all others."""
COQUI_SPECIAL = {"<PAD>": PAD, "<EOS>": END, "<BOS>": BEGIN, "<BLNK>": PAD}
"""Coqui's, in the order in which its vocabularies begin, and what they are to Piper."""


class NotConvertibleError(Exception):
    """The file is not a voice that can be converted; says why."""


def main() -> None:
    """Convert, compare, tell."""
    onnx_file, json_file, folder = (Path(argument) for argument in sys.argv[1:])
    torch.set_num_threads(1)
    try:
        print(json.dumps(convert(onnx_file, json_file, folder)))
    except NotConvertibleError as error:
        sys.exit(str(error))
    except Exception as error:  # whatever another kind of file makes the reader raise
        reason = str(error).strip().partition("\n")[0]
        sys.exit(f"{onnx_file.name} is not a Piper voice: {type(error).__name__}: {reason}")


def convert(onnx_file: Path, json_file: Path, folder: Path) -> dict[str, Any]:
    """Write ``model.pth`` and ``config.json`` to ``folder``.

    Returns
    -------
    dict
        ``difference``, the largest between samples of the original and of what was made; ``samples``, how many were
        compared; ``language`` and ``sample_rate`` of the voice.
    """
    piper = json.loads(json_file.read_text(encoding="utf-8"))
    if piper.get("num_speakers", 1) > 1:
        raise NotConvertibleError(f"{onnx_file.name} has several speakers; only voices of one speaker can be converted")
    if piper.get("phoneme_type", "espeak") != "espeak":
        raise NotConvertibleError(f"{onnx_file.name} needs phonemes of {piper['phoneme_type']}, not of espeak")
    graph = onnx.load(str(onnx_file)).graph
    weights = named_weights(graph, piper)
    config = config_of(piper, graph, weights)
    model = Vits(config)
    model.eval()
    model.load_state_dict(state(model.state_dict(), weights, graph))
    difference, samples = compare(onnx_file, piper, model)
    if difference > MOST_DIFFERENT:
        raise NotConvertibleError(f"what was made of {onnx_file.name} sounds different: by up to {difference:.4f}")
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model.state_dict(), "config": config.to_dict(), "step": 0}, folder / "model.pth")
    config.save_json(str(folder / "config.json"))
    return {
        "difference": difference,
        "samples": samples,
        "language": piper.get("language", {}).get("code", ""),
        "sample_rate": piper["audio"]["sample_rate"],
    }


def named_weights(graph: Any, piper: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Initializers by the names of the VITS code; convolutions whose weight norm was folded get theirs back.

    The rows of the phonemes are put in the order of Coqui's vocabulary.
    """
    weights = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
    for node in graph.node:
        if node.op_type in {"Conv", "ConvTranspose"} and node.input[1] in weights:
            layer = node.name.strip("/").replace("/", ".").rpartition(".")[0]
            weights[f"{layer}.weight"] = weights[node.input[1]]
    embedding = next(node for node in graph.node if node.op_type == "Gather" and "enc_p/emb" in node.name)
    rows = weights[embedding.input[0]]
    numbers = piper["phoneme_id_map"]
    order = [numbers[symbol][0] for symbol in (*COQUI_SPECIAL.values(), *phonemes(piper))]
    weights["enc_p.emb.weight"] = rows[order]
    return weights


def config_of(piper: dict[str, Any], graph: Any, weights: dict[str, torch.Tensor]) -> VitsConfig:
    """Coqui's configuration of the same network."""
    symbols = phonemes(piper)
    sizes = piper["inference"]
    config = VitsConfig(
        model_args=VitsArgs(
            num_chars=len(COQUI_SPECIAL) + len(symbols),
            init_discriminator=False,
            inference_noise_scale=sizes["noise_scale"],
            inference_noise_scale_dp=sizes["noise_w"],
            length_scale=sizes["length_scale"],
            **decoder(graph, weights),
        ),
        run_name="piper",
        use_phonemes=True,
        phonemizer="espeak",
        phoneme_language=piper["espeak"]["voice"],
        text_cleaner=None,
        add_blank=True,
        enable_eos_bos_chars=True,
        characters=CharactersConfig(
            characters_class="TTS.tts.utils.text.characters.IPAPhonemes",
            pad="<PAD>",
            eos="<EOS>",
            bos="<BOS>",
            blank="<BLNK>",
            characters="".join(symbols),
            punctuations="",
            is_unique=False,
            is_sorted=False,
        ),
        test_sentences=[],
        mixed_precision=False,
    )
    config.audio.sample_rate = piper["audio"]["sample_rate"]
    return config


def phonemes(piper: dict[str, Any]) -> list[str]:
    """All symbols but the special ones, in the order of their numbers."""
    numbers = piper["phoneme_id_map"]
    if any(len(symbol) != 1 or len(ids) != 1 for symbol, ids in numbers.items()):
        raise NotConvertibleError("its phonemes are not numbered one by one")
    return sorted(set(numbers) - {PAD, BEGIN, END}, key=lambda symbol: numbers[symbol])


def decoder(graph: Any, weights: dict[str, torch.Tensor]) -> dict[str, Any]:
    """Geometry of the decoder, as the graph has it."""
    layers = {}
    for node in graph.node:
        if node.op_type in {"Conv", "ConvTranspose"} and node.name.startswith("/dec/"):
            layers[node.name] = {a.name: list(a.ints) for a in node.attribute if a.ints}
    ups = [sizes for name, sizes in layers.items() if name.startswith("/dec/ups.")]
    blocks: dict[int, list[dict[str, list[int]]]] = {}
    of_type_1 = False
    for name, sizes in layers.items():
        found = re.match(r"/dec/resblocks\.(\d+)/convs([12]?)\.", name)
        if found and found[2] != "2":  # of type 1 each has a partner without dilation
            blocks.setdefault(int(found[1]), []).append(sizes)
            of_type_1 |= found[2] == "1"
    kernels = len(blocks) // len(ups)
    return {
        "resblock_type_decoder": "1" if of_type_1 else "2",
        "resblock_kernel_sizes_decoder": [blocks[number][0]["kernel_shape"][0] for number in range(kernels)],
        "resblock_dilation_sizes_decoder": [
            [sizes["dilations"][0] for sizes in blocks[number]] for number in range(kernels)
        ],
        "upsample_rates_decoder": [sizes["strides"][0] for sizes in ups],
        "upsample_kernel_sizes_decoder": [sizes["kernel_shape"][0] for sizes in ups],
        "upsample_initial_channel_decoder": weights["dec.conv_pre.weight"].shape[0],
    }


def state(empty: dict[str, torch.Tensor], weights: dict[str, torch.Tensor], graph: Any) -> dict[str, torch.Tensor]:
    """The model's state with the voice's weights; all that speaking needs must be there."""
    full, missing = dict(empty), []
    for name, old in empty.items():
        if name.startswith("posterior_encoder."):  # for training alone; the same in every model that is made
            full[name] = torch.zeros_like(old)
            continue
        if name == "duration_predictor.flows.0.log_scale":
            full[name] = -torch.log(first_scale(weights, graph))
            continue
        new = weights.get(name_in_vits(name))
        if new is None:
            if not re.match(r"duration_predictor\.(post_|flows\.1\.)", name):  # again: training
                missing.append(name)
            full[name] = torch.zeros_like(old)
            continue
        if name.endswith("original0"):  # the length of a vector whose direction is original1
            new = new.norm(dim=tuple(range(1, new.dim())), keepdim=True)
        if new.shape != old.shape:
            raise NotConvertibleError(f"{name} is {tuple(new.shape)}, not {tuple(old.shape)}")
        full[name] = new
    if missing:
        raise NotConvertibleError(f"{len(missing)} weights are missing, among them {missing[0]}")
    return full


def name_in_vits(name: str) -> str:
    """The original VITS code's name of one of Coqui's weights."""
    name = name.replace("text_encoder.", "enc_p.").replace("waveform_decoder.", "dec.")
    name = re.sub(r"^flow\.flows\.(\d)", lambda found: f"flow.flows.{2 * int(found[1])}", name)
    name = re.sub(r"^duration_predictor\.flows\.([2-9])\.", lambda found: f"dp.flows.{2 * int(found[1]) - 1}.", name)
    name = name.replace("duration_predictor.", "dp.").replace("dp.flows.0.translation", "dp.flows.0.m")
    return re.sub(r"\.parametrizations\.weight\.original[01]$", ".weight", name)


def first_scale(weights: dict[str, torch.Tensor], graph: Any) -> torch.Tensor:
    """Scale of the first flow of durations, which the export has folded into a constant."""
    for node in graph.node:
        if node.op_type == "Mul" and node.name.startswith("/dp/flows.0/"):
            for name in node.input:
                if name in weights and weights[name].shape == (2, 1):
                    return weights[name]
    raise NotConvertibleError("the scale of its durations was not found")


def compare(onnx_file: Path, piper: dict[str, Any], model: Vits) -> tuple[float, int]:
    """Run both on the same phonemes, without noise: largest difference of samples, and how many there are."""
    known = piper["phoneme_id_map"]
    tried = [symbol for symbol in TRIED if symbol in known]
    numbers = [*known[BEGIN], *(number for symbol in tried for number in known[PAD] + known[symbol])]
    numbers += known[PAD] + known[END]
    tokens = model.tokenizer
    ours = tokens.pad_with_bos_eos(tokens.intersperse_blank_char(tokens.encode("".join(tried))))
    session = onnxruntime.InferenceSession(str(onnx_file), providers=["CPUExecutionProvider"])
    before = session.run(
        None,
        {
            "input": np.array([numbers], dtype=np.int64),
            "input_lengths": np.array([len(numbers)], dtype=np.int64),
            "scales": np.array([0.0, piper["inference"]["length_scale"], 0.0], dtype=np.float32),
        },
    )[0].squeeze()
    usual = model.inference_noise_scale, model.inference_noise_scale_dp
    model.inference_noise_scale = model.inference_noise_scale_dp = 0.0
    with torch.inference_mode():
        after = model.inference(torch.LongTensor([ours]))["model_outputs"].squeeze().numpy()
    model.inference_noise_scale, model.inference_noise_scale_dp = usual
    if before.shape != after.shape:
        raise NotConvertibleError(f"it speaks {len(after)} samples where the original speaks {len(before)}")
    return float(np.abs(before - after).max()), len(before)


if __name__ == "__main__":
    main()
