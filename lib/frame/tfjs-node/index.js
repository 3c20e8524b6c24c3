// The part of @tensorflow/tfjs-node that danfojs-node uses, from tfjs's own packages: no native addon, no download.
// tfjs-core's chained methods (a.add(b)) live in files that Node cannot load, so those that danfojs calls are attached here.

const core = require("@tensorflow/tfjs-core");
require("@tensorflow/tfjs-backend-cpu");
const data = require("@tensorflow/tfjs-data");

const CHAINED = [
  ...["add", "sub", "mul", "div", "divNoNan", "pow", "mod", "sqrt"],
  ...["greater", "greaterEqual", "less", "lessEqual", "equal", "notEqual"],
  ...["max", "min", "mean", "argMax", "argMin", "transpose"],
];

for (const name of CHAINED) {
  const operation = core[name];
  core.Tensor.prototype[name] ??= function chained(...more) {
    this.throwIfDisposed();
    return operation(this, ...more);
  };
}

// The CPU backend would recommend the package that this one stands for, on standard error, at its first tensor.
core.backend().firstUse = false;

module.exports = { ...core, data };
