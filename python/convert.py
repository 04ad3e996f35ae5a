"""Make ONNX of a model directory: `python convert.py MODEL OUT --numbers double --max-opset 26`.

Runs in the model's own environment with the converter's packages added. Writes OUT/model.onnx, OUT/conversion.json
and OUT/probes.json; exit code 3 and OUT/error.json when the model cannot be converted. What it prints is for the log.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

# Nothing here looks for a graphics card, and one conversion does not take every core.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("OMP_NUM_THREADS", "2")

sys.path.insert(0, str(Path(__file__).resolve().parent))

from converters.conversion import Converted, LoadedModel, Options, Unsupported  # noqa: E402

FLAVORS = ("sklearn", "xgboost", "lightgbm", "catboost", "pytorch", "keras", "tensorflow")
# A protobuf must stay below 2 GiB; weights beyond this lie beside it.
MAX_INLINE_BYTES = 1_500_000_000
REFUSED = 3


def main() -> int:
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        convert(options)
        return 0
    except Unsupported as error:
        return refuse(options.out, "unsupported", str(error))
    except Exception as error:
        traceback.print_exc()
        return refuse(options.out, "failed", f"{type(error).__name__}: {error}")


def convert(options: argparse.Namespace) -> None:
    from mlflow.models import Model

    meta = Model.load(str(options.model))
    loader = str(meta.flavors.get("python_function", {}).get("loader_module", ""))
    flavor = loader.removeprefix("mlflow.")
    if flavor not in FLAVORS or flavor not in meta.flavors:
        raise Unsupported(f"there is no converter for {', '.join(meta.flavors)}")
    model = LoadedModel(options.model, flavor, meta)
    print(f"opening the {flavor} model", flush=True)
    module = importlib.import_module(f"converters.{flavor}")
    print(f"converting it with numbers as {options.numbers}", flush=True)
    converted: Converted = module.convert(model, Options(options.numbers, options.max_opset))
    write(options.out, converted, model, options.max_opset)


def write(out: Path, converted: Converted, model: LoadedModel, max_opset: int) -> None:
    import onnx

    graph = converted.model
    for opset in graph.opset_import:
        if opset.domain in ("", "ai.onnx") and opset.version > max_opset:
            raise Unsupported(f"the converter wrote opset {opset.version}; ONNX Runtime takes {max_opset} at most")
    is_large = graph.ByteSize() > MAX_INLINE_BYTES
    external: dict[str, Any] = {"save_as_external_data": True, "location": "model.onnx.data"} if is_large else {}
    onnx.save_model(graph, str(out / "model.onnx"), **external)
    onnx.checker.check_model(str(out / "model.onnx"))
    write_json(out / "conversion.json", converted.conversion.to_json(model))
    if converted.probes:
        write_json(out / "probes.json", {"columns": {name: list(values) for name, values in converted.probes.items()}})


def refuse(out: Path, reason: str, message: str) -> int:
    write_json(out / "error.json", {"reason": reason, "message": " ".join(message.split())[:1000]})
    return REFUSED


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="convert.py")
    parser.add_argument("model", type=Path, help="an MLflow model directory")
    parser.add_argument("out", type=Path, help="where the ONNX file is written")
    parser.add_argument("--numbers", choices=["double", "float32"], default="double")
    parser.add_argument("--max-opset", type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
