/**
 * The trainer of GPT-2 models: the step written once as a graph of 21 operations, executors that run it, checkpoints.
 *
 * @example
 * parameterCount(GPT2_SHAPES.gpt2); // 124439808
 * const examples = [{ tokens: [3, 1, 2], kinds: [0, 1, 1] }, { tokens: [5, 4], kinds: [0, 1] }];
 * const batch = packBatch(examples, { context: 8, width: 16, means: [[1]] });
 * [...batch.labels]; // [1, 2, 4]
 * @module
 */
export { type Batch, type Example, type PackOptions, packBatch } from "./batch.ts";
export { type Progress, readProgress, readSeconds } from "./checkpoint.ts";
export { checkPlace, ENGINES, type EnginePlace, measureSpeed, openEngine, PRECISIONS } from "./engines.ts";
export type { Executor, ExecutorOptions, StateSource, StepResult, Update } from "./executor.ts";
export { chunksFor, stateNames } from "./executor.ts";
export { train } from "./loop.ts";
export { GPT2_SHAPES, type ModelShape, type Parameter, parameterCount, parametersOf } from "./model.ts";
export { type OrtDevice, openOrt } from "./ort.ts";
export type { TrainEvent, TrainPlan, TrainWork } from "./plan.ts";
export { openRef } from "./ref.ts";
export { openSafetensors, type TensorEntry, type TensorFile, writeSafetensors } from "./safetensors.ts";
export { documentOrder, rateAt, type Schedule } from "./schedule.ts";
export { type Documents, meanLoss, type ScoreOptions, scoreDocuments, type Tallies } from "./score.ts";
export { openTfjs, type TfjsBackend } from "./tfjs.ts";
export { exportModel, growVocab, initialWeights, openWeights, type Weights } from "./weights.ts";
