"""Writes learned weights as what OpenCV runs (``python -m bench.finder.export WEIGHTS MODEL``), and reads them back to go on from.

Needs the ``onnx`` package.
"""

from __future__ import annotations

import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bench.finder import learn, net
from devices.camera.look import HEIGHT, WIDTH


def model(learned: net.Weights) -> onnx.ModelProto:
    """1 × 3 × :data:`HEIGHT` × :data:`WIDTH` (``seen``) → 1 × ``ANSWERS`` × half × half (``said``, 0 to 1)."""
    nodes, constants = [], []

    def constant(name: str, array: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(array, name))
        return name

    def node(kind: str, inputs: list[str], output: str, **about: object) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], output, **about))
        return output

    def conv(name: str, x: str) -> str:
        kernel = np.asarray(net.kernel(name, learned[name]), np.float32)
        side, step, edge = kernel.shape[0], 1, kernel.shape[0] // 2
        if name == "stem":
            kernel = _unfolded(kernel)
            side, step, edge = kernel.shape[0], net.PATCH, net.PATCH
        elif side == 2:
            step, edge = 2, 0
        shaped = constant(f"{name}.kernel", np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
        bias = constant(f"{name}.bias", np.asarray(learned[name]["bias"], np.float32))
        return node("Conv", [x, shaped, bias], name, kernel_shape=[side] * 2, strides=[step] * 2, pads=[edge] * 4)

    def relu(x: str) -> str:
        return node("Relu", [x], f"{x}.up")

    def block(first: str, second: str, x: str) -> str:
        return node("Add", [x, conv(second, relu(conv(first, relu(x))))], f"{second}.sum")

    scales = constant("scales", np.float32((1, 1, 2, 2)))

    def twice(x: str) -> str:
        about = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return node("Resize", [x, "", scales], f"{x}.twice", **about)

    x2 = conv("stem", "seen")
    x3 = block("a3", "b3", conv("down3", relu(x2)))
    x4 = block("c4", "d4", block("a4", "b4", conv("down4", relu(x3))))
    y3 = block("e3", "f3", node("Add", [x3, twice(conv("up3", relu(x4)))], "y3"))
    y2 = node("Add", [x2, twice(conv("up2", relu(y3)))], "y2")
    y2 = node("Add", [y2, conv("e2", relu(y2))], "y2.sum")
    node("Sigmoid", [node("DepthToSpace", [conv("head", relu(y2))], "fine", blocksize=2, mode="DCR")], "said")
    seen, said = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("seen", [1, 3, HEIGHT, WIDTH]), ("said", [1, net.ANSWERS, HEIGHT // 2, WIDTH // 2]))
    )
    graph = helper.make_graph(nodes, "finder", [seen], [said], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(made)
    return made


def weights(path: Path) -> net.Weights:
    """What :func:`model` was made from, but for the size of the kernels, which means nothing."""
    held = {each.name: numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer}
    found: net.Weights = {}
    for name in net.LAYERS:
        used = held[f"{name}.kernel"].transpose(2, 3, 1, 0)
        used = _folded(used) if name == "stem" else used / net.GAMMA
        gain = np.sqrt((used**2).sum((0, 1, 2)))
        kernel = used / gain * np.sqrt(np.prod(used.shape[:3]))
        found[name] = {"kernel": jnp.asarray(kernel), "gain": jnp.asarray(gain), "bias": jnp.asarray(held[f"{name}.bias"])}
    return found


def _folded(fine: np.ndarray) -> np.ndarray:
    """The other way round than :func:`_unfolded`."""
    side, out = fine.shape[0] // net.PATCH, fine.shape[3]
    kernel = fine.reshape(side, net.PATCH, side, net.PATCH, 3, out).transpose(0, 2, 1, 3, 4, 5)
    return kernel.reshape(side, side, net.PATCH**2 * 3, out)


def _unfolded(kernel: np.ndarray) -> np.ndarray:
    """A kernel over patches as one over their pixels."""
    side, _, _, out = kernel.shape
    fine = kernel.reshape(side, side, net.PATCH, net.PATCH, 3, out).transpose(0, 2, 1, 3, 4, 5)
    return np.asarray(fine.reshape(side * net.PATCH, side * net.PATCH, 3, out))


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(model(learn.read(Path(sys.argv[1]))).SerializeToString())
